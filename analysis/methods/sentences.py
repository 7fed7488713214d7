"""What the methods' rows support, in sentences: who helps, who harms, and what varies."""

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import fmean

from analysis.evidence.differences import cost
from analysis.evidence.rows import Row
from analysis.evidence.texts import SURE, interval_text, together_text
from analysis.evidence.verdicts import Verdict, Word
from analysis.methods.comparison import MethodRow, lines_of
from analysis.methods.pairs import (
    measure_of,
    reads_small,
    small_labels,
    taught,
    verdicts_to,
    with_controls,
)
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
        *_who_helps(lines, with_controls(rows)),
        *_against_teachers(lines, rows),
        *_data_free(lines),
        *_varying(lines, alone),
    ]


def _who_helps(
    lines: Sequence[MethodRow], matched: Sequence[tuple[Row, Row, Verdict]]
) -> Iterator[str]:
    """Who is better than the student alone; and who of them by more than a teacher's answers.

    matched: methods that learn a teacher's answers on Small too, beside the same student without
    what they make.
    """
    of = {
        word: [one for one in lines if one.verdict and one.verdict.word == word] for word in Word
    }
    smallest = measure_of([one.row for one in lines]).matters
    n, better = max(one.gain.n for one in lines), of[Word.BETTER]
    looks = lines[0].row.looks
    yield (
        f"Of {len(lines)} rows {len(better)} are better than the student alone in accuracy: "
        f"{_names(better)}; {len(of[Word.WORSE])} are worse, {len(of[Word.EQUIVALENT])} "
        f"equivalent within ±{ACCURACY.text(smallest)} (right for {together_text(looks)} "
        f"{SURE}, paired t, n = {n})."
    )
    if matched:
        counts = Counter(verdict.word for _, _, verdict in matched)
        own = [ours.method for ours, _, verdict in matched if verdict.word == Word.BETTER]
        yield (
            f"{len(matched)} of them learn a teacher's answers on Small too: beside the same "
            f"student that learns these alone, with as many passes, {counts[Word.BETTER]} are "
            f"better ({', '.join(own) or 'none'}), {counts[Word.WORSE]} worse and "
            f"{counts[Word.EQUIVALENT]} equivalent; the others are undecided."
        )
    owed = {ours.planned.key for ours, _, verdict in matched if verdict.word != Word.BETTER}
    small = small_labels(lines[0].row)
    few = [
        one
        for one in better
        if one.row.number("labels") <= small and one.row.planned.key not in owed
    ]
    if few:
        best = few[0]
        gain = interval_text(best.gain, ACCURACY)
        yield (
            f"Of those that read no more than the {small:,} labels of Small "
            f"{best.row.method} gains most: {gain} at {cost(best.row):.0f} s of a "
            f"worker a student; it needs {best.row['gets']}."
        )
    if of[Word.UNDECIDED]:
        yield f"Undecided at n = {n}: {_names(of[Word.UNDECIDED])}."


def _names(lines: Sequence[MethodRow]) -> str:
    return ", ".join(one.row.method for one in lines) or "none"


def _against_teachers(lines: Sequence[MethodRow], rows: Sequence[Row]) -> Iterator[str]:
    """Whether what learns from Small's labels too does better than each teacher of the study."""
    methods = [one.row for one in lines if reads_small(one.row)]
    for own in taught(rows) if methods else ():
        counts = Counter(verdict.word for verdict in verdicts_to(own, methods))
        yield (
            f"Of the {len(methods)} rows that read Small's labels alone {counts[Word.BETTER]} are "
            f"better and {counts[Word.WORSE]} worse than {own.label}, {counts[Word.EQUIVALENT]} "
            "equivalent."
        )


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
