"""The cells of the views, as people read them: `0.804 ± 0.005` and `+0.013 [0.006, 0.021]`."""

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from analysis.evidence.rows import NONE, domain_named
from analysis.evidence.sentences import p_text
from trainables.data.domains import ACCURACY, Domain, Measure
from trainables.settings.columns import BROADCAST

Line = Mapping[Any, Any]
Cells = dict[str, Callable[[Line], str]]


def number(value: float, measure: Measure = ACCURACY, sign: str = "") -> str:
    """A value as its measure is read; a dash where there is none."""
    return NONE if math.isnan(value) else measure.text(value, sign)


def mean_std(column: str, measure: Measure) -> Callable[[Line], str]:
    """`0.804 ± 0.005`; no ± for one seed, a dash where there is no mean."""

    def cell(line: Line) -> str:
        mean, std = line[column], line[f"{column}_std"]
        return number(mean, measure) + ("" if math.isnan(std) else f" ± {measure.text(std)}")

    return cell


def _interval(column: str, measure: Measure, sign: str = "") -> Callable[[Line], str]:
    def cell(line: Line) -> str:
        low, high = line[f"{column}_low"], line[f"{column}_high"]
        shown = f"[{measure.text(low, sign)}, {measure.text(high, sign)}]"
        return "" if math.isnan(low) else shown

    return cell


def _difference(column: str, measure: Measure) -> Callable[[Line], str]:
    interval = _interval(column, measure, "+")
    return lambda line: f"{number(line[column], measure, sign='+')} {interval(line)}".strip()


def _of(name: str, measure: Measure = ACCURACY, sign: str = "") -> Callable[[Line], str]:
    return lambda line: number(line[name], measure, sign)


def _p(name: str) -> Callable[[Line], str]:
    return lambda line: p_text(line[name])


def _teacher_only(name: str) -> Callable[[Line], str]:
    return lambda line: NONE if line["teacher"] == NONE else f"{line[name]:.3g}"


def _temperature(line: Line) -> str:
    return _teacher_only("temperature")(line) if _target(line).has_temperature else NONE


def _target(line: Line) -> Domain:
    return domain_named(line["student"])


def _student(line: Line) -> str:
    method = line.get("method")  # absent, or NaN, where no method made the student
    if isinstance(method, str):
        return method
    loss = BROADCAST if str(line["loss"]).endswith(BROADCAST) else ""
    return str(line["student"]).removeprefix("FashionMNIST-") + loss


def _link(line: Line) -> str:
    labels = line["vae_labels"]
    return str(line["link"]) if labels == NONE else f"{line['link']} ({labels})"


def _n(line: Line) -> str:
    return f"{line['n']}" if line["n"] == line["planned"] else f"{line['n']} of {line['planned']}"


RATE, EPOCHS = "rate", "epochs of g"  # shown where they differ
TENTHS = ACCURACY.with_digits(1)

NAMED: Cells = {
    "protocol": lambda line: str(line["protocol"]),
    "student": _student,
    "teacher": lambda line: str(line["teacher"]),
    "φ": _link,
    "λ": _teacher_only("lambda"),
    "T": _temperature,
    RATE: lambda line: f"{line['learning_rate']:.3g}",
}


def quality(target: Domain) -> Cells:
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
    return found | {"I": _of("integral", target.curve.with_digits(area))}


def evidence(target: Domain) -> Cells:
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


def printed(target: Domain) -> Cells:
    """Each compared measure beside what was printed."""
    found: Cells = {"n": _n}
    for place, measure in enumerate(target.compared):
        space = " " * place
        found[measure.title] = mean_std(measure.name, measure)
        found["printed" + space] = _of(f"printed_{measure.name}", measure)
        found["ours - printed" + space] = _of(f"{measure.name}_minus_printed", measure, "+")
    return found


def teachers(target: Domain) -> Cells:
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
        "seconds": _of("seconds", ACCURACY.with_digits(2)),
    }


def _better(column: str, line: Line) -> str:
    return percent(line[column])


def percent(share: float) -> str:
    """A share; a dash where there is none."""
    return NONE if math.isnan(share) else f"{share:.0%}"
