"""Ways to transfer against each other: adapted or not, and beside the study's own teachers."""

from collections.abc import Iterator, Sequence

import pandas as pd

from analysis.evidence.rows import NONE, Row
from analysis.evidence.sentences import interval_text, p_text
from analysis.evidence.statistics import Comparison, compare, holm, summarise
from analysis.tables.view import View
from trainables.data.domains import ACCURACY as MEASURE

ACCURACY = "test/accuracy"
SMALL_LABELS = 1_000
SOURCE_ONLY = " (source only)"


def comparisons(rows: Sequence[Row]) -> Iterator[View]:
    """A table of each kind, where the study has what it needs."""
    beside = beside_teachers(rows)
    if beside:
        yield View(
            "Beside the study's own teachers",
            f"the rows that read Small's {SMALL_LABELS:,} labels alone; Δ: to the student of that "
            "teacher at equal seeds [95 %, paired t], p with Holm's correction over the rows of "
            "one teacher",
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
    """A line for each rival and teacher."""
    rivals = [r for r in rows if r.method != NONE and int(r["labels"]) == SMALL_LABELS]
    taught = [row for row in rows if row.method == NONE and row.has_teacher and row.alone]
    return [line for own in taught for line in _beside(own, rivals)]


def _beside(own: Row, rivals: Sequence[Row]) -> Iterator[dict[str, str]]:
    gaps = against(own, rivals)
    for rival, gap, p in zip(rivals, gaps, holm([gap.p for gap in gaps]), strict=True):
        if gap.n > 1:
            yield {
                "method": rival.method,
                "teacher's student": own.label,
                "Δ teacher's": interval_text(gap, MEASURE),
                "p (Holm)": p_text(p),
            }


def against(own: Row, rivals: Sequence[Row]) -> list[Comparison]:
    """Each rival's accuracy less this row's, at equal seeds."""
    theirs = own.values(ACCURACY)
    return [compare(rival.values(ACCURACY), theirs, higher_is_better=True) for rival in rivals]


def _adapted(row: Row, rows: Sequence[Row]) -> dict[str, str] | None:
    """What adaptation adds to the same student of the source alone; None for other methods."""
    bare = row.method.replace(" + Small", SOURCE_ONLY + " + Small")
    bare = bare if bare != row.method else row.method + SOURCE_ONLY
    others = (r for r in rows if (r.method, r["student"]) == (bare, row["student"]))
    other = next(others, None)
    theirs = other.values(ACCURACY) if other else row.values("source_only/test_accuracy")
    ours = row.values(ACCURACY)
    if row.method == NONE or not ours or not theirs:
        return None
    gap = compare(ours, theirs, higher_is_better=True)
    return {
        "method": row.method,
        "source alone": _mean_std(theirs),
        "adapted": _mean_std(ours),
        "Δ": interval_text(gap, MEASURE),
        "p": p_text(gap.p),
    }


def _mean_std(values: dict[int, float]) -> str:
    found = summarise([*values.values()])
    return f"{MEASURE.text(found.mean)} ± {MEASURE.text(found.std)}"
