"""What a gain costs: every row's gain over the student alone against the time behind a student."""

import math
from collections.abc import Iterator, Sequence

from matplotlib.ticker import LogLocator

from analysis.evidence.differences import cost, difference
from analysis.evidence.family import Family
from analysis.evidence.rows import Row
from analysis.evidence.statistics import Comparison
from analysis.evidence.texts import interval_text, level_text
from analysis.figures.figure import COLOURS, MARKERS, QUIET, Drawn, new_figure, style
from analysis.figures.forest import name_of, window
from analysis.figures.svg import hover

COSTS_DIFFER = 1.2  # dearest against cheapest, for the plot to say something


def draw(rows: Sequence[Row]) -> Iterator[Drawn]:
    """One figure; none where nothing can be compared, or all costs the same."""
    gains = {row.planned.key: difference(row, row.domain.main) for row in rows if row.corrected}
    paid = [
        row for row in rows
        if row.corrected and not math.isnan(gains[row.planned.key].mean) and cost(row)
    ]  # fmt: skip
    if paid and max(map(cost, paid)) > COSTS_DIFFER * min(map(cost, paid)):
        yield _cost_and_gain(paid, [gains[row.planned.key] for row in paid], Family(rows))


def _kind(row: Row) -> str:
    """What shares a colour and marker: a teacher with its link, or a method in all its rows."""
    return row.method_name if row.made_by_method else f"{row['teacher']}, φ {row.link}"


def _cost_and_gain(rows: Sequence[Row], gains: Sequence[Comparison], family: Family) -> Drawn:
    main = rows[0].domain.main
    kinds = list(dict.fromkeys(map(_kind, rows)))
    with style("cost"):
        figure = new_figure(4.0)
        axes = figure.subplots()
        low, high = window(gains)
        for row, gain in zip(rows, gains, strict=True):
            label = _kind(row)
            turn, kind = divmod(kinds.index(label), len(COLOURS))
            small = [[gain.mean - gain.low], [gain.high - gain.mean]] if gain.n > 1 else None
            if gain.mean < low:
                axes.plot(cost(row), low, "v", color=COLOURS[kind], ms=4, clip_on=False)
            bars = axes.errorbar(
                cost(row), gain.mean, small, color=COLOURS[kind], marker=MARKERS[kind],
                ms=5, lw=0.8, alpha=0.9, ls="none", label=label,
                mfc="white" if turn else None,
            )  # fmt: skip
            told = f"{name_of(row)}: {interval_text(gain, main)}, {cost(row):,.0f} s"
            for mark in bars.get_children():
                hover(mark, told)
        axes.axhline(0, color=QUIET, lw=0.8)
        axes.set(
            xscale="log", xlabel="seconds of a worker for one student, teacher and VAE included"
        )
        axes.set(ylabel=f"Δ test {main.with_unit}", ylim=(low, high))
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_formatter("")
        axes.grid(axis="y")
        seen = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
        figure.legend(seen.values(), seen.keys(), loc="outside lower center", ncols=2)
    best = max(range(len(rows)), key=lambda i: main.sign * gains[i].mean)
    said = family.verdict(rows[best])
    cheapest = min(map(cost, rows))
    title = (
        f"The largest mean gain, {main.text(gains[best].mean, '+')} by {name_of(rows[best])}"
        f"{f' ({said.word})' if said and said.word else ''}, costs "
        f"{cost(rows[best]):,.0f} s a student; the cheapest row {cheapest:,.0f} s"
    )
    caption = (
        f"Mean gain in test {main.title} over the student alone at equal seeds, with its "
        f"interval ({level_text(rows[0].looks)}, n = {max(gain.n for gain in gains)}), against "
        "the worker time behind one student. Artifacts are shared between students, so a study "
        "pays less."
    )
    if any(gain.mean < low for gain in gains):
        caption += " Triangles on the lower edge: losses beyond it."
    return Drawn("cost", title, caption, figure)
