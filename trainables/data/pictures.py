"""The built-in images that are made of fonts and of sheets of emoji, in memory.

printed digits   and letters: FAMILIES of fonts, free under the SIL Open Font License 1.1 or the
                 Apache License 2.0 (`trainables.data.rendered.families` has each)
Noto's emoji     Apache License 2.0
Twemoji          Creative Commons Attribution 4.0: graphics by Twitter, Inc and other contributors
"""

from dataclasses import replace
from functools import lru_cache

from trainables.data.download import ensure
from trainables.data.rendered.emoji import SIDE, shrunk
from trainables.data.rendered.packed import LabelledImages, unpacked
from trainables.data.sources import DATASETS
from trainables.errors import BadInputError, unknown

VENDORS = {"noto": "NotoEmoji", "twemoji": "Twemoji"}
SIZES = (64, 32, 16)


@lru_cache(maxsize=1)
def printed_digits() -> LabelledImages:
    """Digits drawn from 64 families of fonts, uint8 [40960, 1, 28, 28], in the style of MNIST.

    Groups are the families, 64 pictures of each digit from each; variants are the styles of a
    family. Verified; fetched and drawn first where missing. Raises BadInputError where the data
    cannot be had.
    """
    return _load("PrintedDigits")


@lru_cache(maxsize=1)
def printed_letters() -> LabelledImages:
    """The capitals A to Z of the same families, uint8 [39936, 1, 28, 28]: 24 of each from each.

    As `printed_digits` otherwise.
    """
    return _load("PrintedLetters")


@lru_cache(maxsize=4)
def emoji(vendor: str, size: int = SIDE, *, tones: bool = False) -> LabelledImages:
    """Every emoji of Unicode 16 as "noto" or "twemoji" draws it, uint8 [n, 3, size, size].

    Row k shows the same emoji for both vendors, so labels (the categories), groups (emoji, with
    all that only varies one: skin, gender, direction) and variants (skin tones) are the same too.
    size: 64, or 32 or 16, to which blocks of pixels are averaged. tones: with skin tones,
    n = 3781, of which 2261 are people; without, n = 1906, of which 386 are.
    Verified; fetched and cut first where missing. Raises BadInputError for other arguments, and
    where the data cannot be had.
    """
    if vendor not in VENDORS:
        raise unknown("vendor of emoji", vendor, VENDORS)
    if size not in SIZES:
        raise BadInputError(f"size of emoji is {size!r}: give one of {', '.join(map(str, SIZES))}")
    loaded = _load(VENDORS[vendor])
    kept = slice(None) if tones else loaded.variants == 0
    return replace(
        loaded,
        images=shrunk(loaded.images[kept], size),
        labels=loaded.labels[kept],
        groups=loaded.groups[kept],
        variants=loaded.variants[kept],
    )


def _load(name: str) -> LabelledImages:
    dataset = DATASETS[name]
    folder = dataset.folder(ensure(name))
    (file,) = dataset.sha256
    return unpacked(folder / file)
