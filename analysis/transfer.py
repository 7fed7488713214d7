"""Ways to transfer beside each other: who helps, by how much, at what cost, and what papers print.

Every row is compared with the student alone at equal seeds; Holm's correction is taken over the
methods. What a method costs is said in seconds of a worker (its teacher's included), in labels,
and in the data that it needs.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pandas as pd

from analysis.columns import cost, difference
from analysis.evidence import Comparison, holm, summarise
from analysis.known import Known, known_of
from analysis.rows import NONE, Row
from analysis.selection import mean
from analysis.sentences import interval_text, p_text
from analysis.transfer_comparisons import ACCURACY, comparisons
from analysis.views import View
from trainables.targets import ACCURACY as MEASURE


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
    return sorted(found, key=lambda line: -mean(line.row, ACCURACY))


def transfer_views(rows: Sequence[Row]) -> Iterator[View]:
    """The methods beside each other, the study's teachers, and the figures of their papers."""
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
    yield from comparisons(rows)
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
        "test accuracy": _mean_std(accuracy.mean, accuracy.std),
        "range": f"{min(values):.3f} to {max(values):.3f}",
        "Δ alone": gap_text(line.gain),
        "p (Holm)": p_text(line.adjusted),
        "n": str(accuracy.n),
        "seconds": f"{cost(row):.0f}",
        "labels": f"{int(row['labels']):,}",
        "gets": row["gets"],
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


def gap_text(found: Comparison) -> str:
    """A difference in accuracy with its interval."""
    return interval_text(found, MEASURE)


def _mean_std(mean: float, std: float) -> str:
    return f"{mean:.3f}" + ("" if math.isnan(std) else f" ± {std:.3f}")
