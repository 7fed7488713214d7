"""What a teacher adds behind a learned link, by what that has learned from: by pairs, say."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

from analysis.evidence.differences import against, gaps
from analysis.evidence.family import Family
from analysis.evidence.rows import Row
from analysis.evidence.statistics import Comparison
from analysis.evidence.texts import level_text
from analysis.evidence.verdicts import margin_of
from analysis.factors.amounts import Amounts, amounts_of
from analysis.factors.texts import by_verdict, seeds_text
from analysis.figures.figure import COLOURS, LINES, MARKERS, QUIET, Drawn, new_figure, style
from trainables.data.measures import Measure

BLACK = COLOURS[-1]
ASIDE = 0.75  # of the least amount: where links without any stand


def draw(rows: Sequence[Row]) -> Iterator[Drawn]:
    """One figure a link that stands at several amounts."""
    found = amounts_of(rows)
    for number, one in enumerate(found):
        yield _figure(f"amounts{f'_{number + 1}' if number else ''}", one, Family(rows))


def _figure(name: str, one: Amounts, family: Family) -> Drawn:
    first = next(iter(one.points.values()))
    measures = first.domain.compared
    with style(name):
        figure = new_figure(3.9)
        panels = figure.subplots(1, len(measures), squeeze=False)[0]
        for axes, measure in zip(panels, measures, strict=True):
            _gains(axes, one, measure)
            assert first.alone
            margin = margin_of(measure, first.alone.mean(f"test/{measure.name}"))
            axes.axhspan(-margin, margin, color=QUIET, alpha=0.15, lw=0)
            axes.axhline(0, color=BLACK, lw=0.8)
            unit = f", {measure.unit}" if measure.unit else ""
            axes.set_ylabel(f"Δ test {measure.title}{unit}")
            axes.set_xlabel(one.unit)
            axes.set_xscale("log")
            axes.xaxis.set_major_locator(FixedLocator([*one.points]))
            axes.xaxis.set_minor_locator(NullLocator())
            axes.xaxis.set_major_formatter("{x:,.0f}")
            axes.grid(axis="y")
        seen = dict(zip(*reversed(panels[0].get_legend_handles_labels()), strict=True))
        figure.legend(seen.values(), seen.keys(), loc="outside lower center", ncols=3)
    seeds = seeds_text(len(row.finished) for row in (*one.points.values(), *one.others))
    caption = (
        "Mean difference to the student alone at equal seeds, with its interval "
        f"({level_text(first.looks)}) and each seed's (small). Lines, and points at the left: the "
        f"same behind links that learn from no {one.unit}. Band: ±δ, differences that do not "
        f"matter. n = {seeds} seeds."
    )
    return Drawn(name, _title(one, family, measures[0]), caption, figure)


def _gains(axes: Axes, one: Amounts, measure: Measure) -> None:
    least = min(one.points)
    for place, row in enumerate(one.others, start=1):
        look: dict[str, Any] = {
            "color": COLOURS[place % len(COLOURS)], "ls": LINES[place % len(LINES)], "lw": 1.2,
        }  # fmt: skip
        gap = _gap(row, measure)
        axes.axhline(gap.mean, **look, alpha=0.6)
        axes.errorbar(
            [least * ASIDE**place], [gap.mean], [_half(gap)], label=_of(row),
            marker=MARKERS[place % len(MARKERS)], ms=4.5, capsize=2, **look,
        )  # fmt: skip
    for count, row in one.points.items():
        assert row.alone
        own = [*gaps(row, row.alone, measure).values()]
        axes.plot([count] * len(own), own, "_", ms=4, mew=0.7, color=COLOURS[0], alpha=0.5)
    found = {count: _gap(row, measure) for count, row in one.points.items()}
    half = [*map(_half, found.values())]
    axes.errorbar(
        [*found], [gap.mean for gap in found.values()], half, label=f"φ {one.link}",
        color=COLOURS[0], ls="-", marker="o", ms=4.5, lw=1.2, capsize=2,
    )  # fmt: skip


def _gap(row: Row, measure: Measure) -> Comparison:
    assert row.alone
    return against(row, row.alone, measure)


def _half(gap: Comparison) -> float:
    return 0.0 if math.isnan(gap.low) else gap.high - gap.mean


def _of(row: Row) -> str:
    return "no φ" if row["link"] == "identity" else f"φ {row.link}"


def _title(one: Amounts, family: Family, main: Measure) -> str:
    """The verdicts, amount by amount."""
    said = by_verdict(one.points, family)
    return (
        f"φ {one.link} against the student alone in {main.title}: "
        f"{f'{said} {one.unit}' if said else 'not tested'}"
    )
