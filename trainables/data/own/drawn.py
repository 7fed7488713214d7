"""Printed digits and letters, and emoji, as domains: pictures made here once, of known numbers."""

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar

from trainables.checks import check_choice, check_whole
from trainables.data.domain import Domain, DomainData, Objects, Shape
from trainables.data.own.partition import Sizes, drawn_rows
from trainables.data.pictures import SIZES, VENDORS, emoji, printed_digits, printed_letters
from trainables.data.rendered.families import FAMILIES
from trainables.data.rendered.made import COPIES, COPIES_OF_LETTERS, DIGITS, LETTERS
from trainables.data.rendered.packed import LabelledImages
from trainables.data.splits import SplitRows
from trainables.data.task import Classes, Task
from trainables.errors import BadInputError
from trainables.randomness import generator


@dataclass(frozen=True, kw_only=True)
class Drawn(Domain):
    """Pictures in groups, split by a seed so that no group is in two of Small, Big and Test."""

    small: int
    test_size: int

    def __post_init__(self) -> None:
        check_whole(self, "small", at_least=1)
        check_whole(self, "test_size", at_least=1)
        if self._sizes.big < 1:
            raise BadInputError(
                f"small={self.small} and test_size={self.test_size} leave nothing for Big of the "
                f"{self._counts[0]:,} {self.objects}: give less"
            )

    @property
    @abstractmethod
    def _counts(self) -> tuple[int, int]:
        """How many pictures there are, and how many are in the largest group."""

    @property
    @abstractmethod
    def _pictures(self) -> LabelledImages:
        """All of them, in memory."""

    @property
    @abstractmethod
    def _draw(self) -> str:
        """The name of the random draws of its splits."""

    @property
    def _sizes(self) -> Sizes:
        objects, largest = self._counts
        cut = 2 * (largest - 1)  # of a group at either boundary
        return Sizes(self.test_size, self.small, objects - self.test_size - self.small - cut)

    @property
    def split_sizes(self) -> dict[str, int]:
        """The same for every seed."""
        test, small, big = self._sizes
        return {"Train": small + big, "Big": big, "Small": small, "Test": test}

    @property
    def draws_test(self) -> bool:
        """It has none of its own."""
        return True

    def load(self) -> DomainData:
        """Verified; fetched and drawn first where missing."""
        found = self._pictures
        return DomainData(Objects(found.images.flatten(1), found.labels), None, found.groups)

    def rows(self, seed: int) -> SplitRows:
        """Test first, then Small, then Big."""
        objects, groups = self._counts[0], self._pictures.groups
        draw = generator(self._draw, seed)
        return drawn_rows(self._sizes, objects, draw, labels=None, groups=groups)


@dataclass(frozen=True, kw_only=True)
class Printed(Drawn):
    """Characters of FAMILIES of fonts, in the style of MNIST's digits; split by family."""

    characters: ClassVar[str]
    """The classes in turn."""
    copies: ClassVar[int]
    """Of each, from each family."""

    @property
    def shape(self) -> Shape:
        """Grey."""
        return (1, 28, 28)

    @property
    def task(self) -> Task:
        """A class for each character."""
        return Classes(names=tuple(self.characters))

    @property
    def _counts(self) -> tuple[int, int]:
        family = self.copies * len(self.characters)
        return len(FAMILIES) * family, family

    @property
    def _draw(self) -> str:
        return f"split/{self.name}"


@dataclass(frozen=True, kw_only=True)
class PrintedDigits(Printed):
    """Digits 0 to 9 of 64 families of fonts, in the style of handwritten ones; split by family."""

    characters: ClassVar[str] = DIGITS
    copies: ClassVar[int] = COPIES
    small: int = 1_000
    test_size: int = 5_120

    @property
    def name(self) -> str:
        """As tables show it."""
        return "PrintedDigits"

    @property
    def objects(self) -> str:
        """What they show."""
        return "digits"

    @property
    def _pictures(self) -> LabelledImages:
        return printed_digits()


@dataclass(frozen=True, kw_only=True)
class PrintedLetters(Printed):
    """The capitals A to Z of the families of `PrintedDigits`; split by family."""

    characters: ClassVar[str] = LETTERS
    copies: ClassVar[int] = COPIES_OF_LETTERS
    small: int = 2_600
    test_size: int = 4_992

    @property
    def name(self) -> str:
        """As tables show it."""
        return "PrintedLetters"

    @property
    def objects(self) -> str:
        """What they show."""
        return "letters"

    @property
    def _pictures(self) -> LabelledImages:
        return printed_letters()


CATEGORIES = (
    "Smileys & Emotion", "People & Body", "Animals & Nature", "Food & Drink", "Travel & Places",
    "Activities", "Objects", "Symbols", "Flags",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Emoji(Drawn):
    """Emoji as one vendor draws them, in their categories; split by emoji, variants together.

    vendor: "noto" or "twemoji". size: of a picture, 64, 32 or 16 pixels. A seed puts an emoji
    into the same split for both vendors: no teacher has seen another drawing of a test object.
    """

    vendor: str
    size: int = 32
    small: int = 400
    test_size: int = 400

    def __post_init__(self) -> None:
        check_choice(self, "vendor", VENDORS)
        if self.size not in SIZES:
            raise BadInputError(f"Emoji.size is {self.size!r}: give one of {[*SIZES]}")
        super().__post_init__()

    @property
    def name(self) -> str:
        """The data set's."""
        return VENDORS[self.vendor]

    @property
    def objects(self) -> str:
        """What they are."""
        return "emoji"

    @property
    def shape(self) -> Shape:
        """In colour."""
        return (3, self.size, self.size)

    @property
    def task(self) -> Task:
        """Nine categories, of 85 to 386 emoji."""
        return Classes(names=CATEGORIES, even=False)

    def pairs_with(self, other: Domain) -> bool:
        """With the same emoji as the other vendor draws them, of equal size and splits."""
        same = isinstance(other, Emoji) and replace(other, vendor=self.vendor) == self
        return same and other != self

    @property
    def _counts(self) -> tuple[int, int]:
        return 1_906, 10

    @property
    def _pictures(self) -> LabelledImages:
        return emoji(self.vendor, self.size)

    @property
    def _draw(self) -> str:
        return f"split/emoji/{self.small}/{self.test_size}"
