"""The table for people: narrow views of it, `0.804 ± 0.005` and `+0.013 [0.006, 0.021]`."""

import math
from collections.abc import Iterator, Sequence

import pandas as pd

from analysis.evidence.differences import difference
from analysis.evidence.rows import Row
from analysis.evidence.texts import NONE, SURE, level_text, together_text
from analysis.tables.cells import (
    NAMED,
    Column,
    Line,
    decided,
    printed,
    quality,
    teachers,
    tested,
)
from analysis.tables.columns import build
from analysis.tables.view import View, idle
from trainables.data.domain import Described
from trainables.data.measures import Measure

AGAINST_ALONE = "Against the student alone, at equal seeds"


def views(rows: Sequence[Row], most: int | None = None) -> Iterator[View]:
    """The views that have something to say, of the first `most` settings of the table."""
    by_key = {row.planned.key: row for row in rows}
    table = build(rows)[:most].to_dict("records")
    lines = [Line(by_key[figures["setting"]], figures) for figures in table]
    if not lines:
        return
    target, looks = lines[0].row.domain, lines[0].row.looks
    yield _view(
        "Quality on the test set",
        "mean ± standard deviation over n seeds, 95 % t interval of the mean; I: area under the "
        f"curve of test {target.curve.title} over epochs, lower is better{_units(target)}"
        f"{_nested(lines)}",
        lines,
        quality(target),
    )
    compared = [line for line in lines if not math.isnan(line[f"{target.main.name}_difference"])]
    if compared:
        yield _view(
            AGAINST_ALONE,
            f"verdict: right for {together_text(looks)} {SURE}{_anew(compared)}; +k: about so "
            f"many more seeds would settle it; Δ: mean difference [{level_text(looks)}]; P: that "
            f"the gain is > 0, within ±δ, > δ, by its t posterior; δ: {_margin(target.main)}",
            compared,
            decided(target),
        )
        yield _view(
            "The tests behind it",
            "g_z: Hedges' effect size of the paired differences; better: share of seeds; p with "
            "Holm's correction over the rows; a second measure is tested where the first is "
            f"decided, with δ {_margin(target.compared[1])}; S = I(alone) - I"
            + _least_p(compared, target.main),
            compared,
            tested(target),
        )
    beside = [line for line in lines if line.row.printed]
    if beside and (first := beside[0].row.printed):
        yield _view(f"Beside {first.table} as printed", first.caution, beside, printed(target))
    ece = "ECE: the student's expected calibration error (15 bins); "
    yield _view(
        "Teachers, and cost",
        "means over seeds: the teacher f on its own test set, f∘φ on φ of the test "
        f"{target.objects}; {ece if target.is_classification else ''}parameters with biases; "
        "seconds of training a student g",
        lines,
        teachers(target),
    )


def _anew(lines: Sequence[Line]) -> str:
    anew = any(line.row.is_anew for line in lines)
    return ", for what was chosen and trained anew by itself" if anew else ""


def _least_p(lines: Sequence[Line], measure: Measure) -> str:
    """What the exact test of so many seeds, and looks, cannot go below."""
    found = [difference(line.row, measure).smallest_signed_rank_p for line in lines]
    known = [least for least in found if not math.isnan(least)]
    said = ". An exact signed-rank test of so few seeds cannot give less than p ="
    return f"{said} {min(known):.2g}" if known else ""


def _nested(lines: Sequence[Line]) -> str:
    nested = any(line.row.nested for line in lines)
    return "; nested: what was searched is chosen for each seed by itself" if nested else ""


def _margin(measure: Measure) -> str:
    """The smallest difference that matters in a measure."""
    if measure.matters:
        unit = f" {measure.unit}" if measure.unit else ""
        return f"{measure.matters:g}{unit} in {measure.title}"
    return f"{measure.matters_share:.2g} of the student alone's {measure.title}"


def _units(target: Described) -> str:
    """Units, where measures have them, and what a constant is."""
    units = ", ".join(f"{one.title} in {one.unit}" for one in target.measures if one.power)
    constant = "a constant: the MSE of answering the mean of what was learnt from"
    return f"; {units}; {constant}" if units else ""


def _view(title: str, note: str, lines: Sequence[Line], columns: Sequence[Column]) -> View:
    """The columns that all views have, then its own, without those that say nothing."""
    every = (*NAMED, *columns)
    table = pd.DataFrame({one.name: [one.cell(line) for line in lines] for one in every})
    empty = [one.name for one in columns if table[one.name].isin(["", NONE]).all()]
    headings = {one.name: one.heading for one in every}
    keys = [line.row.planned.key for line in lines]
    return View(title, note, table.drop(columns=empty + idle(table)), headings, keys)
