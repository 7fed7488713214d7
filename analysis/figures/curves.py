"""Curves over epochs, mean line and ± std band: the paper's Figures 1, 2, 4, 6, 9, 10, 11."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator

from analysis.evidence.family import Family, judged
from analysis.evidence.nested import Nested, nested
from analysis.evidence.rows import Row
from analysis.evidence.searched import Tuned
from analysis.evidence.selection import chosen, reported, tuned
from analysis.evidence.texts import interval_text, verdict_phrase
from analysis.figures.figure import COLOURS, LINES, Drawn, Left, new_figure, style
from analysis.figures.forest import name_of
from analysis.papers.tables import Published

Read = Callable[[str, str], dict[int, float]]  # a run's id and a metric → its values by epoch

LONGEST_INSIDE = 40  # letters of a name in a legend that stands within its panel
# Figure of the paper → the rows of its Table 3 that it compares, by their place there.
COMPARISONS = {
    1: (0, 1),
    2: (2, 3),
    4: (2, 3, 4),
    6: (2, 3, 5),
    9: (2, 6),
    10: (7, 6),
    11: (2, 3, 8),
}


def draw(rows: Sequence[Row], read: Read) -> Iterator[Drawn | Left]:
    """The paper's comparisons, or the chosen setting's against the student alone."""
    by_place: dict[int, list[Row]] = {}
    family = Family(rows)
    for row in rows:
        if isinstance(row.printed, Published):
            by_place.setdefault(row.place, []).append(row)
    for number, places in COMPARISONS.items():
        if all(place in by_place for place in places):
            mine = [row for place in places for row in by_place[place]]
            yield _figure(f"fig{number:02d}", f"Figure {number}", mine, read, family)
    yield from _of_each_student(rows, read, family)
    searches: list[Tuned | Nested] = [*tuned(rows), *nested(rows)]
    for one in searches:
        if one.final and one.final.alone:
            mine = [row for row in (one.final.alone, one.fixed, one.final) if row]
            mine = list({row.planned.key: row for row in mine}.values())
            yield _figure(f"curves_{one.name}", f"Chosen by the {one.name}", mine, read, family)
    best = chosen(row for row in rows if not row.is_candidate)
    if best:
        best = reported(best, rows) or best
    if best and best.alone and best.alone is not best:
        yield _figure("curves_chosen", "The chosen setting", [best.alone, best], read, family)


def _of_each_student(rows: Sequence[Row], read: Read, family: Family) -> Iterator[Drawn | Left]:
    """The figure beside Table 5: a panel for every split that students of a table learn from."""
    if any(row.domain.is_classification or row.is_candidate for row in rows):
        return
    groups: dict[tuple[str, bool], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["student"], row.broadcast), []).append(row)
    for (student, broadcast), mine in groups.items():
        what = "Figure 1 of the paper" if any(row.printed for row in mine) else student
        yield _figure(
            f"curves_{student}{'_broadcast' if broadcast else ''}", what, mine, read, family
        )


def _figure(name: str, what: str, rows: list[Row], read: Read, family: Family) -> Drawn | Left:
    lacks = [f"{row.label}: {row.lack()}" for row in rows if row.lack()]
    if lacks:
        return Left(name, what, "; ".join(lacks))
    protocols = sorted({row["protocol"] for row in rows})
    records = [record for row in rows for record in row.finished.values()]
    target = rows[0].domain
    measures = [m for m in target.compared if all(f"test/{m.name}" in r.metrics for r in records)]
    with style(name):
        figure = new_figure(0.3 + 2.7 * len(protocols))
        panels = figure.subplots(len(protocols), len(measures), squeeze=False)
        for protocol, line in zip(protocols, panels, strict=True):
            mine = [row for row in rows if row["protocol"] == protocol]
            for measure, axes in zip(measures, line, strict=True):
                for place, row in enumerate(mine):
                    found = curves(row, f"test/{measure.name}", read)
                    _band(axes, place, *found, name_of(row))
                axes.set(ylabel=f"test {measure.with_unit}")
                axes.set(xlabel=f"epoch ({protocol} protocol)")
                if measure.power:  # sizes: from the constant answer down to a tenth of it and less
                    _logarithmic(axes)
                axes.grid(axis="y")
            if max(len(name_of(row)) for row in mine) <= LONGEST_INSIDE:
                line[-1].legend(loc="upper right")
            else:
                seen = dict(zip(*reversed(line[-1].get_legend_handles_labels()), strict=True))
                figure.legend(seen.values(), seen.keys(), loc="outside lower center", ncols=2)
    counts = "/".join(map(str, sorted({len(row.finished) for row in rows})))
    caption = (
        f"Mean (line) and ± standard deviation (band) over n = {counts} seeds by epoch, on the "
        f"{target.split_sizes['Test']:,} test objects."
    )
    if "published" in protocols:
        caption += (
            " Published: attempts of one network trained on and on, so its band is drift, not "
            "the spread over seeds."
        )
    return Drawn(name, f"{what}. {_what_is_seen(rows, family)}", caption, figure)


def curves(row: Row, metric: str, read: Read) -> tuple[np.ndarray, np.ndarray]:
    """The epochs, from 1, that all seeds measured, and a metric's curves: [n, epochs]."""
    found = [read(record.run_id, metric) for _, record in sorted(row.finished.items())]
    shared = sorted(set.intersection(*(set(each) for each in found)))
    values = np.array([[each[epoch] for epoch in shared] for each in found])
    return np.array(shared) + 1, values


def _band(axes: Axes, place: int, epochs: np.ndarray, values: np.ndarray, label: str) -> None:
    mean, colour = values.mean(0), COLOURS[place]
    axes.plot(epochs, mean, color=colour, ls=LINES[place], lw=1.6, label=label)
    if len(values) > 1:
        std = values.std(0, ddof=1)
        axes.fill_between(epochs, mean - std, mean + std, color=colour, alpha=0.2, linewidth=0)


def _logarithmic(axes: Axes) -> None:
    """A logarithmic axis of sizes, its ticks as plain numbers; not where they hardly differ."""
    means = np.concatenate([np.asarray(line.get_ydata()) for line in axes.lines])
    span = means.max() / means.min()
    if span < 2:
        return
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if span < 1_000 else (1,)))
    axes.yaxis.set_major_formatter("{x:,g}")
    axes.yaxis.set_minor_formatter("")


def _what_is_seen(rows: Sequence[Row], family: Family) -> str:
    """The last epoch's difference of the last corrected row to what it is beside."""
    mine = [row for row in rows if row.corrected] or list(rows)
    first, *others = mine
    known = [row for row in others if row["vae_labels"] != "small"]
    last = (known or others or mine)[-1]
    main = last.domain.main
    other = "the student alone" if last.alone is first else first.label
    verdict = family.verdict(last) if last.alone is first else None
    if verdict is None:
        (verdict,) = judged([(last, first)], main)
    gap = f"{last.label}: {main.title} {interval_text(verdict.found, main)} against {other}"
    return f"{gap}: {verdict_phrase(verdict)}" if last.corrected and verdict.word else gap
