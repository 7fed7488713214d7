"""Two settings compared at equal seeds: the difference, its interval, and what it supports."""

import math
from collections.abc import Mapping
from typing import NamedTuple

from scipy import stats

LEVEL = 0.95


class Difference(NamedTuple):
    """A mean paired difference and the ends of its 95 % interval."""

    mean: float
    low: float
    high: float
    n: int

    def says(self) -> str:
        """The difference in a few words, and whether the seeds support it."""
        if math.isnan(self.low):
            return f"{self.mean:+.3f} (n = {self.n}: no interval)"
        verdict = "" if self.low > 0 or self.high < 0 else ": the seeds support no difference"
        return (
            f"{self.mean:+.3f} [{self.low:+.3f}, {self.high:+.3f}] "
            f"(95 %, paired t, n = {self.n}){verdict}"
        )


def paired_difference(ours: Mapping[int, float], theirs: Mapping[int, float]) -> Difference:
    """Mean of ours - theirs over the seeds that both have, with Student's t interval.

    Seeds are common random numbers (the same split, initialisation and order), so differences
    are taken seed by seed. Both by seed. Fewer than two common seeds give NaN for the ends.
    """
    seeds = sorted(set(ours) & set(theirs))
    gaps = [ours[seed] - theirs[seed] for seed in seeds]
    mean = math.fsum(gaps) / len(gaps) if gaps else math.nan
    if len(gaps) < 2:
        return Difference(mean, math.nan, math.nan, len(gaps))
    spread = float(stats.sem(gaps))
    if spread == 0:
        return Difference(mean, mean, mean, len(gaps))
    low, high = stats.t.interval(LEVEL, len(gaps) - 1, loc=mean, scale=spread)
    return Difference(mean, float(low), float(high), len(gaps))
