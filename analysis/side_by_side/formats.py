"""Studies side by side: text, whole at 80 columns; CSV, in full precision; one HTML file."""

import io
from collections.abc import Sequence
from enum import StrEnum

from rich.console import Console

from analysis.side_by_side.sentences import sentences
from analysis.side_by_side.studies import SideBySide
from analysis.side_by_side.views import figures_of, views
from analysis.tables.console import show_views
from records.terminal import say

WIDTH = 80
MOST_ROWS = 40
REST = "--format csv or html"


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
    console = Console(file=file, width=width, force_terminal=True, color_system=None)
    for sentence in sentences(beside):
        say(console, sentence)
    console.print()
    show_views(views(beside), console, MOST_ROWS, rest=REST)
    lines = (line.rstrip() for line in file.getvalue().splitlines())
    return "\n".join(lines).rstrip() + "\n"


def _page(every: Sequence[SideBySide]) -> str:
    from analysis.pages import grid, page  # Jinja: for pages alone

    parts = [(beside, sentences(beside), [*map(grid, views(beside))]) for beside in every]
    return page("compare.html.j2", parts=parts)
