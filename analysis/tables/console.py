"""The table of a study on a terminal: its views, what was chosen, and what it lacks."""

from collections.abc import Iterable, Sequence
from itertools import chain, islice

from rich.console import Console
from rich.text import Text

from analysis.evidence.choice import choice
from analysis.evidence.rows import Row, lacks
from analysis.evidence.texts import NONE
from analysis.tables.selection_views import chosen_views
from analysis.tables.view import KEYS, SAYS, View
from analysis.tables.views import views
from records.schema import Study
from records.terminal import Field, Sheet, say

REST = "analysis.table --wide or --format csv"


def show(
    study: Study,
    rows: Sequence[Row],
    opening: str,
    more: Iterable[View],
    console: Console,
    limit: int | None = None,
    most: int = 9,
    wide: bool = False,
) -> None:
    """Print a study's answer, its table, what was chosen and what it lacks.

    opening: the answer, in one sentence; more: further views, after the table's own.
    limit: rows of each view; most: views of the table; wide: all columns, room or not.
    """
    say(console, Text.assemble((study.space, "bold"), f": {study.about}"))
    say(console, opening, style="bold")
    every = chain(islice(views(rows), most), chosen_views(rows), more)
    show_views(every, console, limit, wide)
    for sentence in (*choice(rows), *lacks(rows), *study.notes):
        say(console, sentence)


def show_views(
    found: Iterable[View],
    console: Console,
    limit: int | None = None,
    wide: bool = False,
    rest: str = REST,
) -> None:
    """Print views alone; limit: rows of each; rest: what shows columns left out for width."""
    for view in found:
        sheet_of(view, limit, rest).show(console, wide=wide)
        if limit and len(view.table) > limit:
            say(console, f"{len(view.table) - limit} more rows in the whole table")
        console.print()


def sheet_of(view: View, limit: int | None = None, rest: str = REST) -> Sheet:
    """A view as a terminal shows it: `limit` rows of it; rest: what shows all its columns."""
    common, table = view.shared()
    view = view._replace(table=table.head(limit or len(table)))
    order = view.leaving()
    return Sheet(
        view.title,
        [_field(view, column, order) for column in map(str, view.table)],
        view.note,
        (common,) if common else (),
        rest,
    )


def _field(view: View, column: str, order: Sequence[str]) -> Field:
    cells = [*map(str, view.table[column])]
    return Field(
        view.heading(column),
        cells,
        [_shorter(cell) for cell in cells] if column in (*SAYS, "λ", "T") else None,
        is_words=view.has_words(column),
        is_key=column in KEYS,
        leaves=len(order) - order.index(column) if column in order else 0,
    )


def _shorter(cell: str) -> str:
    """A verdict without the seeds that would settle it; a number to two digits."""
    word, _, _ = cell.partition(", +")
    return f"{float(cell):.2g}" if word != NONE and word[:1].isdigit() else word
