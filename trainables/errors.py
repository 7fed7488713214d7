"""Errors that a user can act on: shown as one line, without a traceback."""

from collections.abc import Iterable
from difflib import get_close_matches


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
