"""A view as a page shows it: what all its lines share said once, and each linked to its runs.

A view of a few long lines, such as what one search chose, stands on its side: a line of it is then
a column, so that it is read downwards and fits a sheet of paper.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from analysis.pages.addresses import NOWHERE, Addresses
from analysis.tables.view import View

WORDS, FIGURE, RUNS = "words", "figure", "runs"  # kinds of cells
LONG, FEW = 10, 2  # columns, and lines, of a view that stands on its side
PART = "· "  # begins a line that belongs to the one above: such tables cannot be sorted


@dataclass(frozen=True)
class Cell:
    """A cell: its text, its kind, WORDS, FIGURE or RUNS; of the last its link, and to whose."""

    text: str
    kind: str
    address: str = ""
    of: str = ""


@dataclass(frozen=True)
class Grid:
    """A table of a page.

    shared: what all lines have in common; is_on_its_side: whether each line has its own heading.
    """

    title: str
    note: str
    shared: str
    headings: list[Cell]
    lines: list[list[Cell]]
    is_on_its_side: bool

    @property
    def is_sortable(self) -> bool:
        """True where lines stand for themselves, and are more than two."""
        parts = any(line[0].text.startswith(PART) for line in self.lines)
        return len(self.lines) > 2 and not parts and not self.is_on_its_side


def grid(
    view: View, names: Mapping[str, str] | None = None, addresses: Addresses = NOWHERE
) -> Grid:
    """A view as a page shows it; names: of settings, by key, for what links say."""
    shared, table = view.shared() if len(view.table) > 1 else ("", view.table)
    columns = list(table.columns)
    kinds = [WORDS if view.has_words(column) else FIGURE for column in columns]
    headings = [
        Cell(view.heading(column), kind) for column, kind in zip(columns, kinds, strict=True)
    ]
    lines = [
        [Cell(str(text), kind) for text, kind in zip(cells, kinds, strict=True)]
        for cells in table.itertuples(index=False)
    ]
    if any(map(addresses.of, view.keys)):
        headings.append(Cell(RUNS, RUNS))
        for line, key in zip(lines, view.keys, strict=True):
            line.append(Cell(RUNS, RUNS, addresses.of(key), (names or {}).get(key, key)))
    on_its_side = len(lines) <= FEW and len(columns) >= LONG
    if on_its_side:
        headings, lines = _on_its_side(headings, lines)
    return Grid(view.title, view.note, shared, headings, lines, on_its_side)


def _on_its_side(
    headings: list[Cell], lines: list[list[Cell]]
) -> tuple[list[Cell], list[list[Cell]]]:
    """The first column becomes the headings, and all is words."""
    turned = [
        [cell if cell.kind == RUNS else replace(cell, kind=WORDS) for cell in column]
        for column in zip(headings, *lines, strict=True)
    ]
    return turned[0], turned[1:]
