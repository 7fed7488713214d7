"""The ladder: what of a teacher teaches, from softer labels as such to all that it says."""

import math
from collections.abc import Iterator, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from analysis.evidence.differences import against, gaps
from analysis.evidence.family import Family
from analysis.evidence.rows import Row
from analysis.evidence.texts import level_text, verdict_phrase
from analysis.evidence.verdicts import Verdict, margin_of
from analysis.factors.ladder import Ladder, beyond, ladders
from analysis.factors.texts import rung_name, share_text
from analysis.figures.figure import COLOURS, MARKERS, QUIET, Drawn, new_figure, style
from analysis.figures.forest import off_the_axis, window
from trainables.data.measures import Measure

TICKS = 3  # intervals between them: shares stand beside the panels
TAUGHT, CONTROL, ALONE = range(3)
KINDS = (MARKERS[0], MARKERS[3], MARKERS[1])  # their markers; colours are the first three


def draw(rows: Sequence[Row]) -> Iterator[Drawn]:
    """One figure of all teachers' rows that have controls; none where there are none."""
    found = ladders(rows)
    if found:
        yield _figure(found, Family(rows))


def _figure(found: Sequence[Ladder], family: Family) -> Drawn:
    measures = found[0].taught.domain.compared
    heights = [len(one.rungs) + 2.6 for one in found]
    said = {measure: beyond(found, measure) for measure in measures}
    with style("ladder"):
        figure = new_figure(0.6 + 0.21 * sum(heights))
        panels = figure.subplots(
            len(found), len(measures), squeeze=False, sharey="row", height_ratios=heights
        )
        for one, line in zip(found, panels, strict=True):
            for axes, measure in zip(line, measures, strict=True):
                _panel(axes, one, measure, family)
            names = [rung_name(row, one) for row in one.rungs]
            line[0].set_yticks(range(len(names)), names)
            line[0].set_ylim(len(names) - 0.3, -1.2)
            line[0].set_title(one.taught.label, loc="left", fontweight="bold")
        for axes, measure in zip(panels[-1], measures, strict=True):
            better = "right" if measure.higher_is_better else "left"
            unit = f"{measure.unit}; " if measure.unit else ""
            axes.set_xlabel(f"Δ test {measure.title}\n({unit}{better} is better)")
    looks = found[0].taught.looks
    counts = sorted({len(row.finished) for one in found for row in one.rungs})
    caption = (
        "Mean difference to the student alone (line at 0) at equal seeds with its interval "
        f"({level_text(looks)}), and each seed's (small). Squares: students alone of other "
        "schedules; diamonds: controls, in the order of what their soft labels carry, at the λ "
        "and T of the teacher's row (circle). Percentages: the share of the teacher's gain that "
        f"is reached, where one is shown, with its interval ({level_text(looks, 'Fieller')}). "
        f"Band: ±δ, differences that do not matter. n = {'/'.join(map(str, counts))} seeds."
    )
    return Drawn("ladder", _title(found, said[measures[0]], measures[0]), caption, figure)


def _panel(axes: Axes, one: Ladder, measure: Measure, family: Family) -> None:
    level = one.alone.mean(f"test/{measure.name}")
    margin = margin_of(measure, level)
    axes.axvspan(-margin, margin, color=QUIET, alpha=0.15, lw=0)
    axes.axvline(0, color=QUIET, lw=0.8)
    axes.text(0, -0.7, f" alone {measure.text(level)}", va="center", fontsize=7.5, color=QUIET)
    gains = [against(row, one.alone, measure) for row in one.rungs]
    known = [gain for gain in gains if not math.isnan(gain.mean)]
    low, high = window(known, 0.7 * abs(against(one.taught, one.alone, measure).mean))
    shown = [row for row, gain in zip(one.rungs, gains, strict=True) if low <= gain.mean <= high]
    seen = [gap for row in shown for gap in gaps(row, one.alone, measure).values()]
    aside = 0.03 * (high - low)
    low, high = (
        min([low, *(gap - aside for gap in seen)]),
        max([high, *(gap + aside for gap in seen)]),
    )
    for place, (row, gain) in enumerate(zip(one.rungs, gains, strict=True)):
        if math.isnan(gain.mean):
            continue
        if not low <= gain.mean <= high:
            edge = low if gain.mean < low else high
            off_the_axis(axes, place, edge, gain.mean < low, measure.text(gain.mean, "+"))
            continue
        _rung(axes, place, one, row, measure)
        shared = None if row is one.taught else one.share(row, measure, family)
        if shared:
            text = share_text(shared)
            where = axes.get_yaxis_transform()
            axes.text(1.01, place, text, transform=where, va="center", fontsize=7.5)
    axes.set_xlim(low, high)
    axes.axhline(len(one.others) - 0.4, color=QUIET, lw=0.5, ls=":")
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    axes.xaxis.set_major_locator(MaxNLocator(TICKS))


def _rung(axes: Axes, place: int, one: Ladder, row: Row, measure: Measure) -> None:
    """A row's mean difference to the student alone, its interval, and each seed's."""
    kind = TAUGHT if row is one.taught else CONTROL if row.is_control else ALONE
    own = [*gaps(row, one.alone, measure).values()]
    axes.plot(own, [place + 0.28] * len(own), "|", ms=4, mew=0.7, color=QUIET)
    found = against(row, one.alone, measure)
    if not math.isnan(found.low):
        axes.plot([found.low, found.high], [place, place], color=COLOURS[kind], lw=1.6)
    axes.plot(found.mean, place, KINDS[kind], ms=4.5, color=COLOURS[kind])


def _title(found: Sequence[Ladder], said: dict[tuple[str, str], Verdict], main: Measure) -> str:
    """What the first teacher's answers are worth beyond the nearest control of its own."""
    one = found[0]
    control = [row for row in one.controls if row.has_teacher][-1]
    own = [row for row in one.controls if row["teacher"] == one.taught["teacher"]]
    nearest = own[-1] if own else control
    verdict = said[one.taught.planned.key, nearest.planned.key]
    return (
        f"{one.taught.label} against {rung_name(nearest, one)} in {main.title}: "
        f"{verdict_phrase(verdict)}"
    )
