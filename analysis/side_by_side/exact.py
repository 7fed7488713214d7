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
    found = {}
    for name in sorted((figures_of(first) | figures_of(other)) - new):
        mine, theirs = first.metrics.get(name), other.metrics.get(name)
        if not (_equal(mine, theirs) and first.tags.get(name) == other.tags.get(name)):
            found[name] = math.nan if mine is None or theirs is None else abs(mine - theirs)
    return found | ({} if first.status == other.status else {"status": math.nan})


def _equal(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return one == other or (math.isnan(one) and math.isnan(other))
