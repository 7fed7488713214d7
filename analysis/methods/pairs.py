"""Methods in pairs: each beside the students of the study's own teachers, adapted or not."""

from collections.abc import Iterator, Sequence

import pandas as pd

from analysis.evidence.family import judged
from analysis.evidence.rows import Row
from analysis.evidence.statistics import compare, summarise
from analysis.evidence.texts import interval_text, level_text, summary_text, verdict_text
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
            "verdicts right together for the rows of one teacher, with 95 %",
            pd.DataFrame(beside),
        )
    matched = with_controls(rows)
    if matched:
        yield View(
            "Beside the same student without it",
            "methods that learn a teacher's answers on Small too, and the student that learns "
            "these alone, at the same λ and T with as many passes, at equal seeds "
            f"[{level_text(rows[0].looks)}], verdicts right together, with 95 %",
            pd.DataFrame([_matched_line(*one) for one in matched]),
        )
    changed = _adapted(rows)
    if changed:
        yield View(
            "With and without adaptation",
            "the same student of the source alone, and adapted, at equal seeds "
            f"[{level_text(rows[0].looks)}], verdicts right together, with 95 %",
            pd.DataFrame(changed),
        )


def with_controls(rows: Sequence[Row]) -> list[tuple[Row, Row, Verdict]]:
    """Each method that has one beside the same student without it, in accuracy: one family."""
    by_key = {row.planned.key: row for row in rows}
    pairs = [
        (row, by_key[key])
        for row in rows
        if (key := row.planned.parameters.get(CONTROL, "")) in by_key and row.corrected
    ]
    said = judged(pairs, measure_of(rows)) if pairs else []
    return [
        (ours, theirs, verdict)
        for (ours, theirs), verdict in zip(pairs, said, strict=True)
        if verdict.found.n > 1
    ]


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
    mine = [row for row in rows if reads_small(row)]
    return [line for own in taught(rows) for line in _beside(own, mine)]


def reads_small(row: Row) -> bool:
    """True for a method whose only labels are those of Small."""
    return row.made_by_method and row.number("labels") == small_labels(row)


def taught(rows: Sequence[Row]) -> list[Row]:
    """The students of the study's own teachers that have a student alone beside them."""
    return [row for row in rows if not row.made_by_method and row.has_teacher and row.alone]


def _beside(own: Row, methods: Sequence[Row]) -> Iterator[dict[str, str]]:
    for row, verdict in zip(methods, verdicts_to(own, methods), strict=True):
        if verdict.found.n > 1:
            yield {
                "method": row.method,
                "teacher's student": own.label,
                "Δ teacher's": interval_text(verdict.found, ACCURACY),
                VERDICT: verdict_text(verdict),
            }


def verdicts_to(own: Row, methods: Sequence[Row]) -> list[Verdict]:
    """Each method against this row, in accuracy at equal seeds: one family."""
    return judged([(row, own) for row in methods], measure_of([own]))


def _adapted(rows: Sequence[Row]) -> list[dict[str, str]]:
    """What adaptation adds to the same student of the source alone, for methods that adapt."""
    both = [(row, row.values(row.test), _source_only(row, rows)) for row in rows]
    both = [(row, ours, theirs) for row, ours, theirs in both if ours and theirs]
    found = [
        compare(ours, theirs, higher_is_better=True, looks=row.looks) for row, ours, theirs in both
    ]
    measure = measure_of(rows)
    said = verdicts(found, measure, [measure.matters] * len(found))
    return [
        {
            "method": row.method,
            "source alone": summary_text(summarise([*theirs.values()]), ACCURACY),
            "adapted": summary_text(summarise([*ours.values()]), ACCURACY),
            "Δ": interval_text(verdict.found, ACCURACY),
            VERDICT: verdict_text(verdict),
        }
        for (row, ours, theirs), verdict in zip(both, said, strict=True)
    ]


def _source_only(row: Row, rows: Sequence[Row]) -> dict[int, float]:
    """The accuracy of the same student before or without adaptation, by seed.

    It is a row of its own, the same setting but for `adapt=False` (DANN), or a metric recorded on
    the way (ADDA); none for what does not adapt.
    """
    if not row.made_by_method:
        return {}
    definition = row.planned.definition
    bare = identity({**definition, "method": {**definition["method"], "adapt": False}})
    twin = next((other for other in rows if other.planned.key == bare), None)
    if twin is row:
        return {}
    return twin.values(twin.test) if twin else row.values(f"source_only/test_{ACCURACY.name}")


def measure_of(rows: Sequence[Row]) -> Measure:
    """The accuracy, with the smallest difference that matters in this study."""
    return rows[0].domain.measure(ACCURACY.name)


def small_labels(row: Row) -> int:
    """How many labelled objects Small has."""
    return row.domain.split_sizes["Small"]
