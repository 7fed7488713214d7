"""A domain: what is learnt, from which objects, and how a random seed splits them.

A domain is a small frozen dataclass. Whatever determines its objects is a field and so a part of
every identity it enters; where they lie on this machine is not. To add one, subclass Domain.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, NamedTuple

import torch
from torch import Tensor

from trainables.data.measures import Measure, measure_from
from trainables.data.splits import SplitRows
from trainables.data.task import Classes, Task
from trainables.errors import Say

Shape = tuple[int, ...]
"""Of one object: (channels, height, width) of an image, (features,) of a row of a table."""
IMAGES, TABLE = "images", "features"  # the kinds of objects, which a link maps
TRAINING_SPLITS = ("Train", "Big", "Small")


def shape_text(shape: Shape) -> str:
    """A shape as messages write it: "3×28×28"."""
    return "×".join(map(str, shape))


@dataclass(frozen=True)
class Objects:
    """Labelled objects, each flattened to a row of D values.

    pixels: of images uint8 [n, D], or float32 in [0, 1] where they are seen through a view; of a
        table its features, float32 [n, D].
    labels: classes, int64 [n]; or the values to predict, float32 [n].
    """

    pixels: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, rows: Tensor | slice) -> "Objects":
        return Objects(self.pixels[rows], self.labels[rows])

    def inputs(self) -> Tensor:
        """Float32 [n, D]: pixels in [0, 1]; a table's features as they are."""
        return self.pixels.float() / 255 if self.pixels.dtype == torch.uint8 else self.pixels

    def to(self, device: torch.device) -> "Objects":
        """The same objects on a device."""
        return Objects(self.pixels.to(device), self.labels.to(device))


class DomainData(NamedTuple):
    """All objects of a domain: those that seeds split, and its own test set.

    test: None where it is the seed that draws the test set. groups: int64 [n], of the objects
    that seeds split, where some belong together.
    """

    train: Objects
    test: Objects | None
    groups: Tensor | None = None


@dataclass(frozen=True, kw_only=True)
class Described:
    """What tables and figures need to know of a domain: it is kept with the records.

    kind: of what is learnt, "classes" or "numbers"; objects: what they are called.
    measures, curve: as in `trainables.data.task`; shape: of one object; split_sizes: of each.
    seen: what is seen of each, where that is not all: "7×7"; name is then that of the whole.
    """

    name: str
    kind: str
    objects: str
    measures: tuple[Measure, ...]
    curve: Measure
    shape: Shape
    split_sizes: dict[str, int]
    seen: str = ""

    @staticmethod
    def from_plain(plain: dict[str, Any]) -> "Described":
        """The same from what dataclasses.asdict made of it, read back from JSON."""
        measures = tuple(measure_from(each) for each in plain["measures"])
        curve, shape = measure_from(plain["curve"]), tuple(plain["shape"])
        return Described(**plain | {"measures": measures, "curve": curve, "shape": shape})

    @property
    def is_classification(self) -> bool:
        """True where classes are learnt; else numbers are."""
        return self.kind == Classes.kind

    @property
    def is_of_images(self) -> bool:
        """True where an object is an image; else it is a row of features."""
        return len(self.shape) == 3

    @property
    def main(self) -> Measure:
        """The measure that settings are chosen by."""
        return self.measures[0]

    @property
    def compared(self) -> tuple[Measure, ...]:
        """The measures in which settings are compared with the student alone."""
        return self.measures[:2]

    def measure(self, name: str) -> Measure:
        """Its measure of that name."""
        return next(one for one in self.measures if one.name == name)

    def with_matters(self, matters: Mapping[str, float]) -> "Described":
        """The same where these are the smallest differences that matter, by measures' names."""
        measures = tuple(
            one.with_matters(matters[one.name]) if one.name in matters else one
            for one in self.measures
        )
        return replace(self, measures=measures)


def domains_in(value: object) -> "Iterator[Domain]":
    """Every domain in a dataclass, its fields, theirs, and so on."""
    if isinstance(value, Domain):
        yield value
    elif is_dataclass(value):
        for field in fields(value):
            yield from domains_in(getattr(value, field.name))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from domains_in(each)


@dataclass(frozen=True, kw_only=True)
class Domain(ABC):
    """What is learnt, from which objects; see the properties."""

    @property
    @abstractmethod
    def name(self) -> str:
        """As tables show it, and the name of the random draws of its splits."""

    @property
    @abstractmethod
    def shape(self) -> Shape:
        """Of one object."""

    @property
    @abstractmethod
    def task(self) -> Task:
        """Classes with their names, or numbers with their unit."""

    @property
    @abstractmethod
    def split_sizes(self) -> dict[str, int]:
        """Objects in Train, Big, Small and Test."""

    @abstractmethod
    def load(self) -> DomainData:
        """All objects, from this machine's memory after the first call in a process.

        Raises BadInputError where they cannot be had, or are others than they were.
        """

    @abstractmethod
    def rows(self, seed: int) -> SplitRows:
        """The rows of `load().train` that this seed puts into each split."""

    @property
    def objects(self) -> str:
        """What its objects are called, in the plural."""
        return "images" if self.kind == IMAGES else "rows"

    @property
    def standardised(self) -> bool:
        """Whether inputs and targets are, by the statistics of the objects learnt from."""
        return False

    @property
    def draws_test(self) -> bool:
        """True where each seed draws a test set of its own."""
        return False

    @property
    def made_by_link(self) -> bool:
        """True for a teacher's domain that is no data set: the link's model makes it."""
        return False

    @property
    def source(self) -> str:
        """Where its objects come from, for the records."""
        return self.name

    @property
    def digests(self) -> Mapping[str, str]:
        """SHA-256 of the content of its files, by their names; none where it has no files."""
        return {}

    @property
    def splitting(self) -> tuple[object, ...]:
        """What the rows of its splits depend on, beside its objects and the seed."""
        return self.name, *self.split_sizes.items()

    @property
    def compared_as(self) -> tuple[object, ...]:
        """What its task and its test sets depend on, beside the seed.

        Students of domains that are equal in it can be compared; by default those of one domain.
        """
        return (self,)

    @property
    def size_note(self) -> str:
        """What names of its Small add where domains differ in its size alone: " of 100"."""
        return ""

    @property
    def whole(self) -> "Domain":
        """The same objects with all that is known of them: itself, unless it is a view of them."""
        return self

    def shown(self, objects: "Domain") -> "Domain":
        """Whole objects as this domain shows its own: as they are, unless it is a view."""
        return objects

    def pairs_with(self, other: "Domain") -> bool:
        """Whether row k of both shows the same thing, and a seed splits both alike.

        By default nothing is known of other domains.
        """
        return False

    def prepare(self, announce: Say | None = None) -> None:
        """Fetch and verify what it needs, before a study starts or on a node of a cluster.

        Raises BadInputError where the objects cannot be had, or are others than they were.
        """
        self.load()

    # ---- what follows from these ----

    @property
    def kind(self) -> str:
        """IMAGES or TABLE."""
        return IMAGES if len(self.shape) == 3 else TABLE

    @property
    def inputs(self) -> int:
        """Values of one object."""
        return math.prod(self.shape)

    @property
    def outputs(self) -> int:
        """Outputs of a network of this domain."""
        return self.task.outputs

    @property
    def described(self) -> Described:
        """What tables and figures need to know of it."""
        return Described(
            name=self.name,
            kind=self.task.kind,
            objects=self.objects,
            measures=self.task.measures,
            curve=self.task.curve,
            shape=self.shape,
            split_sizes=self.split_sizes,
        )

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Settings are selected by the first and compared by the first two."""
        return self.task.measures

    @property
    def main(self) -> Measure:
        """The measure that settings are chosen by."""
        return self.measures[0]

    def split(self, split: str, seed: int) -> Objects:
        """The objects of Train, Big, Small or, where seeds draw it, of Test."""
        return self.load().train[self.rows(seed).of(split)]

    def groups(self, split: str, seed: int) -> Tensor | None:
        """Which objects of a split belong together, int64 [n]; None where none do."""
        groups = self.load().groups
        return None if groups is None else groups[self.rows(seed).of(split)]

    def test(self, seed: int) -> Objects:
        """The test set: the domain's own, or that of this seed."""
        own = self.load().test
        return self.split("Test", seed) if own is None else own

    @property
    def is_classification(self) -> bool:
        """True where classes are learnt; else numbers are."""
        return self.task.kind == Classes.kind
