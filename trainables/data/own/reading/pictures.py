"""Pictures of any format that Pillow reads, as bytes of one size."""

import math
import warnings
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from trainables.data.domain import Shape
from trainables.errors import BadInputError

Size = tuple[int, int]
"""Height and width."""
MOST_PIXELS = 64_000_000  # of a picture, before it is resized
RUNS_ANOTHER = ("EPS",)  # formats that Pillow has drawn by another program, Ghostscript


def check_size(owner: object, size: object) -> Size | None:
    """Two whole numbers ≥ 1, or None; raises BadInputError for anything else."""
    if size is None:
        return None
    pair = tuple(size) if isinstance(size, tuple | list) else ()
    if len(pair) != 2 or not all(type(side) is int and side >= 1 for side in pair):
        raise BadInputError(
            f"{type(owner).__name__}.size is {size!r}: give (height, width), (32, 32) say"
        )
    return pair


@lru_cache
def suffixes() -> frozenset[str]:
    """Of the files that Pillow reads: ".png", ".jpg", ..."""
    return frozenset(
        suffix for suffix, kind in Image.registered_extensions().items() if kind in Image.OPEN
    )


def read_picture(path: Path) -> Image.Image:
    """The picture, of several frames the first. By its content, whatever its name says.

    Raises BadInputError where it is damaged, no picture, or larger than MOST_PIXELS.
    """
    try:
        with warnings.catch_warnings(), Image.open(path, formats=_formats()) as picture:
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            if math.prod(picture.size) > MOST_PIXELS:
                raise Image.DecompressionBombError
            picture.load()
            return ImageOps.exif_transpose(picture)
    except Image.DecompressionBombError:
        raise BadInputError(
            f"{path} has more than {MOST_PIXELS:,} pixels: make it smaller or take it away"
        ) from None
    except Exception:  # its readers of damaged files raise errors of every kind
        raise BadInputError(
            f"{path} is damaged, or no picture that Pillow reads: mend it or take it away"
        ) from None


@lru_cache
def _formats() -> tuple[str, ...]:
    Image.init()
    return tuple(name for name in Image.OPEN if name not in RUNS_ANOTHER)


def stacked(
    pictures: Iterable[tuple[object, Image.Image]], *, size: Size | None, grey: bool
) -> tuple[Tensor, Shape]:
    """Pictures, each with what messages call it, as rows uint8 [n, D], and their shape (C, H, W).

    size: to which all are resized, without keeping their proportions: bilinearly, over all that a
        new pixel covers. grey: one channel (ITU-R 601 luma), else red, green and blue.
    What is transparent becomes white. Raises BadInputError where sizes differ without size.
    """
    rows: list[Tensor] = []
    first: tuple[object, tuple[int, int]] | None = None
    for name, picture in pictures:
        if size is None and first and first[1] != picture.size:
            raise BadInputError(
                f"{name} is {_text(picture.size)}, and {first[0]} is {_text(first[1])} (height × "
                "width): give size=(height, width), to which all are resized"
            )
        first = first or (name, picture.size)
        rows.append(_bytes(name, picture, size, grey))
    assert first
    height, width = size or first[1][::-1]
    return torch.stack(rows), (1 if grey else 3, height, width)


def _bytes(name: object, picture: Image.Image, size: Size | None, grey: bool) -> Tensor:
    """Uint8 [C · H · W]."""
    if picture.mode[0] in "IF":
        raise BadInputError(
            f"{name} has more than 8 bits a channel: save it with 8, so that its range is yours"
        )
    if picture.has_transparency_data:
        above = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", above.size, "white"), above)
    picture = picture.convert("L" if grey else "RGB")
    if size:
        picture = picture.resize(size[::-1], Image.Resampling.BILINEAR)
    values = torch.from_numpy(np.array(picture, dtype=np.uint8))
    return values.flatten() if grey else values.permute(2, 0, 1).flatten()


def _text(size: tuple[int, int]) -> str:
    return f"{size[1]}×{size[0]}"
