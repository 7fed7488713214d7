"""The figures of a study, the paper's own and others, from records and stored artifacts alone.

figure.py        what a drawn figure is, and the look of all of them; svg.py: as SVG
forest.py        every row against the student alone; cost.py: its cost; looks.py: look by look
maps.py          λ × T by φ                     weights.py       λ alone, for a regression
search.py        a search's history             curves.py        quality over epochs
pictures.py      images under a link, the VAE   reliability.py   confidence against accuracy
classes.py       every row class by class       factors/         by labels, pairs, ways; ladders
__main__.py      the command: python -m analysis.figures

A module draws what the rows make meaningful: `Drawn`, or `Left` with the reason why not.
"""

from collections.abc import Iterator, Sequence

from mlflow import MlflowClient

from analysis.evidence.rows import Row
from analysis.figures import (
    classes,
    cost,
    curves,
    forest,
    looks,
    maps,
    pictures,
    reliability,
    search,
    weights,
)
from analysis.figures.factors import amounts, labels, ladder, ways
from analysis.figures.figure import Drawn, Left, save, svg_text
from analysis.objects import Truth, Unknown
from records.runs import curve
from records.schema import Study
from trainables.artifacts.store import Store

__all__ = ["Drawn", "Left", "draw_all", "save", "svg_text"]


def draw_all(
    study: Study,
    rows: Sequence[Row],
    client: MlflowClient,
    store: Store | None,
    truth: Truth | Unknown,
) -> tuple[list[Drawn], list[Left]]:
    """The figures that these records make meaningful, and those that cannot be drawn, and why.

    store: for those that show artifacts; truth: of the test objects, for what is by class.
    """

    def read(run_id: str, metric: str) -> dict[int, float]:
        return curve(client, run_id, metric)

    def every() -> Iterator[Drawn | Left]:
        yield from labels.draw(rows)
        yield from amounts.draw(rows)
        yield from ladder.draw(rows)
        yield from ways.draw(rows)
        yield from forest.draw(rows)
        yield from cost.draw(rows)
        yield from looks.draw(rows)
        yield from classes.draw(rows, truth)
        yield from maps.draw(rows)
        yield from weights.draw(rows)
        yield from search.draw(rows)
        yield from curves.draw(rows, read)
        yield from pictures.draw(rows, store)
        yield from reliability.draw(rows)

    found = list(every())
    return (
        [one for one in found if isinstance(one, Drawn)],
        [one for one in found if isinstance(one, Left)],
    )
