"""The data sets that are made here: of which packages of npm's, and by what."""

from collections.abc import Callable
from dataclasses import dataclass

from PIL import __version__ as pillow
from PIL import features

from trainables.data.rendered.digits import drawn
from trainables.data.rendered.emoji import cut_out
from trainables.data.rendered.families import FAMILIES
from trainables.data.rendered.packed import LabelledImages, packed
from trainables.data.rendered.parts import Part

Contents = list[tuple[bytes, ...]]
"""Of each part, the contents of its files."""

COPIES = 64  # of each digit, from each family of fonts
COPIES_OF_LETTERS = 24  # of each letter: nearly as many pictures
DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Made:
    """A data set that is one file, made of parts: the same bytes of the same parts.

    The bytes of what is drawn from fonts depend on FreeType too, which Pillow brings along:
    FreeType 2.13 draws 5 % of the digits otherwise than 2.14.1 and 2.14.3.
    """

    parts: tuple[Part, ...]
    make: Callable[[Contents], LabelledImages]

    def content(self, contents: Contents) -> bytes:
        """The file's bytes. Raises OSError where a part has another content than expected."""
        for part, given in zip(self.parts, contents, strict=True):
            part.check(given)
        return packed(self.make(contents))


def drawn_by() -> str:
    """What a file's bytes depend on beside its parts, for messages."""
    return f"Pillow {pillow} with FreeType {features.version('freetype2')}"


def _digits(contents: Contents) -> LabelledImages:
    return _printed(contents, DIGITS, COPIES)


def _letters(contents: Contents) -> LabelledImages:
    return _printed(contents, LETTERS, COPIES_OF_LETTERS)


def _printed(contents: Contents, characters: str, copies: int) -> LabelledImages:
    names = (family.name for family in FAMILIES)
    return drawn(list(zip(names, contents, strict=True)), characters, copies)


def _emoji(vendor: str, sha256: str) -> Made:
    files = ("emoji.json", f"img/{vendor}/sheets-clean/64.png")
    part = Part(f"emoji-datasource-{vendor}@16.0.0", files, sha256)
    return Made((part,), lambda contents: cut_out(*contents[0]))


MADE = {
    "PrintedDigits": Made(tuple(family.part for family in FAMILIES), _digits),
    "PrintedLetters": Made(tuple(family.part for family in FAMILIES), _letters),
    "NotoEmoji": _emoji("google", "ea656b406686cfcbaea37ff997251e1a"),
    "Twemoji": _emoji("twitter", "306e22ff8a123d0a32d676507def195f"),
}
