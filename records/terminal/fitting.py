"""Which columns of a table a width has room for.

A table that is too wide says once what all its rows share, then says less (a verdict without its
"+12"), then leaves out columns, those last that tell rows apart and those never that matter most;
where a name alone is too long, it is broken between words. No other cell is ever broken.
"""

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len

NONE = "—"
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
    kept = _kept(fields, width)
    left_out = tuple(field.heading for field in fields if field not in kept)
    kept = _broken(kept, width)
    return Fitted(kept, said, left_out, width_together(kept) <= width)


def _shared(fields: tuple[Field, ...]) -> tuple[tuple[Field, ...], tuple[str, ...]]:
    """The fields without the keys, but the first, that all rows share; and what these say."""
    alike = [field for field in fields[1:] if field.is_key and len({*field.cells}) == 1]
    said = tuple(f"{one.heading} {one.cells[0]}" for one in alike if one.cells[0] != NONE)
    return tuple(field for field in fields if field not in alike), said


def _shortened(field: Field) -> Field:
    return field._replace(cells=field.short) if field.short else field


def _kept(fields: tuple[Field, ...], width: int) -> tuple[Field, ...]:
    """Without what leaves first, as much as need be; what has room in the end is taken back."""
    kept, gone = list(fields), list[Field]()
    for field in sorted((one for one in fields if one.leaves), key=lambda one: -one.leaves):
        rest = [one for one in kept if one is not field]
        if width_together(kept) > width and _tell_as_much(rest, kept):
            kept, gone = rest, [field, *gone]
    for field in gone:
        more = [one for one in fields if one is field or any(one is other for other in kept)]
        if width_together(more) <= width:
            kept = more
    return tuple(kept)


def _tell_as_much(few: Sequence[Field], many: Sequence[Field]) -> bool:
    """Whether as many rows are told apart by fewer fields."""
    return _told(few) == _told(many)


def _told(fields: Sequence[Field]) -> int:
    keys = [field.cells for field in fields if field.is_key]
    return len({*zip(*keys, strict=True)}) if keys else 0


def _broken(fields: tuple[Field, ...], width: int) -> tuple[Field, ...]:
    """With names broken between words, the longest first, as far as need be."""
    for field in sorted(fields, key=lambda one: -one.width):
        over = width_together(fields) - width
        if over > 0 and field.is_words:
            room = max(field.width - over, field.longest_word)
            fields = tuple(f._replace(breaks_at=room) if f is field else f for f in fields)
    return fields
