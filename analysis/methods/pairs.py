"""Methods in pairs: each beside the students of the study's own teachers, adapted or not."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from analysis.evidence.family import judged
from analysis.evidence.rows import Row
from analysis.evidence.statistics import compare, summarise
from analysis.evidence.texts import SURE, interval_text, level_text, summary_text, verdict_text
from analysis.evidence.verdicts import Verdict, verdicts
from analysis.tables.view import VERDICT, View
from trainables.data.measures import ACCURACY, Measure
from trainables.identity import identity
from trainables.settings.columns import CONTROL


def comparisons(rows: Sequence[Row]) -> Iterator[View]:
    """A table of each kind, where the study has what it needs."""
    beside = beside_teachers(rows)
    if beside:
        yield View(
            "Beside the study's own teachers",
            f"the rows that read Small's {small_labels(rows[0]):,} labels alone; Δ: to the "
            f"student of that teacher at equal seeds [{level_text(rows[0].looks)}], "
            f"verdicts right together for the rows of one teacher {SURE}",
            pd.DataFrame(beside),
        )
    beside_control = with_controls(rows)
    if beside_control:
        yield View(
            "Beside the same student without it",
            "methods that learn a teacher's answers on Small too, and the student that learns "
            "these alone, at the same λ and T with as many passes, at equal seeds "
            f"[{level_text(rows[0].looks)}], verdicts right together {SURE}",
            pd.DataFrame([_matched_line(*one) for one in beside_control]),
        )
    changed = adapted(rows)
    if changed:
        yield View(
            "With and without adaptation",
            "the same student of the source alone, and adapted, at equal seeds "
            f"[{level_text(rows[0].looks)}], verdicts right together {SURE}",
            pd.DataFrame([_adapted_line(one) for one in changed]),
        )


def with_controls(rows: Sequence[Row]) -> list[tuple[Row, Row, Verdict]]:
    """Those of `matched` that have been run."""
    return [one for one in matched(rows) if one[2].found.n > 1]


def matched(rows: Sequence[Row]) -> list[tuple[Row, Row, Verdict]]:
    """Each method that has one beside the same student without it, in accuracy: one family."""
    by_key = {row.planned.key: row for row in rows}
    pairs = [
        (row, by_key[key])
        for row in rows
        if (key := row.planned.parameters.get(CONTROL, "")) in by_key and row.corrected
    ]
    said = judged(pairs, measure_of(rows)) if pairs else []
    return [(*pair, verdict) for pair, verdict in zip(pairs, said, strict=True)]


def _matched_line(ours: Row, theirs: Row, verdict: Verdict) -> dict[str, str]:
    return {
        "method": ours.method,
        "epochs": theirs["epochs"],
        "without it": summary_text(theirs.summary(theirs.test), ACCURACY),
        "with it": summary_text(ours.summary(ours.test), ACCURACY),
        "Δ": interval_text(verdict.found, ACCURACY),
        VERDICT: verdict_text(verdict),
    }


def beside_teachers(rows: Sequence[Row]) -> list[dict[str, str]]:
    """A line for each method of Small's labels alone and each teacher."""
    return [
        {
            "method": row.method,
            "teacher's student": own.label,
            "Δ teacher's": interval_text(verdict.found, ACCURACY),
            VERDICT: verdict_text(verdict),
        }
        for row, own, verdict in against_teachers(rows)
        if verdict.found.n > 1
    ]


def against_teachers(rows: Sequence[Row]) -> list[tuple[Row, Row, Verdict]]:
    """Each method of Small's labels alone against the student of each teacher: a family each."""
    methods = [row for row in rows if reads_small(row)]
    return [
        (row, own, verdict)
        for own in (taught(rows) if methods else ())
        for row, verdict in zip(methods, verdicts_to(own, methods), strict=True)
    ]


def reads_small(row: Row) -> bool:
    """True for a method whose only labels are those of Small."""
    return row.made_by_method and row.number("labels") == small_labels(row)


def taught(rows: Sequence[Row]) -> list[Row]:
    """The students of the study's own teachers that have a student alone beside them."""
    return [row for row in rows if not row.made_by_method and row.has_teacher and row.alone]


def verdicts_to(own: Row, methods: Sequence[Row]) -> list[Verdict]:
    """Each method against this row, in accuracy at equal seeds: one family."""
    return judged([(row, own) for row in methods], measure_of([own]))


class Adapted(NamedTuple):
    """A method that adapts, and the same student of the source alone.

    bare: the row of that, or the row itself, which has recorded it on the way; before: its
    accuracy by seed.
    """

    row: Row
    bare: Row
    before: dict[int, float]
    verdict: Verdict


def adapted(rows: Sequence[Row]) -> list[Adapted]:
    """What adaptation adds to the same student of the source alone: one family."""
    by_key = {row.planned.key: row for row in rows}
    both = [(row, *_source_only(row, by_key)) for row in rows if row.made_by_method]
    both = [(row, bare, before) for row, bare, before in both if before and row.values(row.test)]
    if not both:
        return []
    found = [
        compare(row.values(row.test), before, higher_is_better=True, looks=row.looks)
        for row, _, before in both
    ]
    measure = measure_of(rows)
    said = verdicts(found, measure, [measure.matters] * len(found))
    return [Adapted(*one, verdict) for one, verdict in zip(both, said, strict=True)]


def _adapted_line(one: Adapted) -> dict[str, str]:
    return {
        "method": one.row.method,
        "source alone": summary_text(summarise([*one.before.values()]), ACCURACY),
        "adapted": summary_text(one.row.summary(one.row.test), ACCURACY),
        "Δ": interval_text(one.verdict.found, ACCURACY),
        VERDICT: verdict_text(one.verdict),
    }


def _source_only(row: Row, by_key: Mapping[str, Row]) -> tuple[Row, dict[int, float]]:
    """The accuracy of the same student before or without adaptation, by seed, and whose it is.

    It is a row of its own, the same setting but for `adapt=False` (DANN), or a metric recorded on
    the way (ADDA); empty for what does not adapt.
    """
    definition = row.planned.definition
    bare = identity({**definition, "method": {**definition["method"], "adapt": False}})
    twin = by_key.get(bare)
    if twin is row:
        return row, {}
    if twin:
        return twin, twin.values(twin.test)
    return row, row.values(f"source_only/test_{ACCURACY.name}")


def measure_of(rows: Sequence[Row]) -> Measure:
    """The accuracy, with the smallest difference that matters in this study."""
    return rows[0].domain.measure(ACCURACY.name)


def small_labels(row: Row) -> int:
    """How many labelled objects Small has."""
    return row.domain.split_sizes["Small"]
