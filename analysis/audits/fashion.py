"""Published against corrected: what the paper printed, what its protocol gives here, what ours.

The printed gains of Table 3 are held against the corrected ones with their intervals; "printed"
has no interval of its own, its "±" was left empty in print.
"""

import math
from collections.abc import Sequence
from statistics import fmean
from typing import NamedTuple

import pandas as pd

from analysis.evidence.differences import difference
from analysis.evidence.rows import NONE, Row
from analysis.evidence.sentences import interval_text
from analysis.evidence.statistics import Comparison, compare, summarise
from analysis.papers.tables import TABLE_3, Published
from analysis.tables.view import View
from trainables.data.domains import ACCURACY as MEASURE

ACCURACY, CROSS_ENTROPY = "test/accuracy", "test/cross_entropy"
ALONE = {student: TABLE_3[student, NONE, NONE] for student, _, _ in TABLE_3}


class Audited(NamedTuple):
    """A corrected row of Table 3 with the row as it was actually run, if both are recorded."""

    corrected: Row
    as_run: Row | None
    printed: Published

    @property
    def printed_gain(self) -> float:
        """The gain in accuracy over the student alone that Table 3 prints."""
        return self.printed.accuracy - ALONE[self.corrected["student"]].accuracy

    @property
    def gain(self) -> Comparison:
        """Ours, at equal seeds."""
        return difference(self.corrected, ACCURACY, higher_is_better=True)

    def verdict(self) -> str:
        """What our seeds say of the printed gain."""
        gain = self.gain
        if not self.corrected.has_teacher or math.isnan(gain.low):
            return ""
        inside = gain.low <= self.printed_gain <= gain.high
        if not gain.supported:
            return "no difference supported" + ("" if inside else ", printed gain excluded")
        if (gain.mean > 0) != (self.printed_gain > 0):
            return "contradicted"
        return "supported" if inside else "supported, of another size"


def audited(rows: Sequence[Row]) -> list[Audited]:
    """The rows of Table 3 that were run corrected, in its order."""
    of_table = [row for row in rows if isinstance(row.printed, Published)]
    of_table.sort(key=lambda row: row.place)
    as_run = {row.place: row for row in of_table if not row.corrected}
    return [
        Audited(row, as_run.get(row.place), row.printed)
        for row in of_table
        if row.corrected and isinstance(row.printed, Published)
    ]


def view(lines: Sequence[Audited]) -> View:
    """The protocols side by side."""
    return View(
        "Published against corrected",
        "test accuracy and cross-entropy: printed in Table 3, run here as published (± is the "
        "drift of one network), and corrected (± over seeds); gains over the student alone",
        pd.DataFrame([_line(line) for line in lines]),
    )


def _line(line: Audited) -> dict[str, str]:
    row = line.corrected
    return {
        "student": row["student"].removeprefix("FashionMNIST-"),
        "teacher": row["teacher"],
        "φ": row.link,
        "printed": f"{line.printed.accuracy:.3f}",
        "as published": _mean_std(line.as_run, ACCURACY),
        "corrected": _mean_std(row, ACCURACY),
        "printed CE": f"{line.printed.cross_entropy:.3f}",
        "as published, CE": _mean_std(line.as_run, CROSS_ENTROPY),
        "corrected, CE": _mean_std(row, CROSS_ENTROPY),
        "printed gain": f"{line.printed_gain:+.3f}" if row.has_teacher else "",
        "corrected gain": "" if math.isnan(line.gain.mean) else interval_text(line.gain, MEASURE),
        "the seeds say": line.verdict(),
    }


def _mean_std(row: Row | None, metric: str) -> str:
    found = summarise([*row.values(metric).values()] if row else [])
    if math.isnan(found.mean):
        return NONE
    return f"{found.mean:.3f}" + ("" if math.isnan(found.std) else f" ± {found.std:.3f}")


def sentences(lines: Sequence[Audited]) -> list[str]:
    """What the two protocols together say; empty where no row was run under both."""
    both = [line for line in lines if line.as_run and line.corrected["vae_labels"] != "small"]
    if not both:
        return []
    gaps = [(_mean(line.corrected) - line.printed.accuracy) for line in both]
    drifts = [_std(line.as_run) for line in both if line.as_run]
    spreads = [_std(line.corrected) for line in both]
    near = sum(abs(gap) <= 0.01 for gap in gaps)
    said = [
        f"{near} of {len(both)} corrected rows come within 0.010 of the printed accuracy; the "
        f"largest gap is {max(gaps, key=abs):+.3f}.",
        "The standard deviation of accuracy is "
        f"{fmean(spreads):.4f} on average over seeds, and {fmean(drifts):.4f} between attempts of "
        "one network trained on: the latter says how that network drifts, not how far another "
        "seed would fall.",
    ]
    for line in lines:
        if line.verdict():
            said.append(
                f"{line.corrected.label}: Table 3 prints a gain of {line.printed_gain:+.3f}; "
                f"corrected it is {interval_text(line.gain, MEASURE)} (95 %, n = {line.gain.n}): "
                f"{line.verdict()}."
            )
    return said + _label_leak(lines)


def _label_leak(lines: Sequence[Audited]) -> list[str]:
    """What the labels of all 60,000 garments, which the published VAE knew, are worth."""
    rows = [line.corrected for line in lines]
    said = []
    for small in (row for row in rows if row["vae_labels"] == "small"):
        same = [r for r in rows if r["teacher"] == small["teacher"] and r["vae_labels"] == "all"]
        if same:
            ours, theirs = same[0].values(ACCURACY), small.values(ACCURACY)
            gap = compare(ours, theirs, higher_is_better=True)
            verdict = "" if gap.supported else ": the seeds support no difference"
            said.append(
                f"{small['teacher']} through the VAE: knowing the labels of all 60,000 garments "
                f"instead of the student's own is worth {interval_text(gap, MEASURE)} in accuracy "
                f"(95 %, paired, n = {gap.n}){verdict}."
            )
    return said


def _mean(row: Row) -> float:
    return summarise([*row.values(ACCURACY).values()]).mean


def _std(row: Row) -> float:
    return summarise([*row.values(ACCURACY).values()]).std
