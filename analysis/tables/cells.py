"""The columns of the views: what stands above each, and its cells as people read them."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from analysis.evidence.rows import Row
from analysis.evidence.texts import (
    NONE,
    bounds,
    decimals,
    difference_text,
    mean_std,
    number,
    p_text,
    percent,
)
from analysis.evidence.verdicts import Word
from analysis.tables.view import NETWORK, OBJECTIVE, RATE, SCHEDULE, VERDICT
from trainables.data.domain import Described
from trainables.data.measures import Measure


@dataclass(frozen=True)
class Line:
    """A line of the table: its setting, and its figures by their names in analysis.tables.columns.

    `line["accuracy"]` is a figure.
    """

    row: Row
    figures: Mapping[Any, Any]

    def __getitem__(self, name: str) -> Any:
        return self.figures[name]


Cell = Callable[[Line], str]


class Column(NamedTuple):
    """A column of a view.

    of: the measure that it is about, where others of the view have the same heading.
    """

    heading: str
    cell: Cell
    of: str = ""

    @property
    def name(self) -> str:
        """Its own name within a view."""
        return f"{self.heading}, {self.of}" if self.of else self.heading


# ---- kinds of cells ----


def _number(name: str, measure: Measure, sign: str = "") -> Cell:
    return lambda line: number(line[name], measure, sign)


def _decimals(name: str, digits: int, sign: str = "") -> Cell:
    return lambda line: decimals(line[name], digits, sign)


def _mean_std(name: str, measure: Measure) -> Cell:
    return lambda line: mean_std(line[name], line[f"{name}_std"], measure)


def _interval(name: str, measure: Measure) -> Cell:
    return lambda line: bounds(line[f"{name}_low"], line[f"{name}_high"], measure)


def _difference(name: str, measure: Measure) -> Cell:
    return lambda line: difference_text(
        line[name], line[f"{name}_low"], line[f"{name}_high"], measure
    )


def _p(name: str) -> Cell:
    return lambda line: p_text(line[name])


def _verdict(name: str) -> Cell:
    def cell(line: Line) -> str:
        word, more = line[f"{name}_verdict"], line[f"{name}_more_seeds"]
        if word != Word.UNDECIDED:
            return word if isinstance(word, str) else NONE  # pandas keeps none of them as NaN
        return f"{word}, +{'many' if math.isnan(more) else int(more)}"

    return cell


def _share(name: str) -> Cell:
    return lambda line: percent(line[name])


def _digits(name: str) -> Cell:
    return lambda line: NONE if math.isnan(line[name]) else f"{line[name]:.3g}"


def _teacher_only(name: str) -> Cell:
    return lambda line: (
        NONE if not line.row.has_teacher or line.row[name] == NONE else f"{line[name]:.3g}"
    )


# ---- columns of every view ----


def _student(line: Line) -> str:
    row = line.row
    anew = ", anew" if row.is_anew else ", nested" if row.nested else ""
    own = row.method if row.made_by_method else f"{row.student}{row.loss_note}{anew}"
    return own + row.epochs_note


def _objective(line: Line) -> str:
    """What is learnt by, unless λ and T say it: by the λ-loss, which labels alone are too."""
    return line.row.unusual_objective or NONE


def _n(line: Line) -> str:
    return f"{line['n']}" if line["n"] == line["planned"] else f"{line['n']} of {line['planned']}"


NAMED = (
    Column("protocol", lambda line: line.row["protocol"]),
    Column("student", _student),
    Column(NETWORK, lambda line: line.row["student_network"]),
    Column("teacher", lambda line: line.row["teacher"]),
    Column("φ", lambda line: line.row.link),
    Column(OBJECTIVE, _objective),
    Column("λ", _teacher_only("lambda")),
    Column("T", _teacher_only("temperature")),
    Column(RATE, _digits("learning_rate")),
    Column(SCHEDULE, lambda line: line.row["schedule"]),
)


# ---- columns of each view ----


def quality(target: Described) -> list[Column]:
    """Each measure on the test set; compared ones with the interval of their mean."""
    main = target.main
    found = [Column("n", _n), Column("validation", _mean_std("validation", main))]
    for measure in target.measures:
        heading = f"test {measure.title}" if measure is main else measure.title
        found.append(Column(heading, _mean_std(measure.name, measure)))
        if measure in target.compared:
            found.append(Column("95 %", _interval(measure.name, measure), of=measure.title))
    if not target.is_classification:
        found.append(Column("a constant", _number(f"constant_{main.name}", main)))
    area = target.curve.with_digits(max(target.curve.digits - 2, 0))
    return [*found, Column("I", _number("integral", area))]


def decided(target: Described) -> list[Column]:
    """The verdict in the primary measure, and how probable it is."""
    main, name = target.main, f"{target.main.name}_difference"
    return [
        Column("n", _n),
        Column(VERDICT, _verdict(name)),
        Column(f"Δ {main.title}", _difference(name, main)),
        Column("P(> 0)", _decimals(f"{name}_gains", 2)),
        Column("P(±δ)", _decimals(f"{name}_within", 2)),
        Column("P(> δ)", _decimals(f"{name}_gains_more", 2)),
    ]


def tested(target: Described) -> list[Column]:
    """The tests behind it, and the other measures."""
    found: list[Column] = []
    for measure in target.compared:
        name = f"{measure.name}_difference"
        if measure is target.main:
            found.append(Column("g_z", _decimals(f"{name}_effect", 1, "+")))
            found.append(Column("better", _share(f"{name}_better")))
        else:
            found.append(Column(f"Δ {measure.title}", _difference(name, measure)))
            found.append(Column(VERDICT, _verdict(name), of=measure.title))
        found.append(Column("p (Holm)", _p(f"{name}_p_holm"), of=measure.title))
    return [*found, Column("S", _difference("S", target.curve))]


def printed(target: Described) -> list[Column]:
    """Each compared measure beside what was printed."""
    found = [Column("n", _n)]
    for measure in target.compared:
        name, of = measure.name, measure.title
        found += [
            Column(of, _mean_std(name, measure)),
            Column("printed", _number(f"printed_{name}", measure), of=of),
            Column("ours - printed", _number(f"{name}_minus_printed", measure, "+"), of=of),
        ]
    return found


def teachers(target: Described) -> list[Column]:
    """The teacher's own quality, what it is worth through its link, sizes and seconds."""
    main = target.main
    found = [
        Column(f"own {main.title}", _number(f"teacher_{main.name}", main)),
        Column(f"f∘φ {main.title}", _number(f"through_link_{main.name}", main)),
    ]
    if target.is_classification:
        found.append(Column("ECE", _decimals("calibration_error", 3)))
    return [
        *found,
        Column("parameters of f", _decimals("teacher_parameters", 0)),
        Column("of g", _decimals("student_parameters", 0)),
        Column("seconds", _decimals("seconds", 2)),
    ]
