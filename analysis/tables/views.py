"""The table for people: four narrow views of it, `0.804 ± 0.005` and `+0.013 [0.006, 0.021]`."""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pandas as pd

from analysis.evidence.rows import NONE, Row, target_named
from analysis.evidence.selection import Gain, Tuned, alone_gains, mean, tuned, tuning_gains
from analysis.evidence.sentences import interval_text, p_text
from analysis.evidence.statistics import summarise
from analysis.tables.cells import (
    EPOCHS,
    NAMED,
    RATE,
    Cells,
    evidence,
    number,
    percent,
    printed,
    quality,
    teachers,
)
from trainables.data.domains import Measure, Target


class View(NamedTuple):
    """A table of strings with a title; `note` says how to read it."""

    title: str
    note: str
    table: pd.DataFrame


DRIFT = (
    "under `published` one network is trained on and on: its ± is drift, not the spread over seeds"
)
OTHER_DATA = (
    "what was printed was most likely made of other rows and columns, and by another loss: the "
    "space regression_published makes it again"
)


def selection_views(rows: Sequence[Row]) -> Iterator[View]:
    """What searches chose, by which rule, and what an oracle would have claimed."""
    searches = tuned(rows)
    if not searches:
        return
    main = searches[0].main
    gains = zip(searches, alone_gains(searches), tuning_gains(searches), strict=True)
    table = pd.DataFrame([_tuned_line(*one) for one in gains])
    yield View(
        "Chosen by selection",
        "score: mean over selection seeds and parts held out; test: the choice trained anew on "
        f"all of its split with fresh seeds, read once; oracle: the best test {main.title} among "
        "the settings asked for, at the selection's seeds; optimism: by how much that is better "
        "than the same setting's with fresh seeds; epochs: trained, of those planned; p with "
        "Holm's correction over the searches",
        table.drop(columns=_idle(table)),
    )
    both = " and ".join(measure.title for measure in searches[0].best.target.compared)
    fronts = [(one.name, row) for one in searches for row in one.front()]
    yield View(
        "Pareto fronts",
        f"settings that none beats in both {both} of validation",
        pd.DataFrame([_front_line(name, row) for name, row in fronts]),
    )


def _tuned_line(one: Tuned, alone: Gain, tuning: Gain) -> dict[str, str]:
    best, final, main = one.best, one.final, one.main
    test = summarise([*final.values(final.test).values()] if final else [])
    return {
        "search": one.name,
        "rule": best["rule"],
        "asked": str(len(one.asked)),
        "teacher": best["teacher"],
        "φ": best.link,
        "λ": f"{best.number('lambda'):.3g}" if best.has_teacher else NONE,
        "T": f"{best.number('temperature'):.3g}" if best.target.has_temperature else NONE,
        RATE: f"{best.number('learning_rate'):.3g}",
        EPOCHS: best["epochs"],
        "score": number(mean(best, f"validation/{best.score}"), best.scored),
        f"test {main.title}": number(test.mean, main)
        + ("" if test.n < 2 else f" ± {main.text(test.std)}"),
        "Δ alone": _gap(alone, main),
        f"Δ {best.target.fixed.replace(' and', ',')}": _gap(tuning, main),
        "oracle": number(one.claim, main),
        "optimism": number(one.optimism, main, sign="+"),
        "epochs": percent(one.spent),
    }


def _gap(gain: Gain, main: Measure) -> str:
    p = "" if math.isnan(gain.adjusted) else f", p {p_text(gain.adjusted)}"
    return f"{interval_text(gain.found, main)}{p}" if gain.known else NONE


def _front_line(name: str, row: Row) -> dict[str, str]:
    return {
        "search": name,
        "teacher": row["teacher"],
        "φ": row.link,
        "λ": f"{row.number('lambda'):.3g}",
        "T": f"{row.number('temperature'):.3g}" if row.target.has_temperature else NONE,
    } | {
        f"validation {one.title}": number(mean(row, f"validation/{one.name}"), one)
        for one in row.target.compared
    }


def views(table: pd.DataFrame) -> Iterator[View]:
    """The views that have something to say for this table (analysis.tables.columns.build)."""
    target = target_named(table["student"].iloc[0])
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


def _units(target: Target) -> str:
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
