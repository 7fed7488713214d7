"""The table of a study on a terminal: its views, what was chosen, and what it lacks."""

from collections.abc import Iterable, Sequence
from itertools import chain, islice

from rich.box import SIMPLE_HEAD
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

from analysis.evidence.choice import choice
from analysis.evidence.rows import Row, lacks
from analysis.tables.selection_views import chosen_views
from analysis.tables.view import SHAREABLE, VERDICT, WAY, View
from analysis.tables.views import views
from records.schema import Study

WHOLE = (*SHAREABLE, VERDICT, WAY)  # never broken over lines
WIDTH_IN_FILES = 170


def show(
    study: Study,
    rows: Sequence[Row],
    opening: str,
    more: Iterable[View],
    console: Console,
    limit: int | None = None,
    most: int = 9,
) -> None:
    """Print a study's answer, its table, what was chosen and what it lacks.

    opening: the answer, in one sentence; more: further views, after the table's own.
    limit: rows of each view; most: views of the table.
    """
    _widen(console)
    title = Text.assemble((study.space, "bold"), f": {study.about}")
    console.print(title, highlight=False, soft_wrap=True)
    console.print(opening, style="bold", markup=False, highlight=False, soft_wrap=True)
    show_views(chain(islice(views(rows), most), chosen_views(rows), more), console, limit)
    for sentence in (*choice(rows), *lacks(rows), *study.notes):
        console.print(sentence, markup=False, highlight=False, soft_wrap=True)


def show_views(found: Iterable[View], console: Console, limit: int | None = None) -> None:
    """Print views alone; limit: rows of each."""
    _widen(console)
    for view in found:
        console.print(_grid(view, limit))
        if limit and len(view.table) > limit:
            console.print(f"{len(view.table) - limit} more rows in the whole table")
        console.print()


def _widen(console: Console) -> None:
    if not console.is_terminal:
        console.width = WIDTH_IN_FILES


def _grid(view: View, limit: int | None) -> Table:
    common, shown = view.shared()
    grid = Table(
        title=Text.assemble(
            (view.title, "bold not italic"), f" ({common})" if common else "", style="table.title"
        ),
        caption=Text(view.note, style="table.caption"),
        title_justify="left",
        caption_justify="left",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    for column in shown.columns:
        justify: JustifyMethod = "left" if view.has_words(column) else "right"
        grid.add_column(
            Text(view.heading(column)), justify=justify, overflow="fold", no_wrap=column in WHOLE
        )
    for line in shown.head(limit or len(shown)).itertuples(index=False):
        grid.add_row(*(Text(str(cell)) for cell in line))  # names are no markup
    return grid
