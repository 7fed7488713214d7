"""How candidates of a search are scored: rules that say which objects they may read.

A setting with a rule is trained to be compared, not to be reported. It is scored on what its
rule names and on nothing else; the test set is not even loaded (but for the oracle, which is
what selection by test would be, and is named so). The chosen setting is then trained anew,
without a rule, on all of its split and with fresh seeds, and that result is reported.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from trainables.checks import check_choice, check_real, check_whole
from trainables.data.measures import MEASURES
from trainables.errors import BadInputError


@dataclass(frozen=True, kw_only=True)
class Pruning:
    """When settings that are compared in one cohort are dropped before their last epoch.

    group: settings that compete; they are trained as one cohort, so the outcome does not depend
        on how many workers there are.
    rungs: shares of the epochs after which the settings are compared.
    keep: the share that goes on after each rung (successive halving, Jamieson & Talwalkar 2016);
        1 drops none by rank.
    alpha: a setting is also dropped where a one-sided paired Wilcoxon test over its seeds and
        folds finds it worse than the best at this level; 0 drops none by test.
    """

    group: int = 8
    rungs: tuple[float, ...] = (0.3, 0.6)
    keep: float = 0.5
    alpha: float = 0.05

    def __post_init__(self) -> None:
        check_whole(self, "group", at_least=2)
        check_real(self, "keep", above=0.0, at_most=1.0)
        check_real(self, "alpha", at_least=0.0, below=1.0)
        object.__setattr__(self, "rungs", tuple(self.rungs))
        if not all(0 < rung < 1 for rung in self.rungs) or list(self.rungs) != sorted(self.rungs):
            raise BadInputError(
                f"Pruning.rungs is {self.rungs}: give shares of the epochs between 0 and 1, rising"
            )


@dataclass(frozen=True, kw_only=True)
class Rule(ABC):
    """How a setting is scored: each of its `parts` is held out in turn from one student.

    score: the measure whose mean over seeds and parts is the score, at the last epoch.
    pruning: how candidates are dropped before; None for never.
    """

    name: ClassVar[str]
    reads: ClassVar[str] = "validation"
    """What its scores are made of: "validation", objects of the student's own split, or "test"."""
    score: str = "accuracy"
    pruning: Pruning | None = None

    def __post_init__(self) -> None:
        check_choice(self, "score", MEASURES)

    @property
    @abstractmethod
    def parts(self) -> int:
        """How many students it takes to score a setting once: one a part held out."""

    @property
    @abstractmethod
    def share(self) -> float:
        """The share of the split that each part holds out."""

    @property
    def metric(self) -> str:
        """The recorded metric that the score is."""
        return f"{'validation' if self.reads == 'validation' else 'oracle'}/{self.score}"

    @property
    def higher_is_better(self) -> bool:
        """True for accuracy, say."""
        return MEASURES[self.score].higher_is_better


@dataclass(frozen=True, kw_only=True)
class CrossValidation(Rule):
    """Each of `folds` equal parts of the split is held out once; the score is their mean."""

    name: ClassVar[str] = "cross-validation"
    folds: int = 5

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole(self, "folds", at_least=2)

    @property
    def parts(self) -> int:
        """One a fold."""
        return self.folds

    @property
    def share(self) -> float:
        """A fold's."""
        return 1 / self.folds


@dataclass(frozen=True, kw_only=True)
class HoldOut(Rule):
    """One seeded random share of the split is held out."""

    name: ClassVar[str] = "hold-out"
    held_out: float = 0.2

    def __post_init__(self) -> None:
        super().__post_init__()
        check_real(self, "held_out", above=0.0, below=1.0)

    @property
    def parts(self) -> int:
        """One."""
        return 1

    @property
    def share(self) -> float:
        """As given."""
        return self.held_out


@dataclass(frozen=True, kw_only=True)
class Oracle(Rule):
    """Selection by the test set: never a default, only to show what it would have claimed."""

    name: ClassVar[str] = "oracle"
    reads: ClassVar[str] = "test"

    @property
    def parts(self) -> int:
        """One, trained on all of the split."""
        return 1

    @property
    def share(self) -> float:
        """Nothing is held out."""
        return 0.0
