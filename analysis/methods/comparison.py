"""Ways to transfer beside each other: who helps, by how much, at what cost, and what papers print.

Every row is compared with the student alone at equal seeds; Holm's correction is taken over the
methods. What a method costs is said in seconds of a worker (its teacher's included), in labels,
and in the data that it needs.
"""

import math
import statistics
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pandas as pd

from analysis.evidence.differences import cost, difference
from analysis.evidence.rows import NONE, Row
from analysis.evidence.selection import mean
from analysis.evidence.sentences import interval_text, p_text
from analysis.evidence.statistics import Comparison, compare, holm, summarise
from analysis.methods.pairs import ACCURACY, comparisons
from analysis.papers.methods import Known, known_of
from analysis.tables.view import View
from trainables.data.domains import ACCURACY as MEASURE

TEACHER_ACCURACY = "teacher/test_accuracy"


class Line(NamedTuple):
    """A row with its gain over the student alone and the gain's p with Holm's correction."""

    row: Row
    gain: Comparison
    adjusted: float


def lines_of(rows: Sequence[Row]) -> list[Line]:
    """The methods' rows, best first; none in a study without methods."""
    mine = [row for row in rows if row.method != NONE and row.values(ACCURACY)]
    gains = [difference(row, ACCURACY, higher_is_better=True) for row in mine]
    adjusted = holm([gain.p for gain in gains])
    found = [Line(*one) for one in zip(mine, gains, adjusted, strict=True)]
    return sorted(found, key=lambda line: -mean(line.row, ACCURACY))


def transfer_views(rows: Sequence[Row]) -> Iterator[View]:
    """The methods beside each other, the study's teachers, and the figures of their papers."""
    lines = lines_of(rows)
    if not lines:
        return
    compared = [line for line in lines if not math.isnan(line.gain.mean)]
    if compared and (alone := compared[0].row.alone):
        yield View(
            "Ways to transfer",
            "best first, beside the study's own students and the teacher; labels: objects whose "
            "label it reads itself, in any domain; seconds: of a worker for one student, its "
            "teacher included; range: least and largest over seeds; Δ: to the student alone at "
            "equal seeds [95 %, paired t], p with Holm's correction over the methods",
            pd.DataFrame([_line(entry, alone) for entry in _entries(compared, rows)]),
        )
    yield from comparisons(rows)
    known = [(line.row, one) for line in lines for one in known_of(line.row)]
    if known:
        yield View(
            "Beside the published figures",
            "printed: the paper's; ours: mean ± standard deviation over seeds",
            pd.DataFrame([_known_line(row, one) for row, one in known]),
        )


class Entry(NamedTuple):
    """A line of the table: a method, or what bounds it. p: with Holm's correction, for methods."""

    name: str
    accuracy: dict[int, float]
    seconds: float
    labels: int
    gets: str
    p: str = ""


def _entries(lines: Sequence[Line], rows: Sequence[Row]) -> list[Entry]:
    """Methods, students alone and of a teacher, and that teacher: best first."""
    found = [
        Entry(
            one.row.method,
            one.row.values(ACCURACY),
            cost(one.row),
            int(one.row["labels"]),
            one.row["gets"],
            p_text(one.adjusted),
        )
        for one in lines
    ]
    own = [row for row in rows if row.method == NONE and row.corrected and row.values(ACCURACY)]
    found += [Entry(row.label, *_result(row), gets=_knowledge(row)) for row in own]
    teachers = {row["teacher"]: row for row in own if _asks_its_own_domain(row)}
    found += [
        Entry(
            f"teacher of {teacher}",
            row.values(TEACHER_ACCURACY),
            mean(row, "teacher/seconds"),
            _objects(row, teacher),
            f"labelled {teacher}",
        )
        for teacher, row in teachers.items()
    ]
    return sorted(found, key=lambda entry: -statistics.fmean(entry.accuracy.values()))


def _result(row: Row) -> tuple[dict[int, float], float, int]:
    return row.values(ACCURACY), cost(row), _objects(row, row["student"])


def _objects(row: Row, of: str) -> int:
    """Objects of a split as records name it: "FashionMNIST-Small"."""
    return row.domain.split_sizes[of.rpartition("-")[2]]


def _knowledge(row: Row) -> str:
    labelled = f"labelled {row['student']}"
    return labelled if not row.has_teacher else f"{labelled}, a teacher of {row['teacher']}"


def _asks_its_own_domain(row: Row) -> bool:
    """True where the teacher's accuracy is on the student's own test set."""
    domain = row["student"].rpartition("-")[0]
    same = row["teacher"].startswith(f"{domain}-") and row["link"] == "identity"
    return same and bool(row.values(TEACHER_ACCURACY))


def _line(entry: Entry, alone: Row) -> dict[str, str]:
    values = list(entry.accuracy.values())
    accuracy, base = summarise(values), alone.values(ACCURACY)
    gain = compare(entry.accuracy, base, higher_is_better=True)
    return {
        "method": entry.name,
        "test accuracy": _mean_std(accuracy.mean, accuracy.std),
        "range": f"{min(values):.3f} to {max(values):.3f}",
        "Δ alone": "" if entry.accuracy == base else gap_text(gain),
        "p (Holm)": entry.p,
        "n": str(accuracy.n),
        "seconds": f"{entry.seconds:.0f}",
        "labels": f"{entry.labels:,}",
        "gets": entry.gets,
    }


def _known_line(row: Row, known: Known) -> dict[str, str]:
    values = list(row.values(known.metric).values())
    ours = summarise(values)
    count = known.metric == "rounds_to_goal"
    reached = len(values) == len(row.finished)
    if count and not reached:
        shown = f"{len(values)} of {len(row.finished)} seeds within {row['epochs']} rounds"
    else:
        shown = f"{ours.mean:.0f} ± {ours.std:.0f}" if count else _mean_std(ours.mean, ours.std)
    return {
        "method": row.method,
        "figure": known.figure,
        "printed": f"{known.printed:.0f}" if count else f"{known.printed:.4f}",
        "ours": shown,
        "source": known.source,
        "what differs": known.differs,
    }


def gap_text(found: Comparison) -> str:
    """A difference in accuracy with its interval."""
    return interval_text(found, MEASURE)


def _mean_std(mean: float, std: float) -> str:
    return f"{mean:.3f}" + ("" if math.isnan(std) else f" ± {std:.3f}")
