"""The view of nested searches: what each seed chose, and what the whole procedure is worth."""

import math
from collections.abc import Sequence

import pandas as pd

from analysis.evidence.family import Family
from analysis.evidence.nested import Nested
from analysis.evidence.rows import Row
from analysis.evidence.searched import path_labels
from analysis.evidence.texts import NONE, SURE, interval_text, summary_text
from analysis.evidence.verdicts import Verdict
from analysis.tables.view import View


def nested_view(found: Sequence[Nested], rows: Sequence[Row], tuning: Sequence[Verdict]) -> View:
    """A line a nested search; tuning: the verdicts of each against its untuned row."""
    family = Family(rows)
    labels = path_labels(path for one in found for path in one.values())
    lines = [
        _line(one, labels, family.verdict(one.final), verdict)
        for one, verdict in zip(found, tuning, strict=True)
    ]
    return View(
        "Chosen within each seed",
        "every seed searches within its own split, by its own labels alone, and is trained with "
        "what it chose: the median over seeds (smallest..largest); asked: settings a seed; "
        "score: what was chosen by, mean ± standard deviation over seeds; test: of the students "
        "trained so, the procedure's result; untuned: the listed setting that was varied; "
        f"verdicts are right together {SURE}: of Δ alone for all rows of the study, of Δ "
        "untuned for all searches",
        pd.DataFrame(lines).fillna(NONE),
        keys=[one.final.planned.key for one in found],
    )


def _line(
    one: Nested, labels: dict[str, str], alone: Verdict | None, tuning: Verdict
) -> dict[str, str]:
    final, main, scored = one.final, one.main, one.first.scored
    setting = {
        "search": one.name,
        "rule": one.first["rule"],
        "seeds": str(len(one.choices)),
        "asked": one.asked_a_seed,
        "teacher": final["teacher"],
        "φ": final.link,
    }
    results = {
        "score": summary_text(one.score, scored),
        f"test {main.title}": summary_text(final.summary(final.test), main),
        "Δ alone": gap_text(alone) if alone else NONE,
        "Δ untuned": gap_text(tuning),
    }
    return (
        setting | {f"{labels[path]} chosen": text for path, text in one.values().items()} | results
    )


def gap_text(verdict: Verdict) -> str:
    """A difference with its interval, and its verdict: "+0.013 [+0.006, +0.021], better"."""
    if math.isnan(verdict.found.mean):
        return NONE
    said = f", {verdict.word}" if verdict.word else ""
    return f"{interval_text(verdict.found, verdict.measure)}{said}"
