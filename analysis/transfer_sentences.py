"""What the methods' rows support, in sentences: who helps, who harms, and what varies."""

import statistics
from collections.abc import Iterator, Sequence

from analysis.evidence import ALPHA, Comparison, compare, holm
from analysis.rows import NONE, Row
from analysis.selection import mean
from analysis.sentences import NO_DIFFERENCE
from analysis.transfer import ACCURACY, Line, cost, gap_text, lines_of

CHANCE = 0.1
SMALL_LABELS = 1_000
SOURCE_ONLY = " (source only)"
VARIES = 2.0  # times the student alone's standard deviation


def transfer_sentences(rows: Sequence[Row]) -> list[str]:
    """Who helps and who harms, data-free rows against chance, adaptation, and what varies."""
    lines = lines_of(rows)
    compared = [line for line in lines if line.gain.n > 1]
    if not compared:
        return list(_adapted(rows))
    alone = compared[0].row.alone
    assert alone
    return [
        *_who_helps(compared),
        *_against_teachers(compared, rows),
        *_data_free(compared),
        *_adapted(rows),
        *_varying(compared, alone),
    ]


def _who_helps(lines: Sequence[Line]) -> Iterator[str]:
    helping = [one for one in lines if one.gain.supported and one.gain.mean > 0]
    kept = [one for one in helping if one.adjusted < ALPHA]
    harming = [one for one in lines if one.gain.supported and one.gain.mean < 0]
    unclear = [one for one in lines if not one.gain.supported]
    n = max(one.gain.n for one in lines)
    yield (
        f"Of {len(lines)} rows {len(helping)} raise accuracy over the student alone by their own "
        f"95 % interval (paired t, n = {n}), {len(kept)} with Holm's correction: "
        f"{_names(helping)}."
    )
    few = [one for one in helping if int(one.row["labels"]) <= SMALL_LABELS]
    if few:
        best = few[0]
        yield (
            f"Of those that read no more than the {SMALL_LABELS:,} labels of Small "
            f"{best.row.method} gains most: {gap_text(best.gain)} at {cost(best.row):.0f} s of a "
            f"worker a student; it needs {best.row['gets']}."
        )
    if harming:
        yield f"{len(harming)} lower it: {_names(harming)}."
    if unclear:
        yield f"For {_names(unclear)}, {NO_DIFFERENCE}."


def _against_teachers(lines: Sequence[Line], rows: Sequence[Row]) -> Iterator[str]:
    """Whether what learns from Small's labels too does better than each teacher of the study."""
    rivals = [one.row for one in lines if int(one.row["labels"]) == SMALL_LABELS]
    taught = [row for row in rows if row.method == NONE and row.has_teacher and row.alone]
    for own in taught if rivals else ():
        theirs = own.values(ACCURACY)
        gaps = [compare(r.values(ACCURACY), theirs, higher_is_better=True) for r in rivals]
        named = zip(rivals, gaps, strict=True)
        yield (
            f"Against {own.label}, of the {len(rivals)} rows that read Small's labels alone "
            f"{_counts(gaps)} (paired t): "
            f"{'; '.join(f'{rival.method} {gap_text(gap)}' for rival, gap in named)}."
        )


def _counts(gaps: Sequence[Comparison]) -> str:
    """How many are better and worse: by their own interval, and with Holm's correction."""
    pairs = list(zip(gaps, holm([gap.p for gap in gaps]), strict=True))
    up = [p for gap, p in pairs if gap.supported and gap.mean > 0]
    down = [p for gap, p in pairs if gap.supported and gap.mean < 0]
    kept_up, kept_down = (sum(p < ALPHA for p in some) for some in (up, down))
    return (
        f"{len(up)} are better and {len(down)} worse by their own 95 % interval, {kept_up} and "
        f"{kept_down} with Holm's correction"
    )


def _names(lines: Sequence[Line]) -> str:
    return "; ".join(f"{one.row.method} {gap_text(one.gain)}" for one in lines) or "none"


def _data_free(lines: Sequence[Line]) -> Iterator[str]:
    for line in lines:
        if int(line.row["labels"]) == 0:
            worst, average = min(line.row.values(ACCURACY).values()), mean(line.row, ACCURACY)
            yield (
                f"{line.row.method}, without any data, is right in {average:.3f} of the test set, "
                f"in its worst seed in {worst:.3f}; chance is {CHANCE:.1f}."
            )


def _adapted(rows: Sequence[Row]) -> Iterator[str]:
    """What adaptation adds to the same student of the source alone, at equal seeds."""
    by_method = {(row.method, row["student"]): row for row in rows}
    for row in rows:
        bare = row.method.replace(" + Small", SOURCE_ONLY + " + Small")
        bare = bare if bare != row.method else row.method + SOURCE_ONLY
        other = by_method.get((bare, row["student"]))
        theirs = other.values(ACCURACY) if other else row.values("source_only/test_accuracy")
        ours = row.values(ACCURACY)
        if ours and theirs and row.method != NONE:
            gap = compare(ours, theirs, higher_is_better=True)
            verdict = "" if gap.supported else f": {NO_DIFFERENCE}"
            yield (
                f"{row.method}: adaptation changes accuracy by {gap_text(gap)} against the "
                f"same student of the source alone (95 %, paired t, n = {gap.n}){verdict}."
            )


def _varying(lines: Sequence[Line], alone: Row) -> Iterator[str]:
    usual = statistics.stdev(alone.values(ACCURACY).values())
    for line in lines:
        values = list(line.row.values(ACCURACY).values())
        spread = statistics.stdev(values)
        if spread > VARIES * usual:
            yield (
                f"{line.row.method} varies: standard deviation {spread:.3f} over seeds (from "
                f"{min(values):.3f} to {max(values):.3f}), the student alone {usual:.3f}."
            )
