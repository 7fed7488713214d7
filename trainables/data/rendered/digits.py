"""Characters drawn from fonts in the style of MNIST, each a little differently.

MNIST's digits are white on black, fitted into 20×20 pixels with their proportions kept, and put
into 28×28 pixels with their centre of mass in the middle (LeCun et al. 1998, Gradient-based
learning applied to document recognition, section III.A). So are these.

FreeType draws each character once and large; all that follows is whole numbers, so the same
FreeType gives the same bytes on every machine: no rounding depends on a processor.
"""

import io
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import ImageFont

from trainables.data.rendered.packed import LabelledImages
from trainables.randomness import generator

Bytes = NDArray[np.uint8]

SIDE = 28
LARGE = 160  # pixels of height at which FreeType draws the tallest character of a font
# What is drawn for each picture: the lowest and the highest value, both included.
SLANT = (-12, 20)  # pixels to the right in 64 upwards, about -11° to 17°
WIDTH = (13, 20)  # in sixteenths of the font's own
WEIGHT = (-1, 4)  # large pixels that each edge moves outwards: 8 are one of 20×20
FIT = (17, 20)  # pixels of the square that it is fitted into
BLUR = (0, 4)  # sixteenths of each pixel that go to each of its neighbours, along both axes


def drawn(
    fonts: Sequence[tuple[str, Sequence[bytes]]], characters: str, copies: int
) -> LabelledImages:
    """`copies` pictures of each character from each family of fonts, [n, 1, 28, 28].

    fonts: each family's name and the contents of its files, the plain style first; a copy's style
        is drawn, and so are slant, width, weight, size and blur.
    Labels are places in `characters`, groups are families, variants are styles.
    Raises OSError for a file that is no font, or lacks a character.
    """
    count = len(fonts) * len(characters) * copies
    draws = generator("printed characters", 0)
    looks = torch.stack(
        [
            torch.randint(low, high + 1, (count,), generator=draws)
            for low, high in (SLANT, WIDTH, WEIGHT, FIT, BLUR)
        ],
        dim=1,
    ).tolist()
    chosen = torch.rand(count, generator=draws).tolist()
    images = np.zeros((count, SIDE, SIDE), dtype=np.uint8)
    styles, row = [], 0
    for _, files in fonts:
        glyphs = [large_glyphs(content, characters) for content in files]
        for label in range(len(characters)):
            for _ in range(copies):
                style = int(chosen[row] * len(files))
                images[row] = picture(glyphs[style][label], *looks[row])
                styles.append(style)
                row += 1
    every = torch.arange(count)
    return LabelledImages(
        images=torch.from_numpy(images)[:, None],
        labels=every // copies % len(characters),
        groups=every // (copies * len(characters)),
        variants=torch.tensor(styles),
        classes=tuple(characters),
        group_names=tuple(name for name, _ in fonts),
    )


def large_glyphs(content: bytes, characters: str) -> list[Bytes]:
    """Each character of a font as FreeType draws it, cut to its ink; the tallest of LARGE pixels.

    Raises OSError where a character has no ink, or is drawn as one that cannot be in the font.
    """
    tallest = max(len(glyph) for glyph in _glyphs(content, LARGE, characters))
    size = (LARGE * LARGE + tallest // 2) // tallest
    *glyphs, missing = _glyphs(content, size, characters + "\U0010fffd")
    for character, glyph in zip(characters, glyphs, strict=True):
        if np.array_equal(glyph, missing):
            raise OSError(f"the font has no {character!r}")
    return glyphs


def _glyphs(content: bytes, size: int, characters: str) -> list[Bytes]:
    basic = ImageFont.Layout.BASIC  # each character for itself, with or without libraqm
    font = ImageFont.truetype(io.BytesIO(content), size, layout_engine=basic)
    return [_glyph(font, character) for character in characters]


def _glyph(font: ImageFont.FreeTypeFont, character: str) -> Bytes:
    mask = font.getmask(character, mode="L")
    return cut(np.frombuffer(bytes(mask), dtype=np.uint8).reshape(mask.size[::-1]))


def cut(glyph: Bytes) -> Bytes:
    """Without the empty rows and columns around the ink; empty where there is none."""
    down, across = np.flatnonzero(glyph.any(axis=1)), np.flatnonzero(glyph.any(axis=0))
    if not len(down):
        return glyph[:0, :0]
    return glyph[down[0] : down[-1] + 1, across[0] : across[-1] + 1]


def picture(glyph: Bytes, slant: int, width: int, weight: int, fit: int, blur: int) -> Bytes:
    """[28, 28], its brightest pixel 255; slant, width, weight, fit, blur as said above."""
    glyph = cut(slanted(heavier(glyph, weight), slant))
    small = fitted(glyph, width, fit)
    centred = np.zeros((SIDE, SIDE), dtype=np.int64)
    top, left = (_start(small.sum(axis=1 - axis)) for axis in (0, 1))
    centred[top : top + small.shape[0], left : left + small.shape[1]] = small
    for image in (centred, centred.T):
        spread = np.zeros_like(image)
        spread[1:] += image[:-1]
        spread[:-1] += image[1:]
        image[:] = (16 - 2 * blur) * image + blur * spread
    brightest = int(centred.max())
    return ((255 * centred + brightest // 2) // brightest).astype(np.uint8)


def heavier(glyph: Bytes, weight: int) -> Bytes:
    """Every edge moved outwards by so many pixels, or inwards: a greyscale dilation, or erosion.

    What an erosion would make vanish stays as it was.
    """
    reach = abs(weight)
    if weight < 0:
        eroded = 255 - heavier(255 - np.pad(glyph, reach), reach)[reach:-reach, reach:-reach]
        return eroded if eroded.max() == 255 else glyph
    wide = np.pad(glyph, reach)
    for axis in (0, 1):
        grown = wide.copy()
        for step in range(1, reach + 1):
            ahead, back = (slice(step, None), slice(None, -step))
            for to, of in ((ahead, back), (back, ahead)):
                place, source = (to, of) if axis == 0 else ((slice(None), to), (slice(None), of))
                grown[place] = np.maximum(grown[place], wide[source])
        wide = grown
    return wide


def slanted(glyph: Bytes, slant: int) -> Bytes:
    """Each row moved to the right by slant / 64 of its height above the last."""
    height, width = glyph.shape
    moves = np.arange(height)[::-1] * slant // 64
    moves -= moves.min()
    sheared = np.zeros((height, width + int(moves.max())), dtype=np.uint8)
    sheared[np.arange(height)[:, None], moves[:, None] + np.arange(width)] = glyph
    return sheared


def fitted(glyph: Bytes, width: int, fit: int) -> NDArray[np.int64]:
    """Averaged by area so that it just fits into a square of `fit` pixels; 255 is full ink.

    width: in sixteenths of its own.
    """
    rows, columns = glyph.shape
    larger = max(16 * rows, width * columns)
    new_rows, new_columns = (
        max(1, (2 * fit * side + larger) // (2 * larger)) for side in (16 * rows, width * columns)
    )
    # Sums of whole numbers below 2⁵³ are exact in float64, in whatever order they are made.
    sums = _overlaps(rows, new_rows) @ glyph.astype(np.float64) @ _overlaps(columns, new_columns).T
    area = rows * columns
    averaged: NDArray[np.int64] = (2 * sums.astype(np.int64) + area) // (2 * area)
    return averaged


@lru_cache(maxsize=4096)
def _overlaps(old: int, new: int) -> NDArray[np.float64]:
    """[new, old]: how much of each old pixel lies in each new one, in 1/new of an old pixel."""
    start, first = np.arange(new)[:, None] * old, np.arange(old)[None] * new
    overlap = np.minimum(start + old, first + new) - np.maximum(start, first)
    return overlap.clip(0).astype(np.float64)


def _start(ink: NDArray[np.int64]) -> int:
    """Where to begin, so that the centre of mass lies on pixel 14, counted from 0, as MNIST's."""
    mass = int(ink.sum())
    start = ((SIDE + 1) * mass - 2 * int(np.arange(len(ink)) @ ink)) // (2 * mass)
    return min(max(start, 0), SIDE - len(ink))
