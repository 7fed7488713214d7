"""Errors that a user can act on, and lines shown to them: one each, without a traceback."""

import unicodedata
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any

MOST_SHOWN = 200  # characters of a library's error: some hold a whole SQL statement
LONGEST = 1_000  # characters of a text that others wrote
ESCAPED = {"Cc", "Cs", "Zl", "Zp"}  # control characters, halves of characters, ends of lines
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

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
    return harmless(lines[-1 if last else 0][:MOST_SHOWN])


def harmless(text: str, most: int = LONGEST) -> str:
    r"""A text that others wrote, so that it can be shown: on a terminal, a page, in a figure.

    Control characters, ends of lines, halves of characters and what turns the direction of writing
    are escaped as Python does it (\x1b, \u202e), and what is longer than `most` is cut. All else
    stays as it is: what marks text up is for each output to escape.
    """
    if len(text) > most:
        text = f"{text[:most]}…"
    if text.isprintable():
        return text
    return "".join(
        one.encode("unicode_escape").decode()
        if one in TURNING or unicodedata.category(one) in ESCAPED
        else one
        for one in text
    )


def harmless_all(plain: Any) -> Any:
    """The same of all texts in what JSON says: the keys, too."""
    if isinstance(plain, str):
        return harmless(plain)
    if isinstance(plain, list):
        return [harmless_all(each) for each in plain]
    if isinstance(plain, dict):
        return {harmless(key): harmless_all(each) for key, each in plain.items()}
    return plain
