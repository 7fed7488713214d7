"""Shares, numbers of labels and rungs as people read them."""

import math
from collections.abc import Iterable, Mapping, Sequence

from analysis.evidence.family import Family
from analysis.evidence.rows import Row
from analysis.evidence.texts import NONE
from analysis.factors.inversion import Interval
from analysis.factors.ladder import Ladder


def rung_name(row: Row, one: Ladder) -> str:
    """What a row of a ladder learns from: "class means"; of students alone, how they learn."""
    if row is one.taught:
        return "the teacher itself"
    if not row.from_labels_alone:
        return row.carries if row.has_teacher else f"{row.carries} ({row['objective']})"
    said = [] if row["schedule"] == NONE else [row["schedule"]]
    if row["learning_rate"] != one.alone["learning_rate"]:
        said.append(f"rate {row.number('learning_rate'):.2g}")
    return ", ".join(said) or "labels"


def share_text(found: Interval | None) -> str:
    """A share with its interval: "70% [55%, 88%]"; a dash where there is no gain to share."""
    if found is None:
        return NONE
    if found.low == found.high:
        return f"{found.value:.0%}"
    return f"{found.value:.0%} [{found.low:.0%}, {found.high:.0%}]"


def by_verdict(points: Mapping[int, Row], family: Family) -> str:
    """The numbers at which the rows have each verdict: "better with 300, 1,000; undecided with
    100"; empty where none is tested.
    """
    counts: dict[str, list[str]] = {}
    for number, row in points.items():
        if (verdict := family.verdict(row)) and verdict.word:
            counts.setdefault(verdict.word, []).append(f"{number:,}")
    return "; ".join(f"{word} with {', '.join(mine)}" for word, mine in counts.items())


def seeds_text(counts: Iterable[int]) -> str:
    """How many seeds there are, where that differs: "20", "10/14"."""
    return "/".join(map(str, sorted({*counts})))


def counted(value: float) -> str:
    """A number of objects to three digits: "1,430", "98.7"."""
    digits = 2 - math.floor(math.log10(value))
    return f"{round(value, digits):,.{max(digits, 0)}f}"


def labels_text(value: float, sizes: Sequence[int]) -> str:
    """A number of labels, or the bound that it is beyond: "1,430", "> 10,000", "< 100"."""
    if value == math.inf:
        return f"> {max(sizes):,}"
    return f"< {min(sizes):,}" if value == 0 else counted(value)


def needed_text(found: Interval | None, sizes: Sequence[int]) -> str:
    """How many labels, with the interval: "1,430 [1,150, 1,800]"; a dash for none."""
    if found is None:
        return NONE
    value, low, high = (labels_text(one, sizes) for one in found[1:])
    if value == low == high:
        return value
    return f"{value} [{low}, {high}]"
