"""The table for people: four narrow views of it, `0.804 ± 0.005` and `+0.013 [0.006, 0.021]`."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import pandas as pd

from analysis.evidence import summarise
from analysis.rows import NONE, Row, target_named
from analysis.selection import (
    Gain,
    Tuned,
    alone_gains,
    mean,
    tuned,
    tuning_gains,
)
from analysis.sentences import interval_text, p_text
from trainables.targets import ACCURACY, Measure, Target

Line = Mapping[Any, Any]
Cells = dict[str, Callable[[Line], str]]


class View(NamedTuple):
    """A table of strings with a title; `note` says how to read it."""

    title: str
    note: str
    table: pd.DataFrame


def _number(value: float, measure: Measure = ACCURACY, sign: str = "") -> str:
    return NONE if math.isnan(value) else measure.text(value, sign)


def mean_std(column: str, measure: Measure) -> Callable[[Line], str]:
    """`0.804 ± 0.005`; no ± for one seed, a dash where there is no mean."""

    def cell(line: Line) -> str:
        mean, std = line[column], line[f"{column}_std"]
        return _number(mean, measure) + ("" if math.isnan(std) else f" ± {measure.text(std)}")

    return cell


def _interval(column: str, measure: Measure, sign: str = "") -> Callable[[Line], str]:
    def cell(line: Line) -> str:
        low, high = line[f"{column}_low"], line[f"{column}_high"]
        shown = f"[{measure.text(low, sign)}, {measure.text(high, sign)}]"
        return "" if math.isnan(low) else shown

    return cell


def _difference(column: str, measure: Measure) -> Callable[[Line], str]:
    interval = _interval(column, measure, "+")
    return lambda line: f"{_number(line[column], measure, sign='+')} {interval(line)}".strip()


def _of(name: str, measure: Measure = ACCURACY, sign: str = "") -> Callable[[Line], str]:
    return lambda line: _number(line[name], measure, sign)


def _p(name: str) -> Callable[[Line], str]:
    return lambda line: p_text(line[name])


def _teacher_only(name: str) -> Callable[[Line], str]:
    return lambda line: NONE if line["teacher"] == NONE else f"{line[name]:.3g}"


def _temperature(line: Line) -> str:
    return _teacher_only("temperature")(line) if _target(line).has_temperature else NONE


def _target(line: Line) -> Target:
    return target_named(line["student"])


def _student(line: Line) -> str:
    return str(line["student"]).removeprefix("FashionMNIST-")


def _link(line: Line) -> str:
    labels = line["vae_labels"]
    return str(line["link"]) if labels == NONE else f"{line['link']} ({labels})"


def _n(line: Line) -> str:
    return f"{line['n']}" if line["n"] == line["planned"] else f"{line['n']} of {line['planned']}"


RATE, EPOCHS = "rate", "epochs of g"  # shown where they differ
TENTHS = replace(ACCURACY, digits=1)

NAMED: Cells = {
    "protocol": lambda line: str(line["protocol"]),
    "student": _student,
    "teacher": lambda line: str(line["teacher"]),
    "φ": _link,
    "λ": _teacher_only("lambda"),
    "T": _temperature,
    RATE: lambda line: f"{line['learning_rate']:.3g}",
}


def quality(target: Target) -> Cells:
    """Each measure on the test set; compared ones with the interval of their mean."""
    found: Cells = {"n": _n, "validation": mean_std("validation", target.main)}
    for place, measure in enumerate(target.measures):
        heading = f"test {measure.title}" if place == 0 else measure.title
        found[heading] = mean_std(measure.name, measure)
        if measure in target.compared:
            found["95 %" + " " * place] = _interval(measure.name, measure)
    if not target.has_temperature:
        found["a constant"] = _of(f"constant_{target.main.name}", target.main)
    area = max(target.curve.digits - 2, 0)
    return found | {"I": _of("integral", replace(target.curve, digits=area))}


def evidence(target: Target) -> Cells:
    """Each compared measure against the student alone."""
    found: Cells = {}
    for place, measure in enumerate(target.compared):
        column, space = f"{measure.name}_difference", " " * place
        found[f"Δ {measure.title}"] = _difference(column, measure)
        found["p (Holm)" + space] = _p(f"{column}_p_holm")
        if place == 0:
            found["g"] = _of(f"{column}_effect", TENTHS, "+")
            found["better"] = partial(_better, f"{column}_better")
    return found | {"S": _difference("S", target.curve)}


def printed(target: Target) -> Cells:
    """Each compared measure beside what was printed."""
    found: Cells = {"n": _n}
    for place, measure in enumerate(target.compared):
        space = " " * place
        found[measure.title] = mean_std(measure.name, measure)
        found["printed" + space] = _of(f"printed_{measure.name}", measure)
        found["ours - printed" + space] = _of(f"{measure.name}_minus_printed", measure, "+")
    return found


def teachers(target: Target) -> Cells:
    """The teacher's own quality, what it is worth through its link, sizes and seconds."""
    main = target.main
    found: Cells = {
        f"own {main.title}": _of(f"teacher_{main.name}", main),
        f"f∘φ {main.title}": _of(f"through_link_{main.name}", main),
    }
    if target.has_temperature:
        found["ECE"] = _of("calibration_error")
    return found | {
        "parameters of f": lambda line: f"{line['teacher_parameters']:,.0f}",
        "of g": lambda line: f"{line['student_parameters']:,.0f}",
        "seconds": _of("seconds", replace(ACCURACY, digits=2)),
    }


def _better(column: str, line: Line) -> str:
    return _percent(line[column])


def _percent(share: float) -> str:
    return NONE if math.isnan(share) else f"{share:.0%}"


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
        "score": _number(mean(best, f"validation/{best.score}"), best.scored),
        f"test {main.title}": _number(test.mean, main)
        + ("" if test.n < 2 else f" ± {main.text(test.std)}"),
        "Δ alone": _gap(alone, main),
        f"Δ {best.target.fixed.replace(' and', ',')}": _gap(tuning, main),
        "oracle": _number(one.claim, main),
        "optimism": _number(one.optimism, main, sign="+"),
        "epochs": _percent(one.spent),
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
        f"validation {one.title}": _number(mean(row, f"validation/{one.name}"), one)
        for one in row.target.compared
    }


def views(table: pd.DataFrame) -> Iterator[View]:
    """The views that have something to say for this table (analysis.columns.build)."""
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
            "under `published` one network is trained on and on: its ± is drift, not the spread "
            "over seeds",
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
