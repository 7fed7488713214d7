"""Aligned text, of at most WIDTH columns."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field

WIDTH = 100


@dataclass
class Section:
    """Rows under headings, and lines below them."""

    title: str
    headings: Sequence[str] = ()
    rows: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Title, rows and notes; the first column is aligned left, the others right."""
        lines = textwrap.wrap(self.title, WIDTH)
        table = [self.headings, *self.rows]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        for row in table if self.rows else []:
            cells = [
                cell.rjust(width) if place else cell.ljust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            lines.append(("  " + "  ".join(cells)).rstrip())
        for note in self.notes:
            lines += textwrap.wrap(note, WIDTH, initial_indent="  ", subsequent_indent="  ")
        return "\n".join(lines)


def number(value: float | None, digits: int = 3) -> str:
    """To so many digits, 1,234 as 1,234; a dash where there is none."""
    if value is None:
        return "-"
    if abs(value) >= 10 ** (digits - 1):
        return f"{value:,.0f}"
    return f"{value:.{digits}g}"
