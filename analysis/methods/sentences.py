"""What the methods' rows support, in sentences: who helps, who harms, and what varies."""

from collections.abc import Iterator, Sequence
from statistics import fmean

from analysis.evidence.differences import cost
from analysis.evidence.rows import Row
from analysis.evidence.statistics import ALPHA, Comparison, holm
from analysis.evidence.texts import NO_DIFFERENCE, interval_text
from analysis.methods.comparison import MethodRow, lines_of
from analysis.methods.pairs import gaps_to, reads_small, small_labels, taught
from trainables.data.measures import ACCURACY

VARIES = 2.0  # times the student alone's standard deviation


def transfer_sentences(rows: Sequence[Row]) -> list[str]:
    """Who helps and who harms, methods against the study's teachers, chance, and what varies."""
    lines = [line for line in lines_of(rows) if line.gain.n > 1]
    if not lines:
        return []
    alone = lines[0].row.alone
    assert alone
    return [
        *_who_helps(lines),
        *_against_teachers(lines, rows),
        *_data_free(lines),
        *_varying(lines, alone),
    ]


def _who_helps(lines: Sequence[MethodRow]) -> Iterator[str]:
    helping = [one for one in lines if one.gain.supported and one.gain.mean > 0]
    kept = [one for one in helping if one.adjusted < ALPHA]
    harming = [one for one in lines if one.gain.supported and one.gain.mean < 0]
    unclear = [one for one in lines if not one.gain.supported]
    n = max(one.gain.n for one in lines)
    yield (
        f"Of {len(lines)} rows {len(helping)} raise accuracy over the student alone by their own "
        f"95 % interval (paired t, n = {n}), {len(kept)} with Holm's correction: {_names(kept)}; "
        f"{len(harming)} lower it."
    )
    small = small_labels(lines[0].row)
    few = [one for one in helping if one.row.number("labels") <= small]
    if few:
        best = few[0]
        gain = interval_text(best.gain, ACCURACY)
        yield (
            f"Of those that read no more than the {small:,} labels of Small "
            f"{best.row.method} gains most: {gain} at {cost(best.row):.0f} s of a "
            f"worker a student; it needs {best.row['gets']}."
        )
    if unclear:
        yield f"For {_names(unclear)}, {NO_DIFFERENCE}."


def _names(lines: Sequence[MethodRow]) -> str:
    return ", ".join(one.row.method for one in lines) or "none"


def _against_teachers(lines: Sequence[MethodRow], rows: Sequence[Row]) -> Iterator[str]:
    """Whether what learns from Small's labels too does better than each teacher of the study."""
    methods = [one.row for one in lines if reads_small(one.row)]
    for own in taught(rows) if methods else ():
        yield (
            f"Of the {len(methods)} rows that read Small's labels alone "
            f"{_counts(gaps_to(own, methods))} than {own.label}."
        )


def _counts(gaps: Sequence[Comparison]) -> str:
    """How many are better and worse: by their own interval, and with Holm's correction."""
    pairs = list(zip(gaps, holm([gap.p for gap in gaps]), strict=True))
    up = [p for gap, p in pairs if gap.supported and gap.mean > 0]
    down = [p for gap, p in pairs if gap.supported and gap.mean < 0]
    better, worse = (
        f"{len(some)} (with Holm's correction {sum(p < ALPHA for p in some)})"
        for some in (up, down)
    )
    return f"{better} are better and {worse} worse"


def _data_free(lines: Sequence[MethodRow]) -> Iterator[str]:
    found = [one.row for one in lines if one.row.number("labels") == 0]
    if found:
        each = "; ".join(f"{row.method} {_mean_and_worst(row)}" for row in found)
        yield (
            "Without any data students are right, on average and in the worst seed, in these "
            f"shares of the test set: {each}. Chance is one divided by the number of classes."
        )


def _mean_and_worst(row: Row) -> str:
    values = row.values(row.test).values()
    return f"{ACCURACY.text(fmean(values))}, {ACCURACY.text(min(values))}"


def _varying(lines: Sequence[MethodRow], alone: Row) -> Iterator[str]:
    usual = _spread(alone)
    spreads = sorted(((_spread(one.row), one.row.method) for one in lines), reverse=True)
    varying = [
        f"{method} {ACCURACY.text(spread)}"
        for spread, method in spreads
        if spread > VARIES * usual
    ]
    if varying:
        yield (
            f"More than {VARIES:g} times the standard deviation of the student alone "
            f"({ACCURACY.text(usual)}) over seeds have {', '.join(varying)}."
        )


def _spread(row: Row) -> float:
    return row.summary(row.test).std
