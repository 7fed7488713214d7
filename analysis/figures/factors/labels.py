"""Quality against the number of labels, what a teacher adds, and how many labels it saves."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

from analysis.evidence.differences import against, gaps
from analysis.evidence.family import Family
from analysis.evidence.rows import Row
from analysis.evidence.texts import level_text
from analysis.evidence.verdicts import margin_of
from analysis.factors.sizes import Curve, Sizes, sizes_of
from analysis.factors.texts import by_verdict, needed_text, seeds_text
from analysis.figures.figure import COLOURS, LINES, QUIET, Drawn, new_figure, style
from trainables.data.measures import Measure

ASIDE = 0.035  # of the axis of log labels, between curves at one size
BLACK = COLOURS[-1]
MARKERS = ("o", "s", "D", "P", "X", "h", "p")  # triangles say: beyond
BEYOND = {0.0: "v", math.inf: "^"}  # the sizes that were run


def draw(rows: Sequence[Row]) -> Iterator[Drawn]:
    """Both figures for each student alone that stands at several sizes."""
    found = sizes_of(rows)
    for number, one in enumerate(found):
        ending = f"_{number + 1}" if len(found) > 1 else ""
        yield _levels(f"labels{ending}", one, Family(rows))
        yield _saved(f"labels_saved{ending}", one)


# ---- quality, and what a teacher adds to it ----


def _levels(name: str, one: Sizes, family: Family) -> Drawn:
    measures = one.measures
    curves = [one.alone, *one.others]
    with style(name):
        figure = new_figure(5.6)
        panels = figure.subplots(2, len(measures), squeeze=False, sharex=True)
        for (upper, lower), measure in zip(panels.T, measures, strict=True):
            for place, curve in enumerate(curves):
                _curve(upper, curve, place, len(curves), measure)
                if place:
                    _gains(lower, one, curve, place, len(curves), measure)
            for axes in (upper, lower):
                _log_labels(axes, one)
                axes.grid(axis="y")
            upper.set_ylabel(f"test {measure.with_unit}")
            lower.set_ylabel(
                f"Δ to the student alone{f', {measure.unit}' if measure.unit else ''}"
            )
            level = max(row.mean(f"test/{measure.name}") for row in one.alone.points.values())
            margin = margin_of(measure, level)
            lower.axhspan(-margin, margin, color=QUIET, alpha=0.15, lw=0)
            lower.axhline(0, color=BLACK, lw=0.8)
            lower.set_xlabel("labelled objects")
        seen = dict(zip(*reversed(panels[0, 0].get_legend_handles_labels()), strict=True))
        figure.legend(seen.values(), seen.keys(), loc="outside lower center", ncols=2)
    looks = next(iter(one.alone.points.values())).looks
    caption = (
        "Above: mean over seeds with its 95 % t interval. Below: mean difference to the student "
        f"alone of as many labels at equal seeds, with its interval ({level_text(looks)}) and "
        f"each seed's (small); band: ±δ, differences that do not matter. {_seeds(one)}"
    )
    return Drawn(name, _title(one, family, measures[0]), caption, figure)


def _place(size: int, place: int, of: int) -> float:
    """Where a curve's point stands: beside the others of its size."""
    return size * 10 ** (ASIDE * (place - (of - 1) / 2))


def _curve(axes: Axes, curve: Curve, place: int, of: int, measure: Measure) -> None:
    found = {n: row.summary(f"test/{measure.name}") for n, row in curve.points.items()}
    found = {size: one for size, one in found.items() if one.n}
    half = [0.0 if math.isnan(one.low) else one.high - one.mean for one in found.values()]
    axes.errorbar(
        [_place(size, place, of) for size in found], [one.mean for one in found.values()], half,
        label=curve.label, **_look(place),
    )  # fmt: skip


def _gains(axes: Axes, one: Sizes, curve: Curve, place: int, of: int, measure: Measure) -> None:
    both = {
        n: (row, one.alone.points[n]) for n, row in curve.points.items() if n in one.alone.points
    }
    found = {size: against(*pair, measure) for size, pair in both.items()}
    for size, pair in both.items():
        own = [*gaps(*pair, measure).values()]
        x = [_place(size, place, of)] * len(own)
        axes.plot(x, own, "_", ms=4, mew=0.7, color=_look(place)["color"], alpha=0.5)
    half = [0.0 if math.isnan(gap.low) else gap.high - gap.mean for gap in found.values()]
    axes.errorbar(
        [_place(size, place, of) for size in found], [gap.mean for gap in found.values()], half,
        **_look(place),
    )  # fmt: skip


def _look(place: int) -> dict[str, Any]:
    """The student alone is black; the others have colours, lines and markers of their own."""
    colour = BLACK if place == 0 else COLOURS[(place - 1) % (len(COLOURS) - 1)]
    return {
        "color": colour, "ls": LINES[place % len(LINES)], "marker": MARKERS[place % len(MARKERS)],
        "ms": 4.5, "lw": 1.2, "capsize": 2,
    }  # fmt: skip


def _log_labels(axes: Axes, one: Sizes) -> None:
    sizes = [*one.alone.points]
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator(sizes))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter("{x:,.0f}")


def _seeds(one: Sizes) -> str:
    curves = (one.alone, *one.others)
    counts = (len(row.finished) for curve in curves for row in curve.points.values())
    return f"n = {seeds_text(counts)} seeds."


def _title(one: Sizes, family: Family, main: Measure) -> str:
    """The verdicts on the first teacher, size by size."""
    taught = [curve for curve in one.others if any(map(family.verdict, curve.points.values()))]
    if not taught:
        return f"{main.title.capitalize()} by the number of labels"
    said = by_verdict(taught[0].points, family)
    return (
        f"{taught[0].name} against the student alone in {main.title}: "
        f"{f'{said} labels' if said else 'not tested'}"
    )


# ---- labels saved ----


def _saved(name: str, one: Sizes) -> Drawn:
    measures = one.measures
    sizes = [*one.alone.points]
    with style(name):
        figure = new_figure(3.9)
        panels = figure.subplots(1, len(measures), squeeze=False, sharey=True)[0]
        for axes, measure in zip(panels, measures, strict=True):
            axes.plot([sizes[0], sizes[-1]], [sizes[0], sizes[-1]], color=BLACK, lw=0.8)
            for place, curve in enumerate(one.others):
                _needed(axes, one, curve, place, measure)
            _log_labels(axes, one)
            axes.set_yscale("log")
            axes.yaxis.set_major_locator(FixedLocator(sizes))
            axes.yaxis.set_minor_locator(NullLocator())
            axes.yaxis.set_major_formatter("{x:,.0f}")
            axes.set_ylim(sizes[0] / 1.5, sizes[-1] * 1.5)
            axes.grid(visible=True)
            axes.set(xlabel="labels that it has", title=f"by test {measure.title}")
        panels[0].set_ylabel("labels that the student alone needs")
        seen = dict(zip(*reversed(panels[0].get_legend_handles_labels()), strict=True))
        figure.legend(seen.values(), seen.keys(), loc="outside lower center", ncols=2)
    looks = next(iter(one.alone.points.values())).looks
    caption = (
        "How many labels the student alone needs for what each row has, interpolated in log "
        "labels, with all numbers at which a paired t test at 5 % "
        f"{'over all looks ' if looks else ''}finds none. On the line no "
        "label is saved; above it some are. Triangles: beyond the sizes that were run. "
        f"{_seeds(one)}"
    )
    return Drawn(name, _saved_title(one, measures[0]), caption, figure)


def _needed(axes: Axes, one: Sizes, curve: Curve, place: int, measure: Measure) -> None:
    sizes = [*one.alone.points]
    bottom, top = sizes[0] / 1.35, sizes[-1] * 1.35
    look = _look(place + 1)
    colour, own = look["color"], look["marker"]
    axes.plot([], [], own, ms=5, color=colour, label=curve.label)  # for the legend
    for size, row in curve.points.items():
        found = one.needed(row, measure)
        if found is None:
            continue
        x = _place(size, place, len(one.others))
        value, low, high = (min(max(end, bottom), top) for end in found[1:])
        axes.plot([x, x], [low, high], color=colour, lw=1.6)
        axes.plot(x, value, BEYOND.get(found.value, own), ms=5, color=colour)
        for end in {found.low, found.high} & BEYOND.keys() - {found.value}:
            edge = bottom if end == 0 else top
            axes.plot(x, edge, BEYOND[end], ms=5, color=colour, mfc="white")


def _saved_title(one: Sizes, main: Measure) -> str:
    """What the first row saves at its middle size."""
    taught = [
        curve for curve in one.others if any(row.has_teacher for row in curve.points.values())
    ]
    curve = (taught or one.others)[0]
    places = [*curve.points]
    size = places[len(places) // 2]
    said = needed_text(one.needed(curve.points[size], main), [*one.alone.points])
    return f"{curve.name}: {size:,} labels are worth {said} of the student alone by {main.title}"
