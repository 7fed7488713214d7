"""The built-in domains: garments, digits, digits that a VAE makes, and rentals an hour."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from trainables.checks import check_choice, check_flag, check_whole
from trainables.data.datasets import load, load_table
from trainables.data.domain import Domain, DomainData, Shape
from trainables.data.download import ensure
from trainables.data.sources import DATASETS
from trainables.data.splits import SplitRows
from trainables.data.task import Classes, Numbers, Task
from trainables.errors import BadInputError, Say
from trainables.randomness import generator

# Sizes as Orlov and Grabovoy print them: docs/protocol, "Domains and splits" and "Networks".
IMAGE_SPLITS = {"Train": 60_000, "Big": 59_000, "Small": 1_000, "Test": 10_000}
TABLE_SPLITS = {"Train": 9_000, "Big": 8_700, "Small": 300, "Test": 1_000}
SIDE = 28
FEATURES = 15  # of a row of bike sharing

GARMENTS = (
    "T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot",
)  # fmt: skip
DIGITS = tuple(map(str, range(10)))


@dataclass(frozen=True, kw_only=True)
class MnistLike(Domain):
    """FashionMNIST or MNIST: 60,000 grey images of 28×28 in ten classes, with a test set.

    small: objects in Small, as published by default; a larger Small holds the smaller ones.
    big: objects in Big, the same whatever small is; None for all that Small leaves.
    """

    dataset: str
    small: int = IMAGE_SPLITS["Small"]
    big: int | None = None

    def __post_init__(self) -> None:
        check_choice(self, "dataset", ("FashionMNIST", "MNIST"))
        check_whole(self, "small", at_least=1)
        if self.big is not None:
            check_whole(self, "big", at_least=1)
        if self.small + (self.big or 1) > IMAGE_SPLITS["Train"]:
            left = "nothing for Big" if self.big is None else f"too few for big={self.big}"
            raise BadInputError(
                f"small={self.small} leaves {left}: {self.dataset} has "
                f"{IMAGE_SPLITS['Train']:,} {self.objects} to learn from; give less"
            )

    @property
    def name(self) -> str:
        """The data set's."""
        return self.dataset

    @property
    def digests(self) -> Mapping[str, str]:
        """Of its four files."""
        return DATASETS[self.dataset].sha256

    @property
    def objects(self) -> str:
        """Garments or digits."""
        return "garments" if self.dataset == "FashionMNIST" else "digits"

    @property
    def shape(self) -> Shape:
        """One channel."""
        return (1, SIDE, SIDE)

    @property
    def task(self) -> Task:
        """Ten classes."""
        return Classes(names=GARMENTS if self.dataset == "FashionMNIST" else DIGITS)

    @property
    def split_sizes(self) -> dict[str, int]:
        """As published, but for another Small or Big."""
        big = IMAGE_SPLITS["Train"] - self.small if self.big is None else self.big
        return IMAGE_SPLITS | {"Small": self.small, "Big": big}

    @property
    def splitting(self) -> tuple[object, ...]:
        """Without Small, where Big is the same whatever that is."""
        return super().splitting if self.big is None else (self.name, "Big", self.big)

    @property
    def compared_as(self) -> tuple[object, ...]:
        """The data set: its test set is the same whatever the sizes are."""
        return (self.dataset,)

    @property
    def size_note(self) -> str:
        """Another Small than as published."""
        return "" if self.small == IMAGE_SPLITS["Small"] else f" of {self.small:,}"

    def load(self) -> DomainData:
        """Verified; fetched first where missing."""
        return load(self.dataset)

    def prepare(self, announce: Say | None = None) -> None:
        """Fetch and verify its files."""
        ensure(self.dataset, announce)

    def rows(self, seed: int) -> SplitRows:
        """Train, and its random partition into Big and Small."""
        draw = generator(f"split/{self.name}", seed)
        order = torch.randperm(IMAGE_SPLITS["Train"], generator=draw)
        small, big = order[: self.small], order[-self.split_sizes["Big"] :]
        none = torch.empty(0, dtype=torch.int64)
        return SplitRows(torch.arange(IMAGE_SPLITS["Train"]), big, small, none)


@dataclass(frozen=True, kw_only=True)
class Generated(Domain):
    """What the link's VAE makes of the student's labelled Small objects, for a teacher.

    like: the domain of which it makes objects. copies: one counterpart for each object, copied,
    so that Big and Test share images, as published (docs/protocol, "What is wrong with it, and
    ours"); otherwise each is a sample of its own.
    """

    like: Domain
    copies: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.like, Domain) or self.like.made_by_link:
            raise BadInputError(f"Generated.like is {self.like!r}: give a domain that has objects")
        check_flag(self, "copies")

    @property
    def name(self) -> str:
        """Generated, and what it is like."""
        return f"Generated{self.like.name}"

    @property
    def objects(self) -> str:
        """As in the other."""
        return self.like.objects

    @property
    def shape(self) -> Shape:
        """As in the other."""
        return self.like.shape

    @property
    def task(self) -> Task:
        """As in the other."""
        return self.like.task

    @property
    def split_sizes(self) -> dict[str, int]:
        """As in the other."""
        return self.like.split_sizes

    @property
    def made_by_link(self) -> bool:
        """By its VAE."""
        return True

    def load(self) -> DomainData:
        """Raises TypeError: trainables.artifacts.generated makes it."""
        raise TypeError(f"{self.name} is made by a VAE: see trainables.artifacts.generated")

    def rows(self, seed: int) -> SplitRows:
        """Raises TypeError, too."""
        raise TypeError(f"{self.name} is made by a VAE: see trainables.artifacts.generated")

    def prepare(self, announce: Say | None = None) -> None:
        """What it is made like."""
        self.like.prepare(announce)


@dataclass(frozen=True, kw_only=True)
class BikeSharing(Domain):
    """Rentals of bikes an hour: 15 features of an hour, of which a seed draws 10,000.

    published: the features and rows that were most likely used (docs/protocol, "What is wrong
    with it, and ours"): raw columns of the first 10,000 rows, nothing standardised.
    """

    published: bool = False

    def __post_init__(self) -> None:
        check_flag(self, "published")

    @property
    def name(self) -> str:
        """Of every table and record of a regression."""
        return "RegRaw" if self.published else "Reg"

    @property
    def digests(self) -> Mapping[str, str]:
        """Of the table."""
        return DATASETS["BikeSharing"].sha256

    @property
    def objects(self) -> str:
        """A row is an hour."""
        return "hours"

    @property
    def shape(self) -> Shape:
        """Features of an hour."""
        return (FEATURES,)

    @property
    def task(self) -> Task:
        """Rentals."""
        return Numbers(unit="rentals", digits=(0, 1))

    @property
    def split_sizes(self) -> dict[str, int]:
        """As published."""
        return TABLE_SPLITS

    @property
    def standardised(self) -> bool:
        """Unless as published."""
        return not self.published

    @property
    def draws_test(self) -> bool:
        """It has no test set of its own."""
        return True

    def load(self) -> DomainData:
        """Verified; fetched first where missing."""
        return DomainData(load_table(published=self.published), None)

    def prepare(self, announce: Say | None = None) -> None:
        """Fetch and verify its file."""
        ensure("BikeSharing", announce)

    def rows(self, seed: int) -> SplitRows:
        """10,000 of all rows, divided into Test, Small and Big; as published of the first."""
        total = TABLE_SPLITS["Train"] + TABLE_SPLITS["Test"]
        rows = total if self.published else len(self.load().train)
        order = torch.randperm(rows, generator=generator(f"split/{self.name}", seed))[:total]
        sizes = [TABLE_SPLITS[name] for name in ("Test", "Small", "Big")]
        test, small, big = order.split(sizes)
        return SplitRows(torch.cat([small, big]), big, small, test)


FASHION_MNIST, MNIST = MnistLike(dataset="FashionMNIST"), MnistLike(dataset="MNIST")
GENERATED_MNIST = Generated(like=MNIST)
BIKE_SHARING, BIKE_SHARING_PUBLISHED = BikeSharing(), BikeSharing(published=True)
BUILT_IN: dict[str, Domain] = {
    domain.name: domain
    for domain in (FASHION_MNIST, MNIST, GENERATED_MNIST, BIKE_SHARING, BIKE_SHARING_PUBLISHED)
}
