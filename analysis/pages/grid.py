"""A view as a page shows it: what all its lines share said once, and each linked to its runs.

A view of a few long lines, such as what one search chose, stands on its side: a line of it is then
a column, so that it is read downwards and fits a sheet of paper.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.pages.addresses import NOWHERE, Addresses
from analysis.tables.view import View

LONG, FEW = 9, 3  # columns, and lines, of a view that stands on its side
PART = "· "  # begins a line that belongs to the one above: such tables cannot be sorted


@dataclass(frozen=True)
class Cell:
    """A cell: its text, and whether it is words."""

    text: str
    is_words: bool


@dataclass(frozen=True)
class Line:
    """A line of a table; name, address: what its link says, and where its runs are."""

    cells: list[Cell]
    name: str = ""
    address: str = ""


@dataclass(frozen=True)
class Grid:
    """A table of a page.

    shared: what all lines have in common; is_on_its_side: whether each line has its own heading.
    """

    title: str
    note: str
    shared: str
    headings: list[Cell]
    lines: list[Line]
    is_on_its_side: bool

    @property
    def is_sortable(self) -> bool:
        """True where lines stand for themselves, and are more than two."""
        parts = any(line.cells[0].text.startswith(PART) for line in self.lines)
        return len(self.lines) > 2 and not parts and not self.is_on_its_side

    @property
    def has_links(self) -> bool:
        """True where any line has runs to link to."""
        return any(line.address for line in self.lines)


def grid(
    view: View, names: Mapping[str, str] | None = None, addresses: Addresses = NOWHERE
) -> Grid:
    """A view as a page shows it; names: of settings, by key, for what links say."""
    shared, table = view.shared() if len(view.table) > 1 else ("", view.table)
    columns = list(table.columns)
    words = [view.has_words(column) for column in columns]
    headings = [
        Cell(view.heading(column), has) for column, has in zip(columns, words, strict=True)
    ]
    keys: Sequence[str] = view.keys or [""] * len(table)
    lines = [
        Line(
            [Cell(str(text), has) for text, has in zip(cells, words, strict=True)],
            (names or {}).get(key, key),
            addresses.of(key),
        )
        for key, cells in zip(keys, table.itertuples(index=False), strict=True)
    ]
    on_its_side = len(lines) <= FEW and len(columns) >= LONG
    if on_its_side:
        headings, lines = _on_its_side(headings, lines)
    return Grid(view.title, view.note, shared, headings, lines, on_its_side)


def _on_its_side(headings: list[Cell], lines: list[Line]) -> tuple[list[Cell], list[Line]]:
    """The first column becomes the headings."""
    top = [headings[0], *(line.cells[0] for line in lines)]
    rest = [
        Line([Cell(heading.text, True), *(Cell(line.cells[place].text, True) for line in lines)])
        for place, heading in enumerate(headings[1:], 1)
    ]
    return [Cell(cell.text, True) for cell in top], rest
