"""How long, how fast and by what a network is trained."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from trainables.checks import check_choice, check_flag, check_real, check_whole
from trainables.data.augment import Augment
from trainables.errors import BadInputError

DENSE_EPOCHS = 20  # a schedule of at most this many epochs is measured after each
MOMENTUM = 0.9  # Sutskever et al. 2013, and most of what was trained by SGD since
SELECTION_SHARE = 0.2
"""Of the objects, what is held out to select the epoch: as much as to select a setting."""


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """How long, how fast and by what a network is trained; by default Adam at a constant rate.

    optimiser: "adam" or "sgd". weight_decay: of all parameters; Adam's is decoupled (AdamW:
        Loshchilov and Hutter 2019, Algorithm 2), SGD's is coupled, as in PyTorch.
    momentum: of SGD; Adam has none.
    rate: over the steps, "constant", or "cosine" down to 0; see rate_factor.
    warm_up: the share of all steps in which the rate rises linearly from 0.
    augment: random changes of the images that are learnt from; None for none.
    normalise: whether images are standardised by channel, by the objects that are learnt from.
    select_epoch: whether training ends at the epoch that is best on a held-out part of the
        objects, `epochs` at the latest. That is found by a first training without that part;
        then the network is trained anew, on all objects.
    select_by: the measure that is best there: "cross_entropy", say; "" for the domain's first.

    Raises BadInputError for a wrong value, and for values that do not fit each other.
    """

    epochs: int
    batch_size: int
    learning_rate: float = 1e-3
    optimiser: str = "adam"
    weight_decay: float = 0.0
    momentum: float = MOMENTUM
    rate: str = "constant"
    warm_up: float = 0.0
    augment: Augment | None = None
    normalise: bool = False
    select_epoch: bool = False
    select_by: str = ""

    def __post_init__(self) -> None:
        check_whole(self, "epochs", at_least=1)
        check_whole(self, "batch_size", at_least=1)
        check_real(self, "learning_rate", above=0.0)
        check_choice(self, "optimiser", ("adam", "sgd"))
        check_real(self, "weight_decay", at_least=0.0)
        check_real(self, "momentum", at_least=0.0, below=1.0)
        check_choice(self, "rate", ("constant", "cosine"))
        check_real(self, "warm_up", at_least=0.0, below=1.0)
        check_flag(self, "normalise")
        check_flag(self, "select_epoch")
        if self.select_by and not self.select_epoch:
            raise BadInputError(
                f"Schedule.select_by is {self.select_by!r}, and no epoch is selected: give "
                "select_epoch=True, or leave select_by away"
            )
        if self.augment is not None and not isinstance(self.augment, Augment):
            raise BadInputError(
                f"Schedule.augment is {self.augment!r}: give Augment(crop=4, flip=True), say, "
                "or None"
            )
        if self.optimiser == "adam" and self.momentum != MOMENTUM:
            raise BadInputError(
                f"Schedule.momentum is {self.momentum:g}, and Adam has none: leave it away, or "
                "give optimiser='sgd'"
            )
        if self.select_epoch and (self.rate == "cosine" or self.warm_up):
            raise BadInputError(
                "Schedule.select_epoch ends training early, and a rate that changes over all its "
                "epochs (cosine, warm_up) must run to its end: give one of the two"
            )

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

    @property
    def label(self) -> str:
        """What is unlike the usual beside epochs, batch and rate: "sgd, cosine"; else a dash."""
        said = [self.optimiser] if self.optimiser != "adam" else []
        said += [f"weight decay {self.weight_decay:.3g}"] if self.weight_decay else []
        said += [self.rate] if self.rate != "constant" else []
        said += [f"warm-up {self.warm_up:g}"] if self.warm_up else []
        said += ["augmented"] if self.augment else []
        said += ["normalised"] if self.normalise else []
        by = f" by {self.select_by.replace('_', '-')}" if self.select_by else ""
        said += [f"selected epoch{by}"] if self.select_epoch else []
        return ", ".join(said) or "—"

    @property
    def shared(self) -> "Schedule":
        """What members of one cohort have in common: all but rate and weight decay."""
        return replace(self, learning_rate=1e-3, weight_decay=0.0)

    def steps(self, objects: int) -> int:
        """Optimiser steps over all epochs; the last batch of an epoch may be smaller."""
        return self.epochs * math.ceil(objects / self.batch_size)

    def rate_factor(self, step: int, steps: int) -> float:
        """What the learning rate is multiplied by at a step, from 0, of so many.

        Of w = warm_up · steps steps of warm-up, step s has (s + 1) / (w + 1). After that 1, or
        for "cosine" ½ (1 + cos(π t / T)), where t counts the T steps after the warm-up from 0
        (Loshchilov and Hutter 2017, eq. 5, without restarts).
        """
        rising = round(self.warm_up * steps)
        if step < rising:
            return (step + 1) / (rising + 1)
        if self.rate == "constant":
            return 1.0
        return (1 + math.cos(math.pi * (step - rising) / (steps - rising))) / 2


def check_schedule(what: str, given: Any) -> None:
    """Raise BadInputError unless a schedule was given; what: for which field, "Adda.first"."""
    if not isinstance(given, Schedule):
        raise BadInputError(f"{what} is {given!r}: give Schedule(epochs=..., batch_size=...)")


def selected_epoch(validation: Sequence[float], *, higher_is_better: bool) -> int:
    """The epoch, from 0, whose value on the held-out part is best; of equals the earliest.

    validation: the value after each epoch. NaNs are never best; where all are, the last epoch.
    """
    sign = -1.0 if higher_is_better else 1.0
    sound = [epoch for epoch, value in enumerate(validation) if not math.isnan(value)]
    return min(sound, key=lambda epoch: sign * validation[epoch], default=len(validation) - 1)
