"""How a settings dataclass checks its own fields: one clear line for a wrong value."""

import math
import re
import stat
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from trainables.errors import BadInputError, unknown

NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")
MOST_BYTES = 4 * 2**30  # of a user's file, as it lies there and as it is decoded


def check_choice(owner: Any, field: str, allowed: Iterable[str]) -> None:
    """Raise BadInputError unless the field holds one of the allowed names."""
    if getattr(owner, field) not in (allowed := tuple(allowed)):
        raise unknown(f"{type(owner).__name__}.{field}", getattr(owner, field), allowed)


def check_whole(owner: Any, field: str, *, at_least: int, at_most: float = math.inf) -> None:
    """Raise BadInputError unless the field holds a whole number in range."""
    value = getattr(owner, field)
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or not at_least <= value <= at_most:
        most = f" and ≤ {at_most:,}" if at_most < math.inf else ""
        raise BadInputError(
            f"{type(owner).__name__}.{field} is {value!r}: give a whole number ≥ {at_least}{most}"
        )


def check_real(
    owner: Any,
    field: str,
    *,
    at_least: float = -math.inf,
    above: float = -math.inf,
    at_most: float = math.inf,
    below: float = math.inf,
) -> None:
    """Raise BadInputError unless the field holds a finite number in range; 1 becomes 1.0."""
    value = getattr(owner, field)
    bounds = [
        text
        for bound, text in (
            (at_least, f"≥ {at_least:g}"),
            (above, f"> {above:g}"),
            (at_most, f"≤ {at_most:g}"),
            (below, f"< {below:g}"),
        )
        if math.isfinite(bound)
    ]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value):
        wanted = f"a number {' and '.join(bounds)}" if bounds else "a number"
        raise BadInputError(f"{type(owner).__name__}.{field} is {value!r}: give {wanted}")
    if value < at_least or value <= above or value > at_most or value >= below:
        raise BadInputError(
            f"{type(owner).__name__}.{field} is {value:g}: it must be {' and '.join(bounds)}"
        )
    object.__setattr__(owner, field, float(value) + 0.0)  # + 0.0 turns -0.0 into 0.0


def check_flag(owner: Any, field: str) -> None:
    """Raise BadInputError unless the field holds True or False."""
    if not isinstance(value := getattr(owner, field), bool):
        raise BadInputError(f"{type(owner).__name__}.{field} is {value!r}: give True or False")


def check_told_apart(what: str, value: Any) -> None:
    """Raise BadInputError unless it can be hashed, as all must that a setting consists of."""
    try:
        hash(value)
    except TypeError:
        raise BadInputError(
            f"{what} cannot be told from others: its fields must be numbers, strings, tuples and "
            "frozen dataclasses"
        ) from None


def check_name(what: str, name: str) -> None:
    """Raise BadInputError unless it can name experiments and files wherever they are kept."""
    if not NAME.fullmatch(name):
        raise BadInputError(f"{what} is 1 to 60 letters, digits, _ or -; given was {name!r}")


def check_file(path: Path) -> None:
    """Raise BadInputError unless a user's file is one, and not too large to be read whole.

    A pipe would keep a reader waiting for ever. What is not there, its reader says.
    """
    try:
        found = path.stat()
    except OSError:
        return
    if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):
        raise BadInputError(f"{path} is no file but a pipe or a device: take it away")
    check_bytes(str(path), found.st_size)


def check_bytes(what: str, size: int) -> None:
    """Raise BadInputError for more than is read of a user's file."""
    if size > MOST_BYTES:
        raise BadInputError(
            f"{what} has {size:,} bytes, and at most {MOST_BYTES:,} are read of a file: give less"
        )


def check_unpacked(path: Path) -> None:
    """Raise BadInputError for a zip whose files have more bytes, unpacked, than are read.

    None of them can be longer than the archive says: what follows is not unpacked.
    """
    with zipfile.ZipFile(path) as archive:
        check_bytes(f"{path}, unpacked,", sum(each.file_size for each in archive.infolist()))
