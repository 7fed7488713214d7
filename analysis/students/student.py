"""One trained student of a study: which one is meant, and what its records say of it.

It is never picked by the test set: either it is named, or it is of the setting that the study
itself chose by validation.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.evidence.family import Family
from analysis.evidence.rows import Row, rows_of
from analysis.evidence.selection import tuned
from analysis.evidence.texts import interval_text, level_text, summary_text, verdict_phrase
from analysis.side_by_side.settings import find
from records.schema import Record, Study
from trainables.errors import BadInputError

BEST = "best"
BEST_VALIDATION = "best-validation"


@dataclass(frozen=True)
class Student:
    """A recorded student, and what the study says of its setting.

    record: its trial's. label: its setting's, as tables have it; picked: how it came to be this
    setting and this seed. verdict: on the setting against the student alone; empty where it is
    the student alone, or nothing was tested.
    quality: by the measure's title what this student has on its test set, and what all seeds of
    its setting have.
    """

    record: Record
    label: str
    picked: str
    verdict: str
    quality: dict[str, tuple[str, str]]


def student_of(study: Study, setting: str = BEST, seed: str | None = None) -> Student:
    """The student of a setting (`BEST`, a key, a name, a label) and a seed of it.

    seed: a number, BEST_VALIDATION for the best by the validation part that reported students
    have, or None for the first.
    Raises BadInputError where there is no such one.
    """
    rows = rows_of(study)
    row, how = _chosen(rows, study.space) if setting == BEST else (None, "named")
    row = row or find(rows, setting, study.space)
    if row.is_candidate:
        raise BadInputError(
            f"{row.planned.name} was only scored, on a part of its labels: name a setting that is "
            "reported, or 'best'"
        )
    if not row.finished:
        raise BadInputError(f"{row.label} has no trained student yet: {row.lack()}")
    number, why = _seed(row, seed)
    record = row.finished[number]
    measures = row.domain.measures
    return Student(
        record=record,
        label=row.label,
        picked=f"setting {how}, seed {number} {why}",
        verdict=_verdict(rows, row),
        quality={
            one.with_unit: (
                one.text(record.metrics[f"test/{one.name}"]),
                summary_text(row.summary(f"test/{one.name}"), one),
            )
            for one in measures
            if f"test/{one.name}" in record.metrics
        },
    )


def _chosen(rows: Sequence[Row], space: str) -> tuple[Row, str]:
    """What the study chose by validation, trained anew; of several searches' the best by that."""
    searches = [one for one in tuned(rows) if one.final and one.final.finished]
    if searches:
        best = max(searches, key=lambda one: one.main.sign * one.score)
        assert best.final
        several = f", the best of {len(searches)} searches" if len(searches) > 1 else ""
        return best.final, f"chosen by validation{several}"
    anew = [row for row in rows if row.is_anew and row.finished]
    if anew:
        return anew[0], "chosen by validation"
    shown = "; ".join(dict.fromkeys(row.label for row in rows if not row.is_candidate))
    raise BadInputError(
        f"{space} has chosen no setting by validation (and by the test set none is): name one "
        f"with --setting: {shown}"
    )


def _seed(row: Row, given: str | None) -> tuple[int, str]:
    """The seed's number, and why it is this one."""
    there = sorted(row.finished)
    if given is None:
        return there[0], "the first"
    if given == BEST_VALIDATION:
        main = row.domain.main
        scores = {
            seed: main.sign * record.metrics[f"validation/{main.name}"]
            for seed, record in sorted(row.finished.items())
            if f"validation/{main.name}" in record.metrics
        }
        if not scores:
            raise BadInputError(
                f"students of {row.label} learn from all of their labels, so none has a "
                "validation score: give a number with --seed"
            )
        return max(scores, key=lambda seed: scores[seed]), "the best by validation"
    if not given.isdecimal() or int(given) not in row.finished:
        ends = f"{there[0]} to {there[-1]}" if len(there) > 1 else f"{there[0]}"
        raise BadInputError(
            f"--seed is {given!r}: trained students of {row.label} have the seeds {ends} "
            f"(or {BEST_VALIDATION!r})"
        )
    return int(given), "named"


def _verdict(rows: Sequence[Row], row: Row) -> str:
    found = Family(rows).verdict(row)
    if not found or not found.word:
        return ""
    return (
        f"{verdict_phrase(found)} against the student alone: Δ {found.measure.title} "
        f"{interval_text(found.found, found.measure)} ({level_text(row.looks)}, "
        f"n = {found.found.n})"
    )
