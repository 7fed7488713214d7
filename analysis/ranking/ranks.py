"""Ranks with intervals: seeds are drawn again with replacement, all ways at the same seeds.

The place of a way's mean among the means, 1 for the best, and the 95 % percentile interval of
that place over resampled seeds (Efron and Tibshirani 1993, §13.3). Of ten seeds it is too narrow,
since a draw reaches no farther than they do, and each way's is by itself: it shows what hangs on
which seeds, and decides nothing. Verdicts do.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

RESAMPLES = 10_000
Floats = NDArray[np.float64]


class Rank(NamedTuple):
    """The rank of a mean, ties halved, and the ends of its interval; n seeds."""

    rank: float
    low: float
    high: float
    n: int


def matrix_of(values: Sequence[Mapping[int, float]], sign: int) -> Floats:
    """[ways, seeds] at the seeds that all have, higher is better."""
    seeds = sorted(set.intersection(*(set(each) for each in values)))
    return sign * np.array([[each[seed] for seed in seeds] for each in values], dtype=float)


def resampled(seeds: int, draw: np.random.Generator) -> NDArray[np.int64]:
    """[RESAMPLES, seeds] places, drawn with replacement."""
    return draw.integers(seeds, size=(RESAMPLES, seeds))


def places(means: Floats) -> Floats:
    """Ranks [..., ways] of means [..., ways]: 1 for the highest, equal means share a rank."""
    return np.asarray(stats.rankdata(-means, axis=-1, method="average"))


def ranks(values: Sequence[Mapping[int, float]], sign: int) -> list[Rank]:
    """The rank of each way. values: by seed; sign: 1 where higher is better, else -1."""
    table = matrix_of(values, sign)
    ways, seeds = table.shape
    if not seeds:
        return [Rank(np.nan, np.nan, np.nan, 0)] * ways
    draws = table[:, resampled(seeds, np.random.default_rng(0))].mean(-1).T
    low, high = np.percentile(places(draws), (2.5, 97.5), axis=0)
    found = places(table.mean(-1))
    return [
        Rank(float(rank), float(least), float(most), seeds)
        for rank, least, most in zip(found, low, high, strict=True)
    ]
