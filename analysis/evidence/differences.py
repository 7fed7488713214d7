"""Rows against each other at equal seeds, and what a row costs."""

import math

from analysis.evidence.rows import Row
from analysis.evidence.statistics import Comparison, compare, untested
from trainables.data.measures import Measure

COSTS = (
    "seconds",
    "teacher/seconds",
    "vae/seconds",
    "colours/seconds",
    "paired/seconds",
    "logits/seconds",
    "impressions/seconds",
)  # recorded metrics: a student's own, and what was made once for it


def against(ours: Row, theirs: Row, measure: Measure) -> Comparison:
    """A row against another, in a measure on the test set."""
    return _compared(ours, theirs, f"test/{measure.name}", measure.higher_is_better)


def gaps(ours: Row, theirs: Row, measure: Measure) -> dict[int, float]:
    """The difference of each seed that both have, in a measure on the test set."""
    mine, other = (row.values(f"test/{measure.name}") for row in (ours, theirs))
    return {seed: value - other[seed] for seed, value in mine.items() if seed in other}


def difference(row: Row, measure: Measure) -> Comparison:
    """A row against its student alone, in a measure on the test set."""
    higher = measure.higher_is_better
    return metric_difference(row, f"test/{measure.name}", higher_is_better=higher)


def metric_difference(row: Row, metric: str, *, higher_is_better: bool) -> Comparison:
    """A row against its student alone, in any recorded metric.

    The mean alone under `published`, whose attempts are not independent; NaN where there is
    nothing to compare: no student alone, or the row learns from labels alone itself.
    """
    if row.alone is None or row.from_labels_alone:
        return untested(())
    found = _compared(row, row.alone, metric, higher_is_better)
    return found if row.corrected else Comparison(found.n, found.mean)


def _compared(ours: Row, theirs: Row, metric: str, higher_is_better: bool) -> Comparison:
    return compare(
        ours.values(metric),
        theirs.values(metric),
        higher_is_better=higher_is_better,
        looks=ours.looks,
        first_seed=ours.first_seed,
    )


def cost(row: Row) -> float:
    """Seconds of a worker behind one student: its own, and what was made once for it."""
    means = [row.mean(metric) for metric in COSTS]
    return sum(seconds for seconds in means if not math.isnan(seconds))
