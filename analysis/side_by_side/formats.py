"""Studies side by side: text, whole at 80 columns; CSV, in full precision; one HTML file."""

import io
from collections.abc import Sequence
from enum import StrEnum

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from analysis.side_by_side.sentences import sentences
from analysis.side_by_side.studies import SideBySide
from analysis.side_by_side.views import DIFFER, MEAN, figures_of, views
from analysis.tables.view import SETTING, View

WIDTH, WIDE = 80, 120
AT_WIDE = (MEAN, DIFFER)  # columns that stand where there is room, beside names unbroken
MOST_ROWS = 40


class Form(StrEnum):
    """How to write it."""

    TEXT = "text"
    CSV = "csv"
    HTML = "html"


def written(every: Sequence[SideBySide], form: Form, width: int = WIDTH) -> str:
    """Each other study beside the first, in a format; width: columns of text, 80 at least."""
    match form:
        case Form.CSV:
            return figures_of(every).to_csv(index=False)
        case Form.HTML:
            return _page(every)
        case Form.TEXT:
            return "\n".join(_text(beside, max(width, WIDTH)) for beside in every)


def _text(beside: SideBySide, width: int) -> str:
    file = io.StringIO()
    console = Console(file=file, width=width, highlight=False, force_terminal=False)
    for sentence in sentences(beside):
        console.print(sentence, markup=False)
    for view in views(beside):
        console.print()
        console.print(_grid(view, width))
        if (more := len(view.table) - MOST_ROWS) > 0:
            console.print(f"{more:,} more settings: --format csv or html has them all")
    lines = (line.rstrip() for line in file.getvalue().splitlines())
    return "\n".join(lines) + "\n"


def _grid(view: View, width: int) -> Table:
    """Settings take what room there is, over several lines; no figure is broken."""
    grid = Table(
        title=Text(view.title, style="table.title"),
        caption=Text(view.note, style="table.caption"),
        title_justify="left",
        caption_justify="left",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    shown = view.table.head(MOST_ROWS)
    if width < WIDE:
        shown = shown.drop(columns=[*AT_WIDE], errors="ignore")
    for column in shown:
        of_settings, words = column == SETTING, view.has_words(str(column))
        grid.add_column(
            Text(str(column)),
            justify="left" if words else "right",
            no_wrap=not of_settings,
            overflow="fold",
        )
    for line in shown.itertuples(index=False):
        grid.add_row(*(Text(str(cell)) for cell in line))  # names are no markup
    return grid


def _page(every: Sequence[SideBySide]) -> str:
    from analysis.pages import grid, page  # Jinja: for pages alone

    parts = [(beside, sentences(beside), [*map(grid, views(beside))]) for beside in every]
    return page("compare.html.j2", parts=parts)
