"""Population-based training of the settings of one cohort: what it is; training is elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trainables.checks import check_real, check_whole
from trainables.errors import BadInputError


@dataclass(frozen=True, kw_only=True)
class Population:
    """How settings of one cohort learn from each other (Jaderberg et al. 2017, Algorithm 1).

    After each `every` epochs but the last, those of the worst scores take weights, the optimiser's
    moments and numbers from one of the best each (exploit, by truncation selection), and multiply
    each searched number by one of the factors (explore). All seeds and folds of a setting move
    together, by their mean score.

    group: settings of one population, trained as one cohort.
    share: of a group, how many are replaced, and how many they take from; one at least.
    factors: each as likely; what leaves its range is set to the end of it.
    ranges, seed: path, lowest and highest of the numbers that are searched, and the seed of the
        draws. A Search fills these in.
    """

    group: int = 8
    every: int = 5
    share: float = 0.25
    factors: tuple[float, ...] = (0.8, 1.25)
    ranges: tuple[tuple[str, float, float], ...] = ()
    seed: int = 0

    def __post_init__(self) -> None:
        check_whole(self, "group", at_least=2)
        check_whole(self, "every", at_least=1)
        check_real(self, "share", above=0.0, at_most=0.5)
        factors: Any = self.factors
        if not isinstance(factors, Sequence) or not factors or not all(map(_positive, factors)):
            raise BadInputError(
                f"Population.factors is {factors!r}: give numbers > 0, (0.8, 1.25) say"
            )
        object.__setattr__(self, "factors", tuple(map(float, factors)))

    def replaced(self, settings: int) -> int:
        """How many of so many are replaced, and how many they take from; none of one alone."""
        return max(1, int(settings * self.share)) if settings > 1 else 0

    def acts_after(self, epochs: int, of: int) -> bool:
        """Whether settings learn from each other after so many epochs, of all that there are."""
        return epochs % self.every == 0 and epochs < of


def _positive(factor: Any) -> bool:
    return isinstance(factor, int | float) and 0 < factor < float("inf")
