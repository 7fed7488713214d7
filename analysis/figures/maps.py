"""λ × T by φ: a heat map where every cell was run, a scatter plot where a search chose them."""

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from analysis.evidence.rows import Row
from analysis.evidence.selection import best_among, reported, tuned
from analysis.evidence.texts import bounds
from analysis.figures.figure import COLOURS, ON_DARK, ON_LIGHT, Drawn, Left, new_figure, style
from analysis.figures.svg import hover

FEWEST = 4  # settings that make a map
PANELS_A_LINE = 2
MOST_NUMBERS = 80  # cells, beyond which their colour has to say it


def draw(rows: Sequence[Row]) -> Iterator[Drawn | Left]:
    """One panel for each teacher and φ whose λ and T vary."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        learned = row.has_teacher and row.corrected and not row.made_by_method
        once = row.within is None and not row.nested  # seeds that choose apart have no map
        if learned and once and row["rule"] != "oracle" and not row.planned.again:
            groups.setdefault(f"{row['teacher']}, φ {row.link}", []).append(row)
    if any(row.is_candidate for row in rows):  # a search: the rows beside it have no score
        groups = {n: [row for row in mine if row.is_candidate] for n, mine in groups.items()}
    maps = {name: mine for name, mine in groups.items() if _varies(mine)}
    if not maps:
        return
    ready = {
        name: [row for row in mine if row.values(row.validation)] for name, mine in maps.items()
    }
    ready = {name: mine for name, mine in ready.items() if len(mine) >= FEWEST}
    if not ready:
        lack = next((row.lack() for mine in maps.values() for row in mine if row.lack()), "")
        reason = lack or "nothing was held out, so no setting has a validation score"
        yield Left("lambda_temperature", "λ × T", reason)
        return
    yield _figure(ready, rows)


def _varies(rows: Sequence[Row]) -> bool:
    weights = {row["lambda"] for row in rows}
    temperatures = {row["temperature"] for row in rows}
    return len(rows) >= FEWEST and len(weights) > 1 and len(temperatures) > 1


def score(row: Row) -> float:
    """Mean validation accuracy, or what its target is measured by, over seeds."""
    return row.mean(row.validation)


def _figure(maps: dict[str, list[Row]], rows: Sequence[Row]) -> Drawn:
    scores = [score(row) for mine in maps.values() for row in mine]
    norm, main = Normalize(min(scores), max(scores)), rows[0].domain.main
    lines = -(-len(maps) // PANELS_A_LINE)
    with style("lambda_temperature"):
        figure = new_figure(0.4 + 3.1 * lines)
        panels = figure.subplots(lines, min(len(maps), PANELS_A_LINE), squeeze=False).flatten()
        for axes in panels[len(maps) :]:
            axes.remove()
        said, searches = [], tuned(rows)
        for axes, (name, mine) in zip(panels, maps.items(), strict=False):
            best = best_among(mine, searches)
            weights = sorted({row.number("lambda") for row in mine})
            temperatures = sorted({row.number("temperature") for row in mine})
            if len(weights) * len(temperatures) == len(mine):
                _cells(axes, mine, weights, temperatures, norm, best)
            else:
                _points(axes, mine, norm, best)
            axes.set(xlabel="temperature T", ylabel="weight of the hard labels λ")
            axes.set_title(f"{name}\n{_of_the_chosen(best, rows)}", loc="left")
            if best:
                said.append(
                    f"λ {best.number('lambda'):.3g}, T {best.number('temperature'):.3g} for {name}"
                )
        figure.colorbar(
            ScalarMappable(norm),
            ax=list(panels[: len(maps)]),
            label=f"mean validation {main.with_unit}",
        )
    seeds = {len(row.finished) for mine in maps.values() for row in mine}
    caption = (
        f"Mean validation {main.title} over n = {'/'.join(map(str, sorted(seeds)))} seeds; the "
        f"ring marks the cell chosen by it, with its test {main.title} and the 95 % t "
        "interval. Test selects nothing."
    )
    title = "Validation chooses " + ("; ".join(said) or "nothing yet: settings are incomplete")
    return Drawn("lambda_temperature", title, caption, figure)


def _of_the_chosen(best: Row | None, rows: Sequence[Row]) -> str:
    if best is None:
        return "no whole setting"
    final, main = reported(best, rows), best.domain.main
    if final is None or not final.values(final.test):
        return f"chosen: validation {main.text(score(best))}"
    test = final.summary(final.test)
    return f"chosen: test {main.text(test.mean)} {bounds(test.low, test.high, main)}".strip()


def _cells(
    axes: Axes,
    rows: Sequence[Row],
    weights: list[float],
    temperatures: list[float],
    norm: Normalize,
    best: Row | None,
) -> None:
    grid = np.full((len(weights), len(temperatures)), np.nan)
    for row in rows:
        place = weights.index(row.number("lambda")), temperatures.index(row.number("temperature"))
        grid[place] = score(row)
    middle = float(norm.inverse(0.5))
    axes.imshow(grid, origin="lower", aspect="auto", norm=norm)
    for (y, x), value in np.ndenumerate(grid) if grid.size <= MOST_NUMBERS else ():
        colour = ON_DARK if float(value) < middle else ON_LIGHT
        axes.text(x, y, f"{value:.3f}", ha="center", va="center", color=colour, fontsize=8)
    axes.set_xticks(range(len(temperatures)), [f"{t:g}" for t in temperatures])
    axes.set_yticks(range(len(weights)), [f"{w:g}" for w in weights])
    if best:
        x = temperatures.index(best.number("temperature"))
        y = weights.index(best.number("lambda"))
        axes.plot(x, y, mfc="none", mec=COLOURS[1], mew=2, ms=30, marker="o")


def _points(axes: Axes, rows: Sequence[Row], norm: Normalize, best: Row | None) -> None:
    x = [row.number("temperature") for row in rows]
    y = [row.number("lambda") for row in rows]
    points = axes.scatter(
        x, y, c=[score(row) for row in rows], norm=norm, s=36,
        edgecolors="black", linewidths=0.4,
    )  # fmt: skip
    hover(points, *(f"{row.tuning()}: {row.domain.main.text(score(row))}" for row in rows))
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_formatter("")
    axes.grid(visible=True)
    if best:
        axes.plot(
            best.number("temperature"), best.number("lambda"),
            mfc="none", mec=COLOURS[1], mew=2, ms=13, marker="o",
        )  # fmt: skip
