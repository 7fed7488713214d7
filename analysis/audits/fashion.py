"""Table 3, published against corrected: what was printed, what its protocol gives here, what ours.

The printed gains of Table 3 are held against the corrected ones with their intervals; "printed"
has no interval of its own, its "±" was left empty in print. What differs between the protocols:
docs/protocol, "What is wrong with it, and ours".
"""

import math
from collections.abc import Sequence
from statistics import fmean
from typing import NamedTuple

import pandas as pd

from analysis.audits.audit import Audit
from analysis.evidence.differences import difference
from analysis.evidence.family import Family, judged
from analysis.evidence.rows import Row
from analysis.evidence.statistics import Comparison
from analysis.evidence.texts import (
    NONE,
    interval_text,
    level_text,
    number,
    summary_text,
    verdict_phrase,
)
from analysis.evidence.verdicts import Verdict, Word
from analysis.papers.tables import TABLE_3, Published
from analysis.tables.view import View
from trainables.data.measures import ACCURACY, CROSS_ENTROPY, Measure

PRINTED_ROUNDING = 0.001  # of a difference of two figures of three digits
DIFFERENCES = (
    "Published: runs are one network trained on, only its Adam is renewed. Corrected: each seed "
    "draws its own split, initialisation, order, teacher and VAE.",
    "Published: GeneratedMNIST repeats one digit 70 times for each garment and then splits, so "
    "Big and Test share images. Corrected: 70 different digits, split by garment.",
    "Published: the VAE saw the labels of all 60,000 garments. Corrected: every VAE row stands "
    "twice, with all labels and with those of the student's 1,000 only.",
    "Published: teacher of four hidden layers of 64, student 20 epochs of batch 100, hard + soft "
    "cross-entropy. Corrected: teacher 256-128-64-64, student 50 epochs of batch 64 on Small, "
    "λ = ½.",
)


class Audited(NamedTuple):
    """A corrected row of Table 3 with the row as it was actually run, if both are recorded."""

    corrected: Row
    as_run: Row | None
    printed: Published
    verdict: Verdict | None

    @property
    def printed_gain(self) -> float:
        """The gain in accuracy over the student alone that Table 3 prints."""
        alone = TABLE_3[self.corrected.domain.name, self.corrected.split, None, None]
        return self.printed.accuracy - alone.accuracy

    @property
    def gain(self) -> Comparison:
        """Ours, at equal seeds."""
        return difference(self.corrected, ACCURACY)

    def said(self) -> str:
        """What our seeds say, and how that stands to the printed gain.

        That is the difference of two figures of three digits, and has an error of its own that
        was not printed.
        """
        verdict, gain = self.verdict, self.gain
        if verdict is None or not verdict.word:
            return ""
        phrase = verdict_phrase(verdict)
        if verdict.word in (Word.BETTER, Word.WORSE) and gain.mean * self.printed_gain < 0:
            return f"{phrase}, against the printed sign"
        low, high = gain.low - PRINTED_ROUNDING, gain.high + PRINTED_ROUNDING
        return phrase if low <= self.printed_gain <= high else f"{phrase}, not the printed size"


def audited(rows: Sequence[Row]) -> list[Audited]:
    """The rows of Table 3 that were run corrected, in its order."""
    of_table = [row for row in rows if isinstance(row.printed, Published)]
    of_table.sort(key=lambda row: row.place)
    as_run = {row.place: row for row in of_table if not row.corrected}
    family = Family(rows)
    return [
        Audited(row, as_run.get(row.place), row.printed, family.verdict(row))
        for row in of_table
        if row.corrected and isinstance(row.printed, Published)
    ]


def audit(rows: Sequence[Row]) -> Audit | None:
    """What the two protocols together say; None where no row was run under both."""
    lines = audited(rows)
    said = sentences(lines)
    return Audit(said, view(lines), DIFFERENCES) if said else None


def view(lines: Sequence[Audited]) -> View:
    """The protocols side by side."""
    return View(
        "Published against corrected",
        "test accuracy and cross-entropy: printed in Table 3, run here as published (± is the "
        "drift of one network), and corrected (± over seeds); gains over the student alone "
        f"[{level_text(lines[0].corrected.looks)}, n = {max(line.gain.n for line in lines)}]",
        pd.DataFrame([_line(line) for line in lines]),
    )


def _line(line: Audited) -> dict[str, str]:
    row = line.corrected
    return {
        "student": row.student,
        "teacher": row["teacher"],
        "φ": row.link,
        "printed": number(line.printed.accuracy, ACCURACY),
        "as published": _tested(line.as_run, ACCURACY),
        "corrected": _tested(row, ACCURACY),
        "printed CE": number(line.printed.cross_entropy, CROSS_ENTROPY),
        "as published, CE": _tested(line.as_run, CROSS_ENTROPY),
        "corrected, CE": _tested(row, CROSS_ENTROPY),
        "printed gain": number(line.printed_gain, ACCURACY, "+") if row.has_teacher else "",
        "corrected gain": "" if math.isnan(line.gain.mean) else interval_text(line.gain, ACCURACY),
        "the seeds say": line.said(),
    }


def _tested(row: Row | None, measure: Measure) -> str:
    return summary_text(row.summary(f"test/{measure.name}"), measure) if row else NONE


def sentences(lines: Sequence[Audited]) -> list[str]:
    """What the two protocols together say; empty where no row was run under both."""
    both = _in_both(lines)
    if not both:
        return []
    gaps = [line.corrected.mean(line.corrected.test) - line.printed.accuracy for line in both]
    drifts = [line.as_run.summary(line.as_run.test).std for line in both if line.as_run]
    spreads = [line.corrected.summary(line.corrected.test).std for line in both]
    near = sum(abs(gap) <= 0.01 for gap in gaps)
    said = [
        f"{near} of {len(both)} corrected rows come within 0.010 of the printed accuracy; the "
        f"largest gap is {max(gaps, key=abs):+.3f}.",
        "The standard deviation of accuracy is "
        f"{fmean(spreads):.4f} on average over seeds, and {fmean(drifts):.4f} between attempts of "
        "one network trained on: the latter says how that network drifts, not how far another "
        "seed would fall.",
    ]
    return said + _label_leak(lines)


def _in_both(lines: Sequence[Audited]) -> list[Audited]:
    """The printed rows that were run under both protocols."""
    return [line for line in lines if line.as_run and line.corrected["vae_labels"] != "small"]


def label_leaks(rows: Sequence[Row]) -> list[tuple[Row, Row, Verdict]]:
    """What the audit says of the labels that VAEs knew; empty where there is no audit."""
    lines = audited(rows)
    return _leaks(lines) if _in_both(lines) else []


def _leaks(lines: Sequence[Audited]) -> list[tuple[Row, Row, Verdict]]:
    """Rows whose VAE knew the labels of all 60,000 garments against those that knew the student's
    own: one family.
    """
    rows = [line.corrected for line in lines]
    pairs = [
        (knowing, small)
        for small in rows
        if small["vae_labels"] == "small"
        for knowing in rows
        if knowing["teacher"] == small["teacher"] and knowing["vae_labels"] == "all"
    ]
    said = judged(pairs, pairs[0][0].domain.main) if pairs else []
    return [(*pair, verdict) for pair, verdict in zip(pairs, said, strict=True)]


def _label_leak(lines: Sequence[Audited]) -> list[str]:
    """What the labels of all 60,000 garments, which the published VAE knew, are worth."""
    return [
        f"{small['teacher']} through the VAE: knowing the labels of all 60,000 garments instead "
        f"of the student's own is worth {interval_text(verdict.found, ACCURACY)} in accuracy "
        f"({level_text(verdict.found.looks)}, n = {verdict.found.n}): {verdict_phrase(verdict)}."
        for _, small, verdict in _leaks(lines)
    ]
