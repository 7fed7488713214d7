"""Each row against the student alone, class by class: a panel a row."""

import math
from collections.abc import Iterator, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from analysis.evidence.rows import Row
from analysis.evidence.sentences import MANY, told_apart
from analysis.evidence.texts import SURE, level_text, looks_text, word_text
from analysis.figures.figure import COLOURS, QUIET, Drawn, Left, new_figure, style
from analysis.figures.looks import in_lines
from analysis.objects.classes import ByClass, by_class
from analysis.objects.truth import Truth, Unknown

ACROSS, TICKS = 3, 3
MOST_CLASSES = 40  # of a panel: beyond them those with the largest differences


def draw(rows: Sequence[Row], truth: Truth | Unknown) -> Iterator[Drawn | Left]:
    """All rows whose answers are recorded; why not, where only the data are missing."""
    if isinstance(truth, Unknown):
        if any(row.right() for row in rows):
            yield Left("classes", "Accuracy by class", truth.reason)
    elif found := by_class(rows, truth):
        yield _figure(found[:MANY], len(found) - MANY)


def _figure(found: Sequence[ByClass], left_out: int) -> Drawn:
    down, looks = math.ceil(len(found) / ACROSS), found[0].row.looks
    shown = _shown(found)
    with style("classes"):
        figure = new_figure(0.6 + down * (0.6 + 0.16 * len(shown)))
        panels = figure.subplots(down, min(ACROSS, len(found)), sharey=True, squeeze=False)
        for axes in list(panels.flat)[len(found) :]:
            axes.set_visible(False)
        names = told_apart([one.row for one in found])
        for axes, name, one in zip(panels.flat, names, found, strict=False):
            _panel(axes, one, shown)
            axes.set_title(f"{in_lines(name)}:\n{_verdict(one)}", fontsize=8)
        panels[0, 0].set_yticks(range(len(shown)), shown)
        panels[0, 0].set_ylim(len(shown) - 0.4, -0.6)
        figure.supxlabel(f"Δ {found[0].overall.measure.title} in a class", fontsize=9)
    differing = sum(bool(one.decided) for one in found)
    title = (
        f"By class, {differing} of {len(found)} rows differ from the student alone somewhere"
        f"{_most(found)}"
    )
    caption = (
        "Mean difference to the student alone in a class's own test objects, at equal seeds, with "
        f"its interval ({level_text(looks)}). Filled: better (circle) or worse (square), right "
        f"for all classes of a row{looks_text(looks)} together {SURE}; hollow: neither. Band: ±δ, "
        "differences that do not matter. Each panel has its own axis; above it the row's verdict "
        "over all classes."
    )
    if left_out > 0:
        caption += f" The first {len(found)} rows; {left_out} left out."
    return Drawn("classes", title, caption, figure)


def _verdict(one: ByClass) -> str:
    """Over all classes: "better, +0.012"."""
    gap = one.overall.measure.text(one.overall.found.mean, "+")
    return f"{word_text(one.overall)}, {gap}"


def _most(found: Sequence[ByClass]) -> str:
    """The class that differs in the most rows."""
    counts: dict[str, int] = {}
    for one in found:
        for each in one.decided:
            counts[each.name] = counts.get(each.name, 0) + 1
    if not counts:
        return ""
    most = max(counts, key=lambda name: counts[name])
    return f", most often on {most} ({counts[most]})"


def _shown(found: Sequence[ByClass]) -> list[str]:
    """The classes' names in the domain's order; of very many the ones that differ most."""
    largest: dict[str, float] = {}
    for each in (each for one in found for each in one.classes):
        largest[each.name] = max(largest.get(each.name, 0.0), abs(each.found.mean))
    kept = sorted(largest, key=lambda name: -largest[name])[:MOST_CLASSES]
    return [name for name in largest if name in kept]


def _panel(axes: Axes, one: ByClass, shown: Sequence[str]) -> None:
    margin = one.overall.margin
    axes.axvspan(-margin, margin, color=QUIET, alpha=0.15, lw=0)
    axes.axvline(0, color=QUIET, lw=0.8)
    for each in one.classes:
        if each.name not in shown:
            continue
        place, found, decided = shown.index(each.name), each.found, each in one.decided
        colour = COLOURS[found.mean < 0] if decided else QUIET
        if not math.isnan(found.low):
            axes.plot([found.low, found.high], [place, place], color=colour, lw=1.4)
        marker, face = "s" if found.mean < 0 else "o", colour if decided else "white"
        axes.plot(found.mean, place, marker, ms=4, mec=colour, mfc=face)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    axes.xaxis.set_major_locator(MaxNLocator(TICKS))
