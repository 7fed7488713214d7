"""The table for people: four narrow views of it, `0.804 ± 0.005` and `+0.013 [0.006, 0.021]`."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from analysis.evidence import summarise
from analysis.rows import NONE, Row
from analysis.selection import (
    SCORE,
    TEST,
    Gain,
    Tuned,
    alone_gains,
    mean,
    tuned,
    tuning_gains,
)
from analysis.sentences import interval_text, p_text

Line = Mapping[Any, Any]


class View(NamedTuple):
    """A table of strings with a title; `note` says how to read it."""

    title: str
    note: str
    table: pd.DataFrame


def _number(value: float, digits: int = 3, sign: str = "") -> str:
    return NONE if math.isnan(value) else f"{value:{sign}.{digits}f}"


def mean_std(measure: str) -> Callable[[Line], str]:
    """`0.804 ± 0.005`; no ± for one seed, a dash where there is no mean."""

    def cell(line: Line) -> str:
        mean, std = line[measure], line[f"{measure}_std"]
        return _number(mean) + ("" if math.isnan(std) else f" ± {std:.3f}")

    return cell


def _interval(measure: str, sign: str = "") -> Callable[[Line], str]:
    def cell(line: Line) -> str:
        low, high = line[f"{measure}_low"], line[f"{measure}_high"]
        return "" if math.isnan(low) else f"[{low:{sign}.3f}, {high:{sign}.3f}]"

    return cell


def _difference(measure: str) -> Callable[[Line], str]:
    interval = _interval(measure, "+")
    return lambda line: f"{_number(line[measure], sign='+')} {interval(line)}".strip()


def _of(name: str, digits: int = 3, sign: str = "") -> Callable[[Line], str]:
    return lambda line: _number(line[name], digits, sign)


def _p(name: str) -> Callable[[Line], str]:
    return lambda line: p_text(line[name])


def _teacher_only(name: str) -> Callable[[Line], str]:
    return lambda line: NONE if line["teacher"] == NONE else f"{line[name]:.3g}"


def _student(line: Line) -> str:
    return str(line["student"]).removeprefix("FashionMNIST-")


def _link(line: Line) -> str:
    labels = line["vae_labels"]
    return str(line["link"]) if labels == NONE else f"{line['link']} ({labels})"


def _n(line: Line) -> str:
    return f"{line['n']}" if line["n"] == line["planned"] else f"{line['n']} of {line['planned']}"


RATE = "rate"  # shown where it differs

NAMED: dict[str, Callable[[Line], str]] = {
    "protocol": lambda line: str(line["protocol"]),
    "student": _student,
    "teacher": lambda line: str(line["teacher"]),
    "φ": _link,
    "λ": _teacher_only("lambda"),
    "T": _teacher_only("temperature"),
    RATE: lambda line: f"{line['learning_rate']:.3g}",
}
QUALITY: dict[str, Callable[[Line], str]] = {
    "n": _n,
    "validation": mean_std("validation"),
    "test accuracy": mean_std("accuracy"),
    "95 %": _interval("accuracy"),
    "cross-entropy": mean_std("cross_entropy"),
    "95 % ": _interval("cross_entropy"),
    "I": _of("integral", 1),
}
EVIDENCE: dict[str, Callable[[Line], str]] = {
    "Δ accuracy": _difference("accuracy_difference"),
    "p (Holm)": _p("accuracy_difference_p_holm"),
    "g": _of("accuracy_difference_effect", 1, "+"),
    "better": lambda line: _percent(line["accuracy_difference_better"]),
    "Δ cross-entropy": _difference("cross_entropy_difference"),
    "p (Holm) ": _p("cross_entropy_difference_p_holm"),
    "S": _difference("S"),
}
PRINTED: dict[str, Callable[[Line], str]] = {
    "n": _n,
    "accuracy": mean_std("accuracy"),
    "printed": _of("printed_accuracy"),
    "ours - printed": _of("accuracy_minus_printed", sign="+"),
    "cross-entropy": mean_std("cross_entropy"),
    "printed ": _of("printed_cross_entropy"),
    "ours - printed ": _of("cross_entropy_minus_printed", sign="+"),
}
TEACHERS: dict[str, Callable[[Line], str]] = {
    "own accuracy": _of("teacher_accuracy"),
    "f∘φ accuracy": _of("through_link_accuracy"),
    "ECE": _of("calibration_error"),
    "parameters of f": lambda line: f"{line['teacher_parameters']:,.0f}",
    "of g": lambda line: f"{line['student_parameters']:,.0f}",
    "seconds": _of("seconds", 2),
}


def _percent(share: float) -> str:
    return NONE if math.isnan(share) else f"{share:.0%}"


def selection_views(rows: Sequence[Row]) -> Iterator[View]:
    """What searches chose, by which rule, and what an oracle would have claimed."""
    searches = tuned(rows)
    if not searches:
        return
    gains = zip(searches, alone_gains(searches), tuning_gains(searches), strict=True)
    table = pd.DataFrame([_tuned_line(*one) for one in gains])
    yield View(
        "Chosen by selection",
        "score: mean over selection seeds and parts held out; test: the choice trained anew on "
        "all of its split with fresh seeds, read once; oracle: the best test accuracy among the "
        "settings asked for, at the selection's seeds; optimism: that minus the same setting's "
        "with fresh seeds; epochs: trained, of those planned; p with Holm's correction over the "
        "searches",
        table.drop(columns=[RATE] if table[RATE].nunique() == 1 else []),
    )
    fronts = [(one.name, row) for one in searches for row in one.front()]
    yield View(
        "Pareto fronts",
        "settings that none beats in both accuracy and cross-entropy of validation",
        pd.DataFrame([_front_line(name, row) for name, row in fronts]),
    )


def _tuned_line(one: Tuned, alone: Gain, tuning: Gain) -> dict[str, str]:
    best, final = one.best, one.final
    test = summarise([*final.values(TEST).values()] if final else [])
    return {
        "search": one.name,
        "rule": best["rule"],
        "asked": str(len(one.asked)),
        "teacher": best["teacher"],
        "φ": best.link,
        "λ": f"{best.number('lambda'):.3g}",
        "T": f"{best.number('temperature'):.3g}",
        RATE: f"{best.number('learning_rate'):.3g}",
        "score": _number(mean(best, f"validation/{best.score}")),
        "test accuracy": _number(test.mean) + ("" if test.n < 2 else f" ± {test.std:.3f}"),
        "Δ alone": _gap(alone),
        "Δ λ = ½, T = 1": _gap(tuning),
        "oracle": _number(one.claim),
        "optimism": _number(one.claim - one.honest, sign="+"),
        "epochs": _percent(one.spent),
    }


def _gap(gain: Gain) -> str:
    p = "" if math.isnan(gain.adjusted) else f", p {p_text(gain.adjusted)}"
    return f"{interval_text(gain.found)}{p}" if gain.known else NONE


def _front_line(name: str, row: Row) -> dict[str, str]:
    return {
        "search": name,
        "teacher": row["teacher"],
        "φ": row.link,
        "λ": f"{row.number('lambda'):.3g}",
        "T": f"{row.number('temperature'):.3g}",
        "validation accuracy": _number(mean(row, SCORE)),
        "validation cross-entropy": _number(mean(row, "validation/cross_entropy")),
    }


def views(table: pd.DataFrame) -> Iterator[View]:
    """The views that have something to say for this table (analysis.columns.build)."""
    yield View(
        "Quality on the test set",
        "mean ± standard deviation over n seeds, 95 % t interval of the mean; I: area under the "
        "curve of test cross-entropy over epochs, lower is better",
        _view(table, QUALITY),
    )
    compared = table[table["accuracy_difference"].notna()]
    if not compared.empty:
        smallest = 2.0 ** (1 - int(compared["n"].max()))
        yield View(
            "Against the student alone, at equal seeds",
            "difference [95 %, paired t]; p with Holm's correction over the rows of a protocol; "
            "g: Hedges' effect size; better: share of seeds; S = I(alone) - I. An exact "
            f"signed-rank test of so few seeds cannot give less than p = {smallest:.2g}",
            _view(compared, EVIDENCE),
        )
    printed = table[table["printed_accuracy"].notna()]
    if not printed.empty:
        yield View(
            "Beside Table 3 as printed",
            "under `published` one network is trained on and on: its ± is drift, not the spread "
            "over seeds",
            _view(printed, PRINTED),
        )
    yield View(
        "Teachers, and cost",
        "means over seeds: the teacher f on its own test set, f∘φ on φ of the test garments; ECE: "
        "the student's expected calibration error (15 bins); parameters with biases; seconds of "
        "training a student g",
        _view(table, TEACHERS),
    )


def _view(table: pd.DataFrame, columns: dict[str, Callable[[Line], str]]) -> pd.DataFrame:
    lines = table.to_dict("records")
    cells = {h: [cell(line) for line in lines] for h, cell in (NAMED | columns).items()}
    shown = pd.DataFrame(cells)
    empty = [h for h in columns if shown[h].isin(["", NONE]).all()]
    same = [h for h in ("λ", "T") if shown[h].isin([NONE]).all()]
    same += [RATE] if shown[RATE].nunique() == 1 else []
    return shown.drop(columns=empty + same)
