"""A row against its student alone, and what a row costs."""

import math

from analysis.evidence.rows import Row
from analysis.evidence.statistics import Comparison, compare, summarise

COSTS = (
    "seconds",
    "teacher/seconds",
    "vae/seconds",
    "logits/seconds",
    "impressions/seconds",
)  # recorded metrics: a student's own, and what was made once for it


def difference(row: Row, metric: str, *, higher_is_better: bool) -> Comparison:
    """A row against its student alone at equal seeds.

    The mean alone under `published`, whose attempts are not independent; NaN where there is
    nothing to compare: no student alone, or the row learns from labels alone itself.
    """
    if row.alone is None or row.from_labels_alone:
        return compare({}, {}, higher_is_better=higher_is_better)
    ours, theirs = row.values(metric), row.alone.values(metric)
    found = compare(ours, theirs, higher_is_better=higher_is_better)
    return found if row.corrected else Comparison(found.n, found.mean, *[math.nan] * 9)


def cost(row: Row) -> float:
    """Seconds of a worker behind one student: its own, its teacher's, its VAE's, the logits'."""
    means = [summarise([*row.values(metric).values()]).mean for metric in COSTS]
    return sum(seconds for seconds in means if not math.isnan(seconds))
