"""A table with its title and its note, drawn in a width: one line a row, or one block a row."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.box import SIMPLE_HEAD, Box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from records.terminal.fitting import AROUND, BETWEEN, Field, Fitted, fitted, width_together
from records.terminal.sentences import width_of, wrapped

LEAST = 76  # columns, for a line a row; a narrower terminal has a block a row where that is more
WIDEST_NOTE = 170  # columns, in files


class Sheet(NamedTuple):
    """A table of strings.

    common: what all rows share, said beside the title. rest: where all columns are, where some
    are left out: "--wide has them".
    """

    title: str
    fields: Sequence[Field]
    note: str = ""
    common: Sequence[str] = ()
    rest: str = ""
    box: Box | None = SIMPLE_HEAD

    def parts(self, width: int | None, text: int | None = None) -> Iterator[RenderableType]:
        """Title, table, note, and what was left out, in a width; None: all of it.

        text: the width of title and note, where it is another.
        """
        shown = Fitted(tuple(self.fields)) if width is None else fitted(self.fields, width)
        narrow = width is not None and width < LEAST and width_together(self.fields) > width
        if blocks := narrow or not shown.fits:
            shown = Fitted(tuple(self.fields))
        to = text or width or WIDEST_NOTE
        if self.title:
            common = ", ".join((*self.common, *shown.said))
            said = f" ({common})" if common else ""
            yield wrapped(Text.assemble((self.title, "bold"), said), to)
        yield from _blocks(shown.fields) if blocks else [_table(shown.fields, self.box)]
        if self.note:
            yield wrapped(Text(self.note, style="dim italic"), to)
        if shown.left_out:
            where = f": {self.rest}" if self.rest else ""
            yield wrapped(f"left out here: {', '.join(shown.left_out)}{where}", to)

    def show(self, console: Console, *, wide: bool = False) -> None:
        """Print it; wide: all columns, whatever there is room for."""
        width = width_of(console)
        for part in self.parts(None if wide else width, width):
            console.print(part, crop=False, soft_wrap=isinstance(part, Text))


def _table(fields: Sequence[Field], box: Box | None) -> Table:
    after, before = (BETWEEN - 1, 0) if box else (BETWEEN, AROUND)  # a box has lines and edges
    table = Table(box=box, padding=(0, after, 0, 0), width=width_together(fields) - before)
    for field in fields:
        table.add_column(
            Text(field.heading),
            justify="left" if field.is_words else "right",
            no_wrap=not field.breaks_at,
            overflow="fold",
            width=field.width,
        )
    for cells in zip(*(field.cells for field in fields), strict=True):
        table.add_row(*map(Text, cells))
    return table


def _blocks(fields: Sequence[Field]) -> Iterator[RenderableType]:
    """Each row as lines "heading  cell", an empty line between rows."""
    for row in zip(*(field.cells for field in fields), strict=True):
        block = Table.grid(padding=(0, 2, 0, 0))
        block.add_column(no_wrap=True)
        block.add_column(overflow="fold")
        for field, cell in zip(fields, row, strict=True):
            if cell:
                block.add_row(Text(field.heading, style="bold"), Text(cell))
        yield block
        yield Text()
