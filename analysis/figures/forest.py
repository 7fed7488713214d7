"""Forest plot of all rows against the student alone."""

import math
import statistics
from collections.abc import Iterator, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from analysis.evidence.differences import difference, gaps
from analysis.evidence.family import Family
from analysis.evidence.rows import Row
from analysis.evidence.statistics import Comparison
from analysis.evidence.texts import SURE, interval_text, level_text, together_text
from analysis.evidence.verdicts import Verdict, Word, margin_of
from analysis.figures.figure import COLOURS, NARROW, QUIET, Drawn, new_figure, style
from analysis.figures.svg import hover
from trainables.data.measures import Measure

MOST = 40
TICKS = 4  # intervals between them: more would touch each other
OUTLYING = 3.0  # times the median difference


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
    main, found = measures[0], {one: [difference(row, one) for row in rows] for one in measures}
    labels = [
        f"{_forest_label(row)} (n {one.n})" for row, one in zip(rows, found[main], strict=True)
    ]
    with style("forest"):
        figure = new_figure(1.0 + 0.25 * len(rows))
        panels = figure.subplots(1, 2, sharey=True)
        for axes, measure in zip(panels, measures, strict=True):
            _panel(axes, rows, found[measure], measure, family)
        panels[0].set_yticks(range(len(rows)), labels)
    with style("forest-narrow"):
        narrow = new_figure(0.8 + 0.42 * len(rows), NARROW)
        axes = narrow.subplots()
        _panel(axes, rows, found[main], main, family)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        for place, label in enumerate(labels):
            axes.text(
                0, place - 0.3, label, transform=axes.get_yaxis_transform(), va="center",
                fontsize=8,
            )  # fmt: skip
    words = [verdict.word for row in family.rows if (verdict := family.verdict(row))]
    counts = ", ".join(f"{words.count(word)} {word}" for word in Word if word and word in words)
    title = f"Against the student alone in {main.title}: {counts or 'nothing is tested'}"
    caption = (
        f"Mean difference to the student alone at equal seeds with its interval ("
        f"{level_text(rows[0].looks)}), and each seed's difference (small). Filled: decided, for "
        f"{together_text(rows[0].looks)} {SURE}; "
        "hollow: undecided; grey: published protocol, whose attempts are not independent. Band: "
        f"±δ, differences that do not matter ({main.title}: "
        f"{main.text(main.matters) if main.matters else f'{main.matters_share:.0%}'})."
    )
    if left_out > 0:
        caption += f" The best {len(rows)} by validation; {left_out} more settings left out."
    return Drawn("forest", title, caption, figure, narrow)


def _panel(
    axes: Axes,
    rows: Sequence[Row],
    found: Sequence[Comparison],
    measure: Measure,
    family: Family,
) -> None:
    """All rows in one measure, the first above."""
    low, high = window(found)
    levels = [row.alone.mean(f"test/{measure.name}") for row in rows if row.alone]
    margin = max((margin_of(measure, level) for level in levels), default=0.0)
    axes.axvspan(-margin, margin, color=QUIET, alpha=0.15, lw=0)
    for place, (row, one) in enumerate(zip(rows, found, strict=True)):
        if low <= one.mean <= high:
            _seeds(axes, place, row, measure)
            _whisker(axes, place, row, one, measure, family.verdict(row, measure))
        else:
            edge = low if one.mean < low else high
            off_the_axis(axes, place, edge, one.mean < edge, measure.text(one.mean, "+"))
    axes.set_xlim(low, high)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.axvline(0, color=QUIET, lw=0.8)
    better = "right" if measure.higher_is_better else "left"
    unit = f"{measure.unit}; " if measure.unit else ""
    axes.set_xlabel(f"Δ test {measure.title}\n({unit}{better} is better)")
    axes.grid(axis="x")
    axes.xaxis.set_major_locator(MaxNLocator(TICKS))


def _forest_label(row: Row) -> str:
    return name_of(row) + ("" if row.corrected else " (published)")


def _seeds(axes: Axes, place: int, row: Row, measure: Measure) -> None:
    """Each seed's own difference, as a small point."""
    if row.alone is None or not row.corrected:
        return
    found = [*gaps(row, row.alone, measure).values()]
    places = [place + 0.28] * len(found)
    axes.plot(found, places, marker="|", ms=5, mew=0.8, ls="none", color=QUIET)


def _whisker(
    axes: Axes,
    place: int,
    row: Row,
    found: Comparison,
    measure: Measure,
    verdict: Verdict | None,
) -> None:
    colour = COLOURS[0] if row.corrected else QUIET
    told = f"{_forest_label(row)}: Δ {measure.title} {interval_text(found, measure)}"
    told += f", {verdict.word}" if verdict and verdict.word else ""
    marks = []
    if not math.isnan(found.low):
        marks += axes.plot([found.low, found.high], [place, place], color=colour, lw=1.6)
    face = colour if verdict and verdict.is_decided else "white"
    marks += axes.plot(found.mean, place, marker="o", ms=4.5, mfc=face, mec=colour, ls="none")
    for mark in marks:
        hover(mark, told)


def window(found: Sequence[Comparison], least: float = 1e-3) -> tuple[float, float]:
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
