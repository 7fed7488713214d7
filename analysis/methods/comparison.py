"""Transfer methods beside each other: who helps, by how much, at what cost, and what papers print.

Every row is compared with the student alone at equal seeds; Holm's correction is taken over the
methods. What a method costs is said in seconds of a worker (its teacher's included), in labels,
and in the data that it needs.
"""

import math
from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import NamedTuple

import pandas as pd

from analysis.evidence.differences import cost, difference
from analysis.evidence.family import Family
from analysis.evidence.rows import Row
from analysis.evidence.statistics import Comparison, compare, summarise
from analysis.evidence.texts import (
    SURE,
    interval_text,
    level_text,
    summary_text,
    together_text,
    verdict_text,
)
from analysis.evidence.verdicts import Verdict
from analysis.methods.pairs import comparisons
from analysis.papers.generalised import known_settings
from analysis.papers.methods import ROUNDS, Known, known_of
from analysis.tables.view import VERDICT, View
from trainables.data.measures import ACCURACY

TEACHER_ACCURACY = f"teacher/test_{ACCURACY.name}"


class MethodRow(NamedTuple):
    """A row with its gain over the student alone, and the study's verdict on it."""

    row: Row
    gain: Comparison
    verdict: Verdict | None


def lines_of(rows: Sequence[Row]) -> list[MethodRow]:
    """The methods' rows, best first; none in a study without methods."""
    mine = [row for row in rows if row.made_by_method and row.values(row.test)]
    family = Family(rows)
    found = [MethodRow(row, difference(row, ACCURACY), family.verdict(row)) for row in mine]
    return sorted(found, key=lambda line: -line.row.mean(line.row.test))


def transfer_views(rows: Sequence[Row]) -> Iterator[View]:
    """The methods beside each other, the study's teachers, and the figures of their papers."""
    lines = lines_of(rows)
    compared = [line for line in lines if not math.isnan(line.gain.mean)]
    if compared and (alone := compared[0].row.alone):
        yield View(
            "Ways to transfer",
            "best first, beside the study's own students and the teacher; labels: objects whose "
            "label it reads itself, in any domain; seconds: of a worker for one student, its "
            "teacher included; range: least and largest over seeds; Δ: to the student alone at "
            f"equal seeds [{level_text(alone.looks)}], its verdict right for "
            f"{together_text(alone.looks)} {SURE}",
            pd.DataFrame([_line(entry, alone) for entry in _entries(compared, rows)]),
        )
    if lines:
        yield from comparisons(rows)
    others = [row for row in rows if not row.made_by_method]
    known = [(r, one) for r in [line.row for line in lines] + others for one in _known_of(r)]
    if known:
        yield View(
            "Beside the published figures",
            "printed: the paper's; ours: mean ± standard deviation over seeds",
            pd.DataFrame([_known_line(row, one) for row, one in known]),
        )


class Entry(NamedTuple):
    """A line of the table: a method, or what bounds it; the verdict on it, if it has one."""

    name: str
    accuracy: dict[int, float]
    seconds: float
    labels: int
    gets: str
    verdict: str = ""


def _entries(lines: Sequence[MethodRow], rows: Sequence[Row]) -> list[Entry]:
    """Methods, students alone and of a teacher, and that teacher: best first."""
    found = [
        Entry(
            one.row.method,
            one.row.values(one.row.test),
            cost(one.row),
            int(one.row["labels"]),
            one.row["gets"],
            verdict_text(one.verdict),
        )
        for one in lines
    ]
    family = Family(rows)
    own = [r for r in rows if not r.made_by_method and r.corrected and r.values(r.test)]
    found += [
        Entry(
            row.label,
            row.values(row.test),
            cost(row),
            int(row["student_objects"]),
            _knowledge(row),
            verdict_text(family.verdict(row)),
        )
        for row in own
    ]
    teachers = {row["teacher"]: row for row in own if _teacher_knows_the_target(row)}
    found += [
        Entry(
            f"teacher of {teacher}",
            row.values(TEACHER_ACCURACY),
            row.mean("teacher/seconds"),
            int(row["teacher_objects"]),
            f"labelled {teacher}",
        )
        for teacher, row in teachers.items()
    ]
    return sorted(found, key=lambda entry: -fmean(entry.accuracy.values()))


def _knowledge(row: Row) -> str:
    labelled = f"labelled {row['student']}"
    return labelled if not row.has_teacher else f"{labelled}, a teacher of {row['teacher']}"


def _teacher_knows_the_target(row: Row) -> bool:
    """True where the teacher's accuracy is on the student's own test set."""
    same = row.teacher_domain == row.domain.name and row["link"] == "identity"
    return same and bool(row.values(TEACHER_ACCURACY))


def _line(entry: Entry, alone: Row) -> dict[str, str]:
    values = list(entry.accuracy.values())
    base = alone.values(alone.test)
    better = ACCURACY.higher_is_better
    gain = compare(entry.accuracy, base, higher_is_better=better, looks=alone.looks)
    return {
        "method": entry.name,
        "test accuracy": summary_text(summarise(values), ACCURACY),
        "range": f"{ACCURACY.text(min(values))} to {ACCURACY.text(max(values))}",
        "Δ alone": "" if entry.accuracy == base else interval_text(gain, ACCURACY),
        VERDICT: entry.verdict,
        "n": str(len(values)),
        "seconds": f"{entry.seconds:.0f}",
        "labels": f"{entry.labels:,}",
        "gets": entry.gets,
    }


def _known_of(row: Row) -> tuple[Known, ...]:
    """What papers print for a row: of its very setting, or of its method on this domain."""
    of_setting = known_settings().get(row.planned.key, ())
    return of_setting or known_of(row.method, row.domain.name)


def _known_line(row: Row, known: Known) -> dict[str, str]:
    ours, ended = row.summary(known.metric), len(row.finished)
    counts = known.metric == ROUNDS.name
    if counts and ours.n < ended:  # a seed that never got there has no such metric
        shown = f"{ours.n} of {ended} seeds within {row['epochs']} rounds"
    else:
        shown = summary_text(ours, ROUNDS if counts else ACCURACY)
    return {
        "method": row.method if row.made_by_method else row.label,
        "figure": known.figure,
        "printed": (ROUNDS if counts else ACCURACY.with_digits(4)).text(known.printed),
        "ours": shown,
        "source": known.source,
        "what differs": known.differs,
    }
