"""Errors that a user can act on, and lines shown to them: one each, without a traceback."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches

MOST_SHOWN = 200  # characters of a library's error: some hold a whole SQL statement

Say = Callable[[str], None]  # shows a line to the user


class BadInputError(ValueError):
    """What was given, what is allowed, and what to do, in one line. Exit code 2."""


class StudyError(Exception):
    """What failed outside of this program, and how to go on, in one line. Exit code 1."""


def unknown(what: str, given: object, allowed: Iterable[str]) -> BadInputError:
    """The error for a name that does not exist, with the nearest one that does."""
    names = sorted(allowed)
    near = get_close_matches(str(given), names, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return BadInputError(f"unknown {what} {given!r}: {hint}known are {', '.join(names)}")


def one_line(error: object, *, last: bool = False) -> str:
    """An error's first line, cut where it is long; the name of its class if it says nothing.

    last: its last line, which is the one that says why where a traceback stands before it.
    """
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[-1 if last else 0][:MOST_SHOWN]
