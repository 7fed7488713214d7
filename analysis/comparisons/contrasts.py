"""Contrasts: the pairs of settings that a space asks for, beside each with its student alone.

They are a family of their own, in the target's first measure: planned comparisons, which stand in
the space before any of its seeds is seen.
"""

from collections.abc import Iterator, Sequence

import pandas as pd

from analysis.evidence.differences import cost
from analysis.evidence.family import judged
from analysis.evidence.rows import Row
from analysis.evidence.sentences import against_alone
from analysis.evidence.texts import (
    NONE,
    SURE,
    interval_text,
    level_text,
    p_text,
    verdict_text,
)
from analysis.evidence.verdicts import Verdict
from analysis.tables.view import AGAINST, ROW, VERDICT, View


def contrasts(rows: Sequence[Row]) -> list[tuple[Row, Row, Verdict]]:
    """Each pair that the space asks for, with its verdict: one family."""
    pairs = [(row, other) for row in rows for other in row.contrasts]
    said = judged(pairs, pairs[0][0].domain.main) if pairs else []
    return [(*pair, verdict) for pair, verdict in zip(pairs, said, strict=True)]


def contrast_views(rows: Sequence[Row]) -> Iterator[View]:
    """Those pairs as a table, where there are any."""
    if found := [one for one in contrasts(rows) if one[2].found.n > 1]:
        main, looks = found[0][2].measure, found[0][0].looks
        yield View(
            "Contrasts that the space asks for",
            f"a row against another at equal seeds; Δ {main.title} [{level_text(looks)}]; p with "
            f"Holm's correction over these; verdicts right together {SURE}",
            pd.DataFrame([_line(*one) for one in found]),
            keys=[ours.planned.key for ours, _, _ in found],
        )


def _line(ours: Row, theirs: Row, verdict: Verdict) -> dict[str, str]:
    same = ours.student == theirs.student
    return {
        "student": ours.student if same else NONE,
        ROW: ours.label_of("").strip(" ←") if same else ours.label,
        AGAINST: theirs.label_of("").strip(" ←") if same else theirs.label,
        "n": str(verdict.found.n),
        VERDICT: verdict_text(verdict),
        "Δ": interval_text(verdict.found, verdict.measure),
        "p": p_text(verdict.p),
    }


def contrast_sentences(rows: Sequence[Row]) -> list[str]:
    """The same in words."""
    return [
        against_alone(f"{ours.label} against {theirs.label}", verdict, cost(ours) + cost(theirs))
        for ours, theirs, verdict in contrasts(rows)
        if verdict.found.n > 1
    ]
