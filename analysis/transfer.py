"""Ways to transfer beside each other: who helps, by how much, at what cost, and what papers print.

Every row is compared with the student alone at equal seeds; Holm's correction is taken over the
methods. What a method costs is said in seconds of a worker (its teacher's included), in labels,
and in the data that it needs.
"""

import math
import statistics
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pandas as pd

from analysis.columns import COSTS, difference
from analysis.evidence import ALPHA, Comparison, compare, holm, summarise
from analysis.known import Known, known_of
from analysis.rows import NONE, Row
from analysis.sentences import NO_DIFFERENCE, interval_text, p_text
from analysis.views import View
from trainables.targets import ACCURACY as MEASURE

ACCURACY = "test/accuracy"
CHANCE = 0.1
SOURCE_ONLY = " (source only)"
VARIES = 2.0  # times the student alone's standard deviation


class Line(NamedTuple):
    """A row with its gain over the student alone and the gain's p with Holm's correction."""

    row: Row
    gain: Comparison
    adjusted: float


def lines_of(rows: Sequence[Row]) -> list[Line]:
    """The methods' rows, best first; none in a study without methods."""
    mine = [row for row in rows if row.method != NONE and row.values(ACCURACY)]
    gains = [difference(row, ACCURACY, higher_is_better=True) for row in mine]
    adjusted = holm([gain.p for gain in gains])
    found = [Line(*one) for one in zip(mine, gains, adjusted, strict=True)]
    return sorted(found, key=lambda line: -_mean(line.row, ACCURACY))


def transfer_views(rows: Sequence[Row]) -> Iterator[View]:
    """The methods beside each other, and beside the figures of their papers."""
    lines = lines_of(rows)
    if not lines:
        return
    compared = [line for line in lines if not math.isnan(line.gain.mean)]
    if compared:
        yield View(
            "Ways to transfer",
            "best first; labels: objects whose label the method reads itself, in any domain; "
            "seconds: of a worker for one student, its teacher included; range: least and largest "
            "over seeds; Δ: to the student alone at equal seeds [95 %, paired t], p with Holm's "
            "correction over these rows",
            pd.DataFrame([_line(line) for line in compared]),
        )
    known = [(line.row, one) for line in lines for one in known_of(line.row)]
    if known:
        yield View(
            "Beside the published figures",
            "printed: the paper's; ours: mean ± standard deviation over seeds",
            pd.DataFrame([_known_line(row, one) for row, one in known]),
        )


def _line(line: Line) -> dict[str, str]:
    row = line.row
    accuracy = summarise([*row.values(ACCURACY).values()])
    values = row.values(ACCURACY).values()
    return {
        "method": row.method,
        "gets": row["gets"],
        "labels": f"{int(row['labels']):,}",
        "seconds": f"{cost(row):.0f}",
        "n": str(accuracy.n),
        "test accuracy": _mean_std(accuracy.mean, accuracy.std),
        "range": f"{min(values):.3f} to {max(values):.3f}",
        "Δ alone": _gap(line.gain),
        "p (Holm)": p_text(line.adjusted),
    }


def _known_line(row: Row, known: Known) -> dict[str, str]:
    values = list(row.values(known.metric).values())
    ours = summarise(values)
    count = known.metric == "rounds_to_goal"
    reached = len(values) == len(row.finished)
    if count and not reached:
        shown = f"{len(values)} of {len(row.finished)} seeds within {row['epochs']} rounds"
    else:
        shown = f"{ours.mean:.0f} ± {ours.std:.0f}" if count else _mean_std(ours.mean, ours.std)
    return {
        "method": row.method,
        "figure": known.figure,
        "printed": f"{known.printed:.0f}" if count else f"{known.printed:.4f}",
        "ours": shown,
        "source": known.source,
        "what differs": known.differs,
    }


def cost(row: Row) -> float:
    """Seconds of a worker behind one student: its own, its teacher's, its VAE's, the logits'."""
    means = [_mean(row, metric) for metric in COSTS]
    return sum(seconds for seconds in means if not math.isnan(seconds))


def transfer_sentences(rows: Sequence[Row]) -> list[str]:
    """Who helps and who harms, data-free rows against chance, adaptation, and what varies."""
    lines = lines_of(rows)
    compared = [line for line in lines if line.gain.n > 1]
    if not compared:
        return []
    alone = compared[0].row.alone
    assert alone
    return [
        *_who_helps(compared),
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
    few = [one for one in helping if int(one.row["labels"]) <= 1_000]
    if few:
        best = few[0]
        yield (
            f"Of those that read no more than the 1,000 labels of Small {best.row.method} gains "
            f"most: {_gap(best.gain)} at {cost(best.row):.0f} s of a worker a student; "
            f"it needs {best.row['gets']}."
        )
    if harming:
        yield f"{len(harming)} lower it: {_names(harming)}."
    if unclear:
        yield f"For {_names(unclear)}, {NO_DIFFERENCE}."


def _names(lines: Sequence[Line]) -> str:
    return "; ".join(f"{one.row.method} {_gap(one.gain)}" for one in lines) or "none"


def _data_free(lines: Sequence[Line]) -> Iterator[str]:
    for line in lines:
        if int(line.row["labels"]) == 0:
            worst, mean = min(line.row.values(ACCURACY).values()), _mean(line.row, ACCURACY)
            yield (
                f"{line.row.method}, without any data, is right in {mean:.3f} of the test set, "
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
                f"{row.method}: adaptation changes accuracy by {_gap(gap)} against the "
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


def _gap(found: Comparison) -> str:
    return interval_text(found, MEASURE)


def _mean(row: Row, metric: str) -> float:
    return summarise([*row.values(metric).values()]).mean


def _mean_std(mean: float, std: float) -> str:
    return f"{mean:.3f}" + ("" if math.isnan(std) else f" ± {std:.3f}")
