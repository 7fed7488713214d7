"""Where student and teacher agree: does a student have its teacher's errors?

Of the test objects that the teacher has right through the link, and of those that it has wrong,
the share that the student has right, beside the same share of the student alone, which never saw
that teacher: at equal seeds, so that all three share objects, split and initialisation. All shares
of a study are one family.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.evidence.family import is_compared
from analysis.evidence.rows import Row
from analysis.evidence.sentences import MANY, told_apart
from analysis.evidence.statistics import compare
from analysis.evidence.texts import (
    SURE,
    interval_text,
    left_out,
    level_text,
    percent,
    word_text,
)
from analysis.evidence.verdicts import Verdict, verdicts
from analysis.tables.view import OBJECTS, VERDICT, View
from trainables.data.measures import ACCURACY

AGREEMENT = "Where the teacher is right, and where it is wrong"
Bits = Mapping[int, np.ndarray]


class Agreement(NamedTuple):
    """A row on the objects that its teacher has right, or on those that it has wrong.

    share: of all objects; student, alone: shares that are right among them; means over seeds.
    """

    row: Row
    teacher_is_right: bool
    share: float
    student: float
    alone: float
    verdict: Verdict


def agreements(rows: Sequence[Row]) -> list[Agreement]:
    """Of every row with a teacher whose answers are recorded: two, right and wrong."""
    found = []
    for row in rows:
        if not (is_compared(row) and row.has_teacher and row.alone):
            continue
        teacher, ours, theirs = row.teacher_right(), row.right(), row.alone.right()
        seeds = sorted(teacher.keys() & ours.keys() & theirs.keys())
        for is_right in (True, False):
            at = {seed: teacher[seed] == is_right for seed in seeds}
            at = {seed: objects for seed, objects in at.items() if objects.any()}
            if len(at) > 1:
                found.append((row, is_right, at, _shares(ours, at), _shares(theirs, at)))
    return [*_judged(found)]


def _shares(right: Bits, at: Bits) -> dict[int, float]:
    return {seed: float(right[seed][objects].mean()) for seed, objects in at.items()}


def _judged(
    found: Sequence[tuple[Row, bool, Bits, dict[int, float], dict[int, float]]],
) -> Iterator[Agreement]:
    compared = [
        compare(ours, theirs, higher_is_better=True, looks=row.looks, first_seed=row.first_seed)
        for row, _, _, ours, theirs in found
    ]
    if not found:
        return
    measure = found[0][0].domain.measure(ACCURACY.name)
    said = verdicts(compared, measure, [measure.matters] * len(found))
    for (row, is_right, at, ours, theirs), verdict in zip(found, said, strict=True):
        share = float(np.mean([objects.mean() for objects in at.values()]))
        student, alone = (float(np.mean([*values.values()])) for values in (ours, theirs))
        yield Agreement(row, is_right, share, student, alone, verdict)


def agreement_views(rows: Sequence[Row]) -> Iterator[View]:
    """Both shares of each row; nothing where no teacher's answers are recorded."""
    found = agreements(rows)
    if not found:
        return
    looks, shown = found[0].row.looks, list(dict.fromkeys(one.row.planned.key for one in found))
    kept = [one for one in found if one.row.planned.key in shown[:MANY]]
    first = {one.row.planned.key: one.row for one in kept}
    names = dict(zip(first, told_apart([*first.values()]), strict=True))
    yield View(
        AGREEMENT,
        "f∘φ: the teacher through the link, with the share of test objects that it has right or "
        "wrong; student, alone: the share of these that the taught student and the student alone "
        f"have right; Δ at equal seeds [{level_text(looks)}]; verdicts right together {SURE}"
        f"{left_out(len(shown) - len(first))}",
        pd.DataFrame([line for one in kept for line in _lines(one, names[one.row.planned.key])]),
    )


def _lines(one: Agreement, name: str) -> Iterator[dict[str, str]]:
    measure = one.verdict.measure
    if one.teacher_is_right:
        yield {OBJECTS: name, "student": "", "alone": "", "Δ": "", VERDICT: ""}
    yield {
        OBJECTS: f"· f∘φ {'right' if one.teacher_is_right else 'wrong'} ({percent(one.share)})",
        "student": measure.text(one.student),
        "alone": measure.text(one.alone),
        "Δ": interval_text(one.verdict.found, measure),
        VERDICT: word_text(one.verdict),
    }
