"""Forest plot of all rows against the student alone."""

import math
import statistics
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis.evidence.differences import difference, gaps
from analysis.evidence.family import Family
from analysis.evidence.rows import Row
from analysis.evidence.statistics import Comparison
from analysis.evidence.texts import SURE, counts_text, interval_text, level_text, together_text
from analysis.evidence.verdicts import Verdict, Word, margin_of
from analysis.figures.figure import COLOURS, NARROW, QUIET, Drawn, new_figure, style
from analysis.figures.svg import hover
from trainables.data.measures import Measure

MOST = 40
LONG = 50  # letters of a label: beside it there is room for two ticks
TICKS = 4  # intervals between them: more would touch each other
OUTLYING = 3.0  # times the median difference
PUBLISHED = "; grey: published protocol, whose attempts are not independent"
LEAST = 1e-3  # a third of what is shown in any case


class Entry(NamedTuple):
    """A comparison of a forest plot; own: each seed's difference."""

    label: str
    found: Comparison
    verdict: Verdict | None
    own: Sequence[float]
    is_corrected: bool = True


def draw(rows: Sequence[Row]) -> Iterator[Drawn]:
    """The forest plot, where anything can be compared."""
    gains = {row.planned.key: difference(row, row.domain.main) for row in rows}
    compared = [row for row in rows if not math.isnan(gains[row.planned.key].mean)]
    if not compared:
        return
    if any(row.made_by_method for row in compared):  # nothing is selected: as their table stands
        compared.sort(key=lambda row: -gains[row.planned.key].mean)
    else:  # stable: the study's own order where nothing was held out
        compared.sort(key=_by_validation)
    yield _forest(compared[:MOST], len(compared) - MOST, Family(rows))


def _by_validation(row: Row) -> float:
    mean = row.mean(row.validation)
    return 0.0 if math.isnan(mean) else -row.domain.main.sign * mean


def name_of(row: Row) -> str:
    """A row's label with its λ and T where they are not the fixed ones."""
    fixed = row.is_untuned
    untuned = fixed or not row.has_teacher or row.made_by_method or bool(row.nested)
    return row.label + ("" if untuned else f", {row.tuning(2)}")


def _forest(rows: Sequence[Row], left_out: int, family: Family) -> Drawn:
    measures = rows[0].domain.compared
    main = measures[0]
    entries = {measure: [_entry(row, measure, family) for row in rows] for measure in measures}
    labels = [entry.label for entry in entries[main]]
    with style("forest"):
        figure = new_figure(1.0 + 0.25 * len(rows))
        panels = figure.subplots(1, 2, sharey=True)
        for axes, measure in zip(panels, measures, strict=True):
            panel(axes, entries[measure], measure, _margin(rows, measure))
            if max(map(len, labels)) > LONG:
                axes.xaxis.set_major_locator(MaxNLocator(2))
        panels[0].set_yticks(range(len(rows)), labels)
    small = narrow("forest", entries[main], main, _margin(rows, main))
    counts = counts_text(map(family.verdict, family.rows))
    title = f"Against the student alone in {main.title}: {counts or 'nothing is tested'}"
    caption = (
        f"Mean difference to the student alone at equal seeds with its interval ("
        f"{level_text(rows[0].looks)}), and each seed's difference (small). Filled: decided, for "
        f"{together_text(rows[0].looks)} {SURE}; "
        f"hollow: undecided{'' if all(row.corrected for row in rows) else PUBLISHED}. Band: "
        f"±δ, differences that do not matter ({main.title}: "
        f"{main.text(main.matters) if main.matters else f'{main.matters_share:.0%}'})."
    )
    if left_out > 0:
        caption += f" The best {len(rows)} by validation; {left_out} more settings left out."
    return Drawn("forest", title, caption, figure, small)


def _margin(rows: Sequence[Row], measure: Measure) -> float:
    levels = [row.alone.mean(f"test/{measure.name}") for row in rows if row.alone]
    return max((margin_of(measure, level) for level in levels), default=0.0)


def _entry(row: Row, measure: Measure, family: Family) -> Entry:
    found = difference(row, measure)
    published = "" if row.corrected else " (published)"
    own = gaps(row, row.alone, measure).values() if row.alone and row.corrected else ()
    label = f"{name_of(row)}{published} (n {found.n})"
    return Entry(label, found, family.verdict(row, measure), [*own], row.corrected)


def panel(axes: Axes, entries: Sequence[Entry], measure: Measure, margin: float) -> None:
    """Comparisons in one measure, the first above; margin: δ."""
    won = [
        abs(one.found.mean) for one in entries if one.verdict and one.verdict.word == Word.BETTER
    ]
    low, high = window([entry.found for entry in entries], max([LEAST, *won]))
    axes.axvspan(-margin, margin, color=QUIET, alpha=0.15, lw=0)
    for place, entry in enumerate(entries):
        mean = entry.found.mean
        if low <= mean <= high:
            below = [place + 0.28] * len(entry.own)
            axes.plot(entry.own, below, marker="|", ms=5, mew=0.8, ls="none", color=QUIET)
            _whisker(axes, place, entry, measure)
        else:
            edge = low if mean < low else high
            off_the_axis(axes, place, edge, mean < edge, measure.text(mean, "+"))
    axes.set_xlim(low, high)
    axes.set_ylim(len(entries) - 0.4, -0.6)
    axes.axvline(0, color=QUIET, lw=0.8)
    better = "right" if measure.higher_is_better else "left"
    unit = f"{measure.unit}; " if measure.unit else ""
    axes.set_xlabel(f"Δ test {measure.title}\n({unit}{better} is better)")
    axes.grid(axis="x")
    axes.xaxis.set_major_locator(MaxNLocator(TICKS))


def narrow(name: str, entries: Sequence[Entry], measure: Measure, margin: float) -> Figure:
    """The same for a telephone: one measure, and what each comparison is above it."""
    with style(f"{name}-narrow"):
        figure = new_figure(0.8 + 0.42 * len(entries), NARROW)
        axes = figure.subplots()
        panel(axes, entries, measure, margin)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        for place, entry in enumerate(entries):
            axes.text(
                0, place - 0.3, entry.label, transform=axes.get_yaxis_transform(), va="center",
                fontsize=8,
            )  # fmt: skip
    return figure


def _whisker(axes: Axes, place: int, entry: Entry, measure: Measure) -> None:
    found, verdict = entry.found, entry.verdict
    colour = COLOURS[0] if entry.is_corrected else QUIET
    told = f"{entry.label}: Δ {measure.title} {interval_text(found, measure)}"
    told += f", {verdict.word}" if verdict and verdict.word else ""
    marks = []
    if not math.isnan(found.low):
        marks += axes.plot([found.low, found.high], [place, place], color=colour, lw=1.6)
    face = colour if verdict and verdict.is_decided else "white"
    marks += axes.plot(found.mean, place, marker="o", ms=4.5, mfc=face, mec=colour, ls="none")
    for mark in marks:
        hover(mark, told)


def window(found: Sequence[Comparison], least: float = LEAST) -> tuple[float, float]:
    """An axis that shows the many: a difference far beyond the others is only pointed at.

    least: a third of what is shown in any case.
    """
    means = [one.mean for one in found]
    usual = OUTLYING * max(statistics.median(map(abs, means)), least)
    shown = [one for one in found if abs(one.mean) <= usual]
    ends = [end for one in shown for end in (one.low, one.high, one.mean) if not math.isnan(end)]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    margin = 0.08 * (high - low) or 1e-3
    return low - margin, high + margin


def off_the_axis(axes: Axes, place: int, edge: float, left: bool, text: str) -> None:
    """Point at a value beyond an edge of the axis."""
    axes.annotate(
        f"{'◂ ' if left else ''}{text}{'' if left else ' ▸'}",
        (edge, place), xytext=(3 if left else -3, 0), textcoords="offset points",
        ha="left" if left else "right", va="center", fontsize=8, color=COLOURS[1],
    )  # fmt: skip
