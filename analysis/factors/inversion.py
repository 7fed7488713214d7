"""Intervals of what is no mean: a share of a gain, and how many labels a curve needs.

Both hold all values that a paired t test at 5 % does not reject. Of a ratio of two means that is
Fieller's interval (Fieller 1954), which takes into account that the denominator is uncertain too.
A bootstrap of a few seeds would be too narrow, since it reaches no farther than the seeds
themselves. In a study until decided both are of its last look and at the level of one look among
those planned: the test is the one that its verdicts make, so that they hold at all looks together.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.interpolate import PchipInterpolator

from analysis.evidence.statistics import looks_made, t_quantile

POINTS = 2_001  # of the axis of log labels on which curves are compared: steps of 0.2 % at most


class Interval(NamedTuple):
    """An estimate and the ends of its 95 % interval, of n seeds; at all looks, where several."""

    n: int
    value: float
    low: float
    high: float


def _looked_at(seeds: Iterable[int], looks: Sequence[int], first_seed: int) -> list[int]:
    """Of these seeds those of the last look made; all, where there is only one."""
    found = sorted(seeds)
    return found[: max(looks_made(found, looks, first_seed), default=0)] if looks else found


def _quantile(n: int, looks: Sequence[int]) -> float:
    return t_quantile(n - 1, 1 / len(looks) if looks else 1.0)


def share(
    part: Mapping[int, float],
    whole: Mapping[int, float],
    looks: Sequence[int] = (),
    first_seed: int = 0,
) -> Interval | None:
    """The mean of `part` over that of `whole`, both by seed, with Fieller's interval.

    looks, first_seed: as `compare` takes them. None where the whole is not shown to differ from 0:
    then every share is possible.
    """
    seeds = _looked_at(part.keys() & whole.keys(), looks, first_seed)
    n = len(seeds)
    if n < 2:
        return None
    both = np.array([[part[seed] for seed in seeds], [whole[seed] for seed in seeds]])
    (p, w), covariance = both.mean(1), np.cov(both) / n
    square = _quantile(n, looks) ** 2
    a = w**2 - square * covariance[1, 1]
    b = p * w - square * covariance[0, 1]
    c = p**2 - square * covariance[0, 0]
    if a <= 0:
        return None
    root = math.sqrt(max(b * b - a * c, 0.0))  # the estimate is always within: never negative
    return Interval(n, float(p / w), float((b - root) / a), float((b + root) / a))


def labels_needed(
    curve: Mapping[int, Mapping[int, float]],
    reached: Mapping[int, float],
    sign: int,
    looks: Sequence[int] = (),
) -> Interval | None:
    """How many labels a curve needs for what is reached: interpolated in log labels, by seed.

    Cubically and without overshoot (Fritsch and Carlson 1980): a chord lies below a curve that
    flattens, and would make the labels between two sizes too many, here by up to a tenth.

    curve: values by seed for each number of labels; reached: values by seed; sign: 1 where higher
    is better, else -1; looks: as `compare` takes them. An end beyond the curve is infinite, or 0.
    None with fewer than two common seeds or sizes.
    """
    sizes = sorted(curve)
    shared = set(reached).intersection(*(curve[size] for size in sizes))
    seeds = _looked_at(shared, looks, 0)
    if len(seeds) < 2 or len(sizes) < 2:
        return None
    axis = np.linspace(math.log(sizes[0]), math.log(sizes[-1]), POINTS)
    values = np.array([[curve[size][seed] for seed in seeds] for size in sizes])
    own = np.array([reached[seed] for seed in seeds])
    ahead = sign * (own - PchipInterpolator(np.log(sizes), values)(axis)).T
    mean = ahead.mean(0)
    half = _quantile(len(seeds), looks) * ahead.std(0, ddof=1) / math.sqrt(len(seeds))
    return Interval(
        len(seeds),
        _first(axis, mean <= 0, at_start=mean[0] < 0),
        _first(axis, mean <= half, at_start=True),
        _last(axis, mean >= -half),
    )


def _first(axis: np.ndarray, met: Sequence[bool] | np.ndarray, *, at_start: bool) -> float:
    """The first number of labels where it is met; 0 where it is from the start."""
    where = np.flatnonzero(met)
    if not len(where):
        return math.inf
    return 0.0 if where[0] == 0 and at_start else float(np.exp(axis[where[0]]))


def _last(axis: np.ndarray, met: np.ndarray) -> float:
    """The last number of labels where it is met; infinite where it is to the end."""
    where = np.flatnonzero(met)
    if not len(where):
        return 0.0
    return math.inf if where[-1] == len(axis) - 1 else float(np.exp(axis[where[-1]]))
