"""Forest plot of all rows against the student alone, and what a gain costs."""

import math
import statistics
from collections.abc import Iterator, Sequence

from matplotlib.axes import Axes

from analysis.columns import difference
from analysis.evidence import Comparison, holm, summarise
from analysis.figures.figure import COLOURS, MARKERS, QUIET, Drawn, new_figure, style
from analysis.rows import Row
from analysis.selection import SCORE

MOST = 40
OUTLYING = 8.0  # times the median difference
COSTS_DIFFER = 1.2  # dearest against cheapest, for the plot of cost to say something
PANELS = {"test/accuracy": True, "test/cross_entropy": False}  # is higher better?
UNITS = {"test/accuracy": "Δ test accuracy", "test/cross_entropy": "Δ test cross-entropy, nats"}
COSTS = ("seconds", "teacher/seconds", "vae/seconds", "logits/seconds")


def draw(rows: Sequence[Row]) -> Iterator[Drawn]:
    """The forest plot, and cost against gain; neither where nothing can be compared."""
    gains = {
        row.planned.key: difference(row, "test/accuracy", higher_is_better=True) for row in rows
    }
    compared = [row for row in rows if not math.isnan(gains[row.planned.key].mean)]
    if not compared:
        return
    compared.sort(key=_by_validation)  # stable: the study's own order where nothing was held out
    yield _forest(compared[:MOST], len(compared) - MOST)
    paid = [row for row in compared if row.corrected and _cost(row)]
    if paid and max(map(_cost, paid)) > COSTS_DIFFER * min(map(_cost, paid)):
        yield _cost_and_gain(paid, [gains[row.planned.key] for row in paid])


def _by_validation(row: Row) -> float:
    mean = summarise([*row.values(SCORE).values()]).mean
    return 0.0 if math.isnan(mean) else -mean


def name_of(row: Row) -> str:
    """A row's label with its λ and T where they are not the fixed ones."""
    fixed = row.number("lambda") == 0.5 and row.number("temperature") == 1.0
    tuned = f", λ {row.number('lambda'):.2g}, T {row.number('temperature'):.2g}"
    return row.label + ("" if fixed or not row.has_teacher else tuned)


def _forest(rows: Sequence[Row], left_out: int) -> Drawn:
    found = {
        metric: [difference(row, metric, higher_is_better=better) for row in rows]
        for metric, better in PANELS.items()
    }
    with style("forest"):
        figure = new_figure(1.0 + 0.25 * len(rows))
        panels = figure.subplots(1, 2, sharey=True)
        for axes, (metric, better) in zip(panels, PANELS.items(), strict=True):
            low, high = _window(found[metric])
            for place, (row, one) in enumerate(zip(rows, found[metric], strict=True)):
                if low <= one.mean <= high:
                    _whisker(axes, place, row, one)
                else:
                    _off_the_axis(axes, place, one.mean, low if one.mean < low else high)
            axes.set_xlim(low, high)
            axes.axvline(0, color=QUIET, lw=0.8)
            axes.set_xlabel(f"{UNITS[metric]}\n({'right' if better else 'left'} is better)")
            axes.grid(axis="x")
        panels[0].set_yticks(range(len(rows)), [_forest_label(row) for row in rows])
        panels[0].set_ylim(len(rows) - 0.4, -0.6)
    gains = [one for row, one in zip(rows, found["test/accuracy"], strict=True) if row.corrected]
    up = [place for place, one in enumerate(gains) if one.supported and one.mean > 0]
    adjusted = holm([one.p for one in gains])
    kept = sum(adjusted[place] < 0.05 for place in up)
    title = (
        f"{len(up)} of {len(gains)} settings raise accuracy over the student alone by their own "
        f"95 % interval, {kept} of them after Holm's correction"
    )
    caption = (
        "Mean difference to the student alone at equal seeds with its 95 % paired t interval, "
        f"n = {max(one.n for one in found['test/accuracy'])}. Hollow: published protocol, whose "
        "attempts are not independent and give no interval."
    )
    if left_out > 0:
        caption += f" The best {len(rows)} by validation; {left_out} more settings left out."
    return Drawn("forest", title, caption, figure)


def _forest_label(row: Row) -> str:
    return name_of(row) + ("" if row.corrected else " (published)")


def _whisker(axes: Axes, place: int, row: Row, found: Comparison) -> None:
    colour = COLOURS[0] if row.corrected else QUIET
    if not math.isnan(found.low):
        axes.plot([found.low, found.high], [place, place], color=colour, lw=1.6)
    face = colour if row.corrected else "white"
    axes.plot(found.mean, place, marker="o", ms=4.5, mfc=face, mec=colour, ls="none")


def _window(found: Sequence[Comparison]) -> tuple[float, float]:
    """An axis that shows the many: a difference far beyond the others is only pointed at."""
    means = [one.mean for one in found]
    usual = OUTLYING * max(statistics.median(map(abs, means)), 1e-3)
    shown = [one for one in found if abs(one.mean) <= usual]
    ends = [end for one in shown for end in (one.low, one.high, one.mean) if not math.isnan(end)]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    margin = 0.08 * (high - low) or 1e-3
    return low - margin, high + margin


def _off_the_axis(axes: Axes, place: int, mean: float, edge: float) -> None:
    left = mean < edge
    axes.annotate(
        f"{'◂ ' if left else ''}{mean:+.3f}{'' if left else ' ▸'}",
        (edge, place), xytext=(3 if left else -3, 0), textcoords="offset points",
        ha="left" if left else "right", va="center", fontsize=8, color=COLOURS[1],
    )  # fmt: skip


def _cost(row: Row) -> float:
    """Seconds of a worker behind one student: its own, its teacher's, its VAE's, the logits'."""
    per_metric = [summarise([*row.values(metric).values()]).mean for metric in COSTS]
    return sum(seconds for seconds in per_metric if not math.isnan(seconds))


def _below_the_axis(axes: Axes, x: float, mean: float, low: float, colour: str) -> None:
    axes.annotate(
        f"▾ {mean:+.3f}", (x, low), xytext=(0, 3), textcoords="offset points",
        ha="center", va="bottom", fontsize=8, color=colour,
    )  # fmt: skip


def _cost_and_gain(rows: Sequence[Row], gains: Sequence[Comparison]) -> Drawn:
    kinds = list(dict.fromkeys(f"{row['teacher']}, φ {row.link}" for row in rows))
    with style("cost"):
        figure = new_figure(4.0)
        axes = figure.subplots()
        low, high = _window(gains)
        for row, gain in zip(rows, gains, strict=True):
            label = f"{row['teacher']}, φ {row.link}"
            turn, kind = divmod(kinds.index(label), len(COLOURS))
            small = [[gain.mean - gain.low], [gain.high - gain.mean]] if gain.n > 1 else None
            if gain.mean < low:
                _below_the_axis(axes, _cost(row), gain.mean, low, COLOURS[kind])
            axes.errorbar(
                _cost(row), gain.mean, small, color=COLOURS[kind], marker=MARKERS[kind],
                ms=5, lw=0.8, alpha=0.9, ls="none", label=label,
                mfc="white" if turn else None,
            )  # fmt: skip
        axes.axhline(0, color=QUIET, lw=0.8)
        axes.set(
            xscale="log", xlabel="seconds of a worker for one student, teacher and VAE included"
        )
        axes.set(ylabel="Δ test accuracy", ylim=(low, high))
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_formatter("{x:g}")
        axes.grid(axis="y")
        seen = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
        figure.legend(seen.values(), seen.keys(), loc="outside lower center", ncols=2)
    best = max(range(len(rows)), key=lambda i: gains[i].mean)
    cheapest = min(map(_cost, rows))
    title = (
        f"The largest gain, {gains[best].mean:+.3f} by {name_of(rows[best])}, costs "
        f"{_cost(rows[best]):,.0f} s a student; the cheapest teacher {cheapest:,.0f} s"
    )
    caption = (
        "Mean gain in test accuracy over the student alone at equal seeds, with its 95 % paired t "
        f"interval (n = {max(gain.n for gain in gains)}), against the worker time behind one "
        "student. Artifacts are shared between students, so a study pays less."
    )
    return Drawn("cost", title, caption, figure)
