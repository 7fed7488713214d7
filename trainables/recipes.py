"""How a network is trained: its schedule, and the recipes of a teacher and of a VAE."""

import math
from dataclasses import dataclass

from trainables.checks import check_choice, check_real, check_whole
from trainables.data.domains import (
    BIKE_SHARING,
    BIKE_SHARING_PUBLISHED,
    DOMAINS,
    FASHION_MNIST,
    GENERATED_MNIST,
    TRAINING_SPLITS,
)
from trainables.errors import BadInputError

DENSE_EPOCHS = 20  # a schedule of at most this many epochs is measured after each


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """How long and how fast a network is trained: Adam at a constant rate, no weight decay."""

    epochs: int
    batch_size: int
    learning_rate: float = 1e-3

    def __post_init__(self) -> None:
        check_whole(self, "epochs", at_least=1)
        check_whole(self, "batch_size", at_least=1)
        check_real(self, "learning_rate", above=0.0)

    @property
    def measured_epochs(self) -> tuple[int, ...]:
        """The epochs, from 0, after which the test set is evaluated and a curve gets a point.

        All of up to 20; else the first ten, then every fifth, and the last. (Evaluating 10,000
        test objects costs as much as an epoch of training on 1,000.)
        """
        if self.epochs <= DENSE_EPOCHS:
            return tuple(range(self.epochs))
        sparse = range(14, self.epochs, 5)
        return tuple(sorted({*range(10), *sparse, self.epochs - 1}))

    def steps(self, objects: int) -> int:
        """Optimiser steps over all epochs; the last batch of an epoch may be smaller."""
        return self.epochs * math.ceil(objects / self.batch_size)


@dataclass(frozen=True, kw_only=True)
class VaeRecipe:
    """A VAE with one encoder and two decoders, for garments and for digits.

    labels: of which garments the labels choose the paired digits. "all", as published, lets 60,000
        labels into a study of 1,000; "small" pairs only the student's labelled garments, while
        the others, unlabelled, train the garment decoder.
    garments: the split that it is trained on.
    """

    labels: str = "all"
    latent_size: int = 64
    hidden_size: int = 200
    garments: str = "Train"
    schedule: Schedule = Schedule(epochs=20, batch_size=64)

    def __post_init__(self) -> None:
        check_choice(self, "labels", ("all", "small"))
        check_choice(self, "garments", ("Train", "Small"))
        check_whole(self, "latent_size", at_least=1)
        check_whole(self, "hidden_size", at_least=1)


@dataclass(frozen=True, kw_only=True)
class TeacherRecipe:
    """A teacher: the domain and split that it learns from, its layers and its schedule.

    Two faults of the published study can be repeated (docs/protocol, "What is wrong with it, and
    ours"):
    copies: GeneratedMNIST has one digit for each garment, copied, so that Big and Test share
        images; otherwise each image is a sample of its own.
    broadcast: the regression's loss compares every answer with every value: Setting.broadcast.
    """

    domain: str = FASHION_MNIST
    split: str = "Big"
    hidden_sizes: tuple[int, ...] = (256, 128, 64, 64)
    schedule: Schedule = Schedule(epochs=10, batch_size=64)
    copies: bool = False
    broadcast: bool = False

    def __post_init__(self) -> None:
        check_choice(self, "domain", DOMAINS)
        check_choice(self, "split", TRAINING_SPLITS)
        object.__setattr__(self, "hidden_sizes", tuple(self.hidden_sizes))
        if not self.hidden_sizes or any(size < 1 for size in self.hidden_sizes):
            raise BadInputError(
                f"hidden_sizes is {self.hidden_sizes}: give one or more sizes of at least 1"
            )
        if self.copies and self.domain != GENERATED_MNIST:
            raise BadInputError(
                f"copies=True is for {GENERATED_MNIST} only, not for {self.domain}"
            )
        if self.broadcast and self.domain not in (BIKE_SHARING, BIKE_SHARING_PUBLISHED):
            raise BadInputError(
                f"broadcast=True is for teachers of {BIKE_SHARING} and {BIKE_SHARING_PUBLISHED} "
                f"only, not for {self.domain}"
            )
