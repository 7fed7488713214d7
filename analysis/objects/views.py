"""Answers object by object as tables."""

from collections.abc import Iterator, Sequence

import pandas as pd

from analysis.evidence.rows import Row
from analysis.evidence.sentences import MANY, told_apart
from analysis.evidence.texts import (
    SURE,
    interval_text,
    left_out,
    level_text,
    looks_text,
    word_text,
)
from analysis.evidence.verdicts import Verdict
from analysis.objects.agreement import AGREEMENT, agreement_views
from analysis.objects.classes import ByClass, by_class
from analysis.objects.truth import Truth, Unknown
from analysis.tables.view import OBJECTS, VERDICT, View

BY_CLASS = "Accuracy by class, against the student alone"
MOST_CLASSES = 12  # of a row: where there are more, those that differ and how far the rest goes


def object_views(rows: Sequence[Row], truth: Truth | Unknown) -> Iterator[View]:
    """What the rows' answers show, as far as they are recorded."""
    if isinstance(truth, Truth) and (found := by_class(rows, truth)):
        yield _by_class(found)
    yield from agreement_views(rows)


def object_lacks(rows: Sequence[Row], truth: Truth | Unknown) -> list[tuple[str, str]]:
    """Titles of views that cannot be made, each with the reason."""
    found = []
    if isinstance(truth, Unknown):
        found.append((BY_CLASS, truth.reason))
    elif not by_class(rows, truth):
        neither = "no row and its student alone both keep answers of two equal seeds"
        found.append((BY_CLASS, neither))
    if not any(True for _ in agreement_views(rows)):
        none = "no teacher's answers on the test objects are recorded for two seeds"
        found.append((AGREEMENT, f"{none} (logits of earlier versions lack them)"))
    return found


def _by_class(found: Sequence[ByClass]) -> View:
    shown, looks = found[:MANY], found[0].row.looks
    names = told_apart([one.row for one in shown])
    lines = [line for name, one in zip(names, shown, strict=True) for line in _lines(name, one)]
    return View(
        BY_CLASS,
        "alone: the student alone's share of right answers in a class; Δ: mean difference at "
        f"equal seeds [{level_text(looks)}]; verdicts on classes are right for all classes of a "
        f"row{looks_text(looks)} together {SURE}, that on a row as in the study's own table"
        f"{left_out(len(found) - MANY)}",
        pd.DataFrame(lines),
    )


def _lines(name: str, one: ByClass) -> Iterator[dict[str, str]]:
    yield _line(name, one.alone, one.overall)
    many = len(one.classes) > MOST_CLASSES
    for each in one.decided if many else one.classes:
        yield _line(f"· {each.name}", each.alone, each.verdict)
    if many and one.rest:
        measure, means = one.overall.measure, [each.found.mean for each in one.rest]
        yield {
            OBJECTS: f"· {len(one.rest)} other classes",
            "alone": "",
            "Δ": f"{measure.text(min(means), '+')} to {measure.text(max(means), '+')}",
            VERDICT: "",
        }


def _line(name: str, alone: float, verdict: Verdict) -> dict[str, str]:
    return {
        OBJECTS: name,
        "alone": verdict.measure.text(alone),
        "Δ": interval_text(verdict.found, verdict.measure),
        VERDICT: word_text(verdict),
    }
