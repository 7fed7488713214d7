"""The path of the looks: what each look of a study until decided saw of each comparison."""

import math
from collections.abc import Iterator, Sequence
from textwrap import fill

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, NullLocator

from analysis.evidence.family import Family
from analysis.evidence.rows import Row
from analysis.evidence.statistics import repeated
from analysis.evidence.texts import verdict_text
from analysis.evidence.verdicts import Verdict
from analysis.figures.figure import COLOURS, QUIET, Drawn, new_figure, style

MOST, ACROSS = 12, 3
NO_BREAK = "\u00a0"
WIDE = 28  # characters of a panel's title


def draw(rows: Sequence[Row]) -> Iterator[Drawn]:
    """A panel a comparison; nothing of a study that looked once."""
    family = Family(rows)
    said = [(row, verdict) for row in family.rows if (verdict := family.verdict(row))]
    looked = [(row, verdict) for row, verdict in said if verdict.found.looks]
    if looked:
        yield _paths(looked[:MOST], looked)


def _paths(shown: Sequence[tuple[Row, Verdict]], every: Sequence[tuple[Row, Verdict]]) -> Drawn:
    main = shown[0][0].domain.main
    down = math.ceil(len(shown) / ACROSS)
    with style("looks"):
        figure = new_figure(0.7 + 1.6 * down)
        panels = figure.subplots(down, min(ACROSS, len(shown)), sharex=True, squeeze=False)
        for axes in list(panels.flat)[len(shown) :]:
            axes.set_visible(False)
        for axes, (row, verdict) in zip(panels.flat, shown, strict=False):
            _path(axes, verdict)
            axes.set_title(f"{in_lines(row.label)}:\n{verdict_text(verdict)}", fontsize=8)
        seeds = sorted({one.n for _, verdict in shown for one in verdict.found.looks})
        ticks = seeds[::2] if len(seeds) > 4 else seeds
        panels[0, 0].set_xscale("log")
        panels[0, 0].set_xticks(ticks, map(str, ticks))
        panels[0, 0].xaxis.set_minor_locator(NullLocator())
        figure.supxlabel("seeds at the look", fontsize=9)
        figure.supylabel(f"Δ test {main.with_unit}", fontsize=9)
    decided = [verdict for _, verdict in every if verdict.is_decided]
    at = sorted(verdict.found.n for verdict in decided)
    until = f", with {at[0]} to {at[-1]} seeds" if at else ""
    title = f"Look by look, {len(decided)} of {len(every)} comparisons were decided{until}"
    caption = (
        "Mean difference to the student alone at each look, with the interval that covers the "
        "true one at all looks together with 95 % (paired t); filled: the last one, where it is "
        "decided. Band: ±δ, differences that do not matter."
    )
    if len(every) > len(shown):
        caption += f" The first {len(shown)} comparisons; {len(every) - len(shown)} left out."
    return Drawn("looks", title, caption, figure)


def in_lines(label: str) -> str:
    """Broken after commas alone."""
    parts = [part.replace(" ", NO_BREAK) for part in label.split(", ")]
    return fill(", ".join(parts), WIDE)


def _path(axes: Axes, verdict: Verdict) -> None:
    looks = repeated(verdict.found)
    colour = COLOURS[0] if verdict.is_decided else QUIET
    seeds, means = [one.n for one in looks], [one.mean for one in looks]
    axes.axhspan(-verdict.margin, verdict.margin, color=QUIET, alpha=0.15, lw=0)
    axes.axhline(0, color=QUIET, lw=0.8)
    for one in looks:
        axes.plot([one.n, one.n], [one.low, one.high], color=colour, lw=1.4)
    axes.plot(seeds, means, "o-", color=colour, ms=4, lw=0.6, mfc="white")
    if verdict.is_decided:
        axes.plot(seeds[-1:], means[-1:], "o", color=colour, ms=4)
    axes.yaxis.set_major_locator(MaxNLocator(4))
