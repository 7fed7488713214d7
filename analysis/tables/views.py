"""The table for people: four narrow views of it, `0.804 ± 0.005` and `+0.013 [0.006, 0.021]`."""

from collections.abc import Iterator

import pandas as pd

from analysis.evidence.rows import NONE, domain_named
from analysis.tables.cells import (
    EPOCHS,
    NAMED,
    RATE,
    Cells,
    evidence,
    printed,
    quality,
    teachers,
)
from analysis.tables.view import View
from trainables.data.domains import Domain

DRIFT = (
    "under `published` one network is trained on and on: its ± is drift, not the spread over seeds"
)
OTHER_DATA = (
    "what was printed was most likely made of other rows and columns, and by another loss: the "
    "space regression_published makes it again"
)


def views(table: pd.DataFrame) -> Iterator[View]:
    """The views that have something to say for this table (analysis.tables.columns.build)."""
    target = domain_named(table["student"].iloc[0])
    main = target.main.name
    yield View(
        "Quality on the test set",
        "mean ± standard deviation over n seeds, 95 % t interval of the mean; I: area under the "
        f"curve of test {target.curve.title} over epochs, lower is better{_units(target)}",
        _view(table, quality(target)),
    )
    compared = table[table[f"{main}_difference"].notna()]
    if not compared.empty:
        smallest = 2.0 ** (1 - int(compared["n"].max()))
        yield View(
            "Against the student alone, at equal seeds",
            "difference [95 %, paired t]; p with Holm's correction over the rows of a protocol; "
            "g: Hedges' effect size; better: share of seeds; S = I(alone) - I. An exact "
            f"signed-rank test of so few seeds cannot give less than p = {smallest:.2g}",
            _view(compared, evidence(target)),
        )
    beside = table[table[f"printed_{main}"].notna()]
    if not beside.empty:
        number = "3" if target.has_temperature else "5 of seed 003"
        yield View(
            f"Beside Table {number} as printed",
            DRIFT if target.has_temperature else OTHER_DATA,
            _view(beside, printed(target)),
        )
    objects = "garments" if target.has_temperature else "hours"
    ece = "ECE: the student's expected calibration error (15 bins); " * target.has_temperature
    yield View(
        "Teachers, and cost",
        f"means over seeds: the teacher f on its own test set, f∘φ on φ of the test {objects}; "
        f"{ece}parameters with biases; seconds of training a student g",
        _view(table, teachers(target)),
    )


def _units(target: Domain) -> str:
    """Units, where measures have them, and what a constant is."""
    units = ", ".join(f"{one.title} in {one.unit}" for one in target.measures if one.power)
    constant = "a constant: the MSE of answering the mean of what was learnt from"
    return f"; {units}; {constant}" if units else ""


def _idle(shown: pd.DataFrame) -> list[str]:
    """What need not be shown: one rate or number of epochs for all, T where there is none."""
    same = [h for h in (RATE, EPOCHS) if h in shown and shown[h].nunique() == 1]
    return same + [h for h in ("λ", "T") if shown[h].isin([NONE]).all()]


def _view(table: pd.DataFrame, columns: Cells) -> pd.DataFrame:
    lines = table.to_dict("records")
    cells = {h: [cell(line) for line in lines] for h, cell in (NAMED | columns).items()}
    shown = pd.DataFrame(cells)
    empty = [h for h in columns if shown[h].isin(["", NONE]).all()]
    return shown.drop(columns=empty + _idle(shown))
