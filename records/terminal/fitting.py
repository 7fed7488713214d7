"""Which columns of a table a width has room for.

A table that is too wide says once what all its rows share, then says less (a verdict without its
"+12"), breaks names above NAME columns between words, then leaves out columns, those last that
tell rows apart and those never that matter most. Shorter names are broken where all that does not
help, figures never.
"""

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len

NONE = "—"
NAME = 44
BETWEEN, AROUND = 2, 1  # columns of space after each column of a table, and before the first


class Field(NamedTuple):
    """A column of a table.

    short: the cells in fewer signs, where there are such.
    is_words: it stands to the left. is_key: it tells rows apart, rather than says what came out.
    leaves: the larger, the sooner it is left out; 0: never.
    breaks_at: its cells are broken between words, to so many columns; 0: they are not.
    """

    heading: str
    cells: Sequence[str]
    short: Sequence[str] | None = None
    is_words: bool = False
    is_key: bool = False
    leaves: int = 0
    breaks_at: int = 0

    @property
    def width(self) -> int:
        """Columns of the terminal."""
        return self.breaks_at or max(map(cell_len, (self.heading, *self.cells)))

    @property
    def longest_word(self) -> int:
        """Columns of its longest word."""
        return max(map(cell_len, " ".join((self.heading, *self.cells)).split()), default=0)


class Fitted(NamedTuple):
    """What a width has room for.

    said: what all rows share, "teacher MNIST-Big". left_out: headings. fits: False where not even
    what is never left out has room.
    """

    fields: tuple[Field, ...]
    said: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    fits: bool = True


def width_together(fields: Sequence[Field]) -> int:
    """Columns that a table of these takes."""
    return AROUND + sum(field.width + BETWEEN for field in fields)


def fitted(fields: Sequence[Field], width: int) -> Fitted:
    """The columns that a width has room for, as they are shown there."""
    fields = tuple(fields)
    if width_together(fields) <= width:
        return Fitted(fields)
    fields, said = _shared(fields)
    if width_together(fields) > width:
        fields = tuple(_shortened(field) for field in fields)
    leave = _leaving(_broken(fields, width, NAME), width)
    kept = [field for number, field in enumerate(fields) if number not in leave]
    left_out = tuple(field.heading for number, field in enumerate(fields) if number in leave)
    shown = _broken(kept, width)
    return Fitted(shown, said, left_out, width_together(shown) <= width)


def _shared(fields: tuple[Field, ...]) -> tuple[tuple[Field, ...], tuple[str, ...]]:
    """The fields without the keys, but the first, that all rows share; and what these say."""
    alike = [field for field in fields[1:] if field.is_key and len({*field.cells}) == 1]
    said = tuple(f"{one.heading} {one.cells[0]}" for one in alike if one.cells[0] != NONE)
    return tuple(field for field in fields if field not in alike), said


def _shortened(field: Field) -> Field:
    return field._replace(cells=field.short) if field.short else field


def _leaving(fields: Sequence[Field], width: int) -> set[int]:
    """Which leave, by number: as few as need be; what has room in the end is taken back."""
    gone: list[int] = []

    def kept(without: Sequence[int]) -> list[Field]:
        return [field for number, field in enumerate(fields) if number not in without]

    leaving = [number for number, field in enumerate(fields) if field.leaves]
    for number in sorted(leaving, key=lambda number: -fields[number].leaves):
        fewer = [*gone, number]
        if width_together(kept(gone)) > width and _told(kept(fewer)) == _told(kept(gone)):
            gone = fewer
    for number in reversed(gone):
        more = [one for one in gone if one != number]
        if width_together(kept(more)) <= width:
            gone = more
    return {*gone}


def _told(fields: Sequence[Field]) -> int:
    """How many rows these tell apart."""
    keys = [field.cells for field in fields if field.is_key]
    return len({*zip(*keys, strict=True)}) if keys else 0


def _broken(fields: Sequence[Field], width: int, least: int = 0) -> tuple[Field, ...]:
    """With words broken to what has room, the longest first, to so many columns at least."""
    found = [*fields]
    least_of = [max(least, field.longest_word) for field in found]
    for _ in range(width_together(found) - width):
        long = [n for n, one in enumerate(found) if one.is_words and one.width > least_of[n]]
        if not long:
            break
        widest = max(long, key=lambda number: found[number].width)
        found[widest] = found[widest]._replace(breaks_at=found[widest].width - 1)
    return tuple(found)
