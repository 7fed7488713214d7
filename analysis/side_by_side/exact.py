"""Whether two records of a trial are the same to the bit; seconds left out, the machine's own."""

import math
from collections.abc import Set

from analysis.evidence.differences import COSTS
from records.schema import ANSWERS, RELIABILITY, Record

SECONDS = frozenset(COSTS)
TOLD = (ANSWERS, RELIABILITY)  # tags of a trial that are results: they, or what begins with them


def figures_of(record: Record) -> frozenset[str]:
    """The names of what a record tells of its result: figures, and tags such as "answers"."""
    told = {name for name in record.tags if name.split(".")[0] in TOLD}
    return frozenset((record.metrics.keys() - SECONDS) | told)


def differences(first: Record, other: Record, new: Set[str]) -> dict[str, float]:
    """What two records of a trial disagree in, seconds left out: names, absolute differences.

    NaN where one has no such figure, or it is no number: "status", "answers".
    new: figures that no record of the first study has, which are no differences.
    """
    mine, theirs = (
        {name: value for name, value in record.metrics.items() if name in figures_of(record) - new}
        for record in (first, other)
    )
    found = {
        name: abs(mine.get(name, math.nan) - theirs.get(name, math.nan))
        for name in sorted({*mine, *theirs})
        if not _equal(mine.get(name), theirs.get(name))
    }
    if first.status != other.status:
        found["status"] = math.nan
    told = [
        {name: text for name, text in record.tags.items() if name in figures_of(record) - new}
        for record in (first, other)
    ]
    names = sorted({*told[0], *told[1]})
    return found | {n: math.nan for n in names if told[0].get(n) != told[1].get(n)}


def _equal(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return one == other or (math.isnan(one) and math.isnan(other))
