"""How candidates of a search are scored: rules that say which objects they may read.

A setting with a rule is trained to be compared, not to be reported. It is scored on what its
rule names and on nothing else: its student never reads the test set (but for the oracle's, which
is what selection by test would be, and is named so). Teachers are measured on test sets when they
are made, which no candidate's record tells. The chosen setting is then trained anew, without a
rule, on all of its split and with fresh seeds, and that result is reported.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar

from trainables.checks import check_choice, check_flag, check_real, check_whole
from trainables.data.measures import MEASURES
from trainables.errors import BadInputError
from trainables.settings.population import Population


@dataclass(frozen=True, kw_only=True)
class Pruning:
    """When settings that are compared in one cohort are dropped before their last epoch.

    group: settings that compete; they are trained as one cohort, so the outcome does not depend
        on how many workers there are.
    rungs: shares of the epochs after which the settings are compared.
    keep: the share that goes on after each rung (successive halving, Jamieson & Talwalkar 2016);
        1 drops none by rank.
    alpha: a setting is also dropped where the signed ranks of its seeds and folds against the
        best's are below this level of Wilcoxon's; a heuristic and no test, since folds share what
        they learn from. 0 drops none so.
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

    def rung_epochs(self, epochs: int) -> list[int]:
        """After how many epochs the settings are compared; rungs that round alike are one."""
        return sorted({round(rung * epochs) for rung in self.rungs} - {0, epochs})

    def kept(self, settings: int) -> int:
        """How many of so many go on by rank."""
        return max(1, math.ceil(settings * self.keep))


@dataclass(frozen=True, kw_only=True)
class Halving:
    """Synchronous successive halving of the settings of one cohort, with the budgets of ASHA.

    The first r epochs are all settings' own; the best 1/η of them train on to r·η epochs, the
    best 1/η of those to r·η², and so on (Jamieson and Talwalkar 2016; one bracket of Hyperband,
    Li et al. 2018, Algorithm 1). r·η^k are the rungs of ASHA (Li et al. 2020); the algorithm is
    not: ASHA promotes as soon as one is among the best of those so far, so that its outcome
    depends on who is first. Here all of a group reach a rung before any is dropped.

    group: settings that compete, trained as one cohort.
    factor: η, a whole number.
    first: r as a share of the epochs; one epoch at least. Rungs are whole multiples of r: few
        epochs have fewer of them, and never two in one place.
    """

    alpha: ClassVar[float] = 0.0  # nothing is dropped but by rank
    group: int = 27
    factor: int = 3
    first: float = 1 / 27

    def __post_init__(self) -> None:
        check_whole(self, "group", at_least=2)
        check_whole(self, "factor", at_least=2)
        check_real(self, "first", above=0.0, below=1.0)

    def rung_epochs(self, epochs: int) -> list[int]:
        """After how many epochs the settings are compared: r, r·η, ... before the last."""
        rungs, rung = [], max(1, round(self.first * epochs))
        while rung < epochs:
            rungs.append(rung)
            rung *= self.factor
        return rungs

    def kept(self, settings: int) -> int:
        """How many of so many go on: the best ⌊n/η⌋, one at least."""
        return max(1, settings // self.factor)


@dataclass(frozen=True, kw_only=True)
class Rule(ABC):
    """How a setting is scored: each of its `parts` is held out in turn from one student.

    score: the measure whose mean over seeds and parts is the score, at the last epoch.
    pruning: how candidates are dropped before; None for never.
    population: how candidates learn from each other; None for not at all.
    again: whether this is the second scoring, of a search's finalists (see Search.finalists).
    within: of a candidate of a nested search, the seed that it is chosen for; None for all.
    """

    name: ClassVar[str]
    reads: ClassVar[str] = "validation"
    """What its scores are made of: "validation", objects of the student's own split, or "test"."""
    score: str = "accuracy"
    pruning: Pruning | Halving | None = None
    population: Population | None = None
    again: bool = False
    within: int | None = None

    def __post_init__(self) -> None:
        check_choice(self, "score", MEASURES)
        check_flag(self, "again")
        if self.within is not None:
            check_whole(self, "within", at_least=0)
        if not isinstance(self.pruning, Pruning | Halving | None):
            raise BadInputError(
                f"{type(self).__name__}.pruning is {self.pruning!r}: give Pruning(), Halving() "
                "or None"
            )
        if not isinstance(self.population, Population | None):
            raise BadInputError(
                f"{type(self).__name__}.population is {self.population!r}: give Population() or "
                "None"
            )
        if self.pruning and self.population:
            raise BadInputError(
                "a population keeps all of its settings to the end: give pruning or population"
            )

    @property
    def label(self) -> str:
        """As tables name it."""
        return f"{self.name}, again" if self.again else self.name

    @property
    @abstractmethod
    def parts(self) -> int:
        """How many students it takes to score a setting once: one a part held out."""

    @property
    @abstractmethod
    def share(self) -> float:
        """The share of the split that each part holds out."""

    @property
    def group(self) -> int | None:
        """How many settings at most need each other, trained as one cohort; None where none do."""
        competing = self.pruning or self.population
        return competing.group if competing else None

    @property
    def as_trained(self) -> "Rule":
        """The same for every seed's search: their candidates are trained alike, together."""
        return replace(self, within=None)

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
    """Selection by the test set: never a default, only to show what it would have claimed.

    selects_by: the share of the test set that it selects by, drawn once for all settings and
        seeds. On the rest, recorded as "oracle_rest/<measure>", the same students show what the
        claim is worth.
    """

    name: ClassVar[str] = "oracle"
    reads: ClassVar[str] = "test"
    selects_by: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_real(self, "selects_by", above=0.0, at_most=1.0)

    @property
    def parts(self) -> int:
        """One, trained on all of the split."""
        return 1

    @property
    def share(self) -> float:
        """Nothing is held out."""
        return 0.0
