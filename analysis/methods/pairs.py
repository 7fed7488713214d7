"""Methods in pairs: each beside the students of the study's own teachers, adapted or not."""

from collections.abc import Iterator, Sequence

import pandas as pd

from analysis.evidence.differences import against
from analysis.evidence.rows import Row
from analysis.evidence.statistics import Comparison, compare, holm, summarise
from analysis.evidence.texts import interval_text, p_text, summary_text
from analysis.tables.view import View
from trainables.data.measures import ACCURACY
from trainables.identity import identity


def comparisons(rows: Sequence[Row]) -> Iterator[View]:
    """A table of each kind, where the study has what it needs."""
    beside = beside_teachers(rows)
    if beside:
        yield View(
            "Beside the study's own teachers",
            f"the rows that read Small's {small_labels(rows[0]):,} labels alone; Δ: to the "
            "student of that teacher at equal seeds [95 %, paired t], p with Holm's "
            "correction over the rows of one teacher",
            pd.DataFrame(beside),
        )
    changed = [line for row in rows if (line := _adapted(row, rows))]
    if changed:
        yield View(
            "With and without adaptation",
            "the same student of the source alone, and adapted, at equal seeds [95 %, paired t]",
            pd.DataFrame(changed),
        )


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
    gaps = gaps_to(own, methods)
    for row, gap, p in zip(methods, gaps, holm([gap.p for gap in gaps]), strict=True):
        if gap.n > 1:
            yield {
                "method": row.method,
                "teacher's student": own.label,
                "Δ teacher's": interval_text(gap, ACCURACY),
                "p (Holm)": p_text(p),
            }


def gaps_to(own: Row, methods: Sequence[Row]) -> list[Comparison]:
    """Each method's accuracy less this row's, at equal seeds."""
    return [against(row, own, ACCURACY) for row in methods]


def _adapted(row: Row, rows: Sequence[Row]) -> dict[str, str] | None:
    """What adaptation adds to the same student of the source alone; None for other methods."""
    ours, theirs = row.values(row.test), _source_only(row, rows)
    if not ours or not theirs:
        return None
    gap = compare(ours, theirs, higher_is_better=ACCURACY.higher_is_better)
    return {
        "method": row.method,
        "source alone": summary_text(summarise([*theirs.values()]), ACCURACY),
        "adapted": summary_text(summarise([*ours.values()]), ACCURACY),
        "Δ": interval_text(gap, ACCURACY),
        "p": p_text(gap.p),
    }


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


def small_labels(row: Row) -> int:
    """How many labelled objects Small has."""
    return row.domain.split_sizes["Small"]
