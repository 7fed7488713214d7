"""λ alone, for targets that have no temperature: the score of each setting against its λ."""

from collections.abc import Iterator, Sequence

from analysis.evidence.rows import Row
from analysis.evidence.selection import tuned
from analysis.figures.figure import COLOURS, Drawn, new_figure, style
from analysis.figures.maps import FEWEST, score


def draw(rows: Sequence[Row]) -> Iterator[Drawn]:
    """One figure a search that asked for several λ."""
    for one in tuned(rows):
        weights = {row["lambda"] for row in one.asked}
        if not one.main.power or len(weights) < FEWEST:
            continue
        yield _figure(one.name, one.asked, one.best)


def _figure(name: str, asked: Sequence[Row], best: Row) -> Drawn:
    main, kept = best.domain.main, [row for row in asked if not row.pruned]
    with style(f"lambda_{name}"):
        figure = new_figure(3.0)
        axes = figure.subplots()
        scores = [score(row) for row in kept]
        axes.plot([row.number("lambda") for row in kept], scores, "o", color=COLOURS[0], ms=4)
        axes.plot(
            best.number("lambda"), score(best), "o", mfc="none", mec=COLOURS[1], mew=1.8, ms=11,
            label="chosen",
        )  # fmt: skip
        axes.set(xlabel="weight of the hard labels λ", ylabel=f"mean validation {main.with_unit}")
        axes.legend()
        axes.grid(visible=True)
    worst = max(kept, key=lambda row: -main.sign * score(row))
    title = (
        f"{name}: validation {main.title} is {main.text(score(best))} at λ "
        f"{best.number('lambda'):.2g} and {main.text(score(worst))} at λ "
        f"{worst.number('lambda'):.2g}"
    )
    caption = (
        f"Mean validation {main.title} over n = {len(best.finished)} seeds and the parts held "
        f"out, of {len(kept)} settings; the ring marks the chosen one. Test selects nothing."
    )
    return Drawn(f"lambda_{name}", title, caption, figure)
