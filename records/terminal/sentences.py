"""Sentences on a terminal: broken between words, never in one; in a file a line each."""

import textwrap

from rich.console import Console
from rich.text import Text

NOTEBOOK = 80
"""Columns of a sentence in a notebook."""


def width_of(console: Console) -> int | None:
    """Columns of a terminal; None of a file, and of a notebook, which scrolls."""
    return console.width if console.is_terminal else None


def wrapped(text: str | Text, width: int | None) -> Text:
    """A text broken between words to so many columns; None: as it is.

    A word that is longer than a line, an address say, has a line of its own and is left whole, so
    that it can be copied.
    """
    words = Text(text) if isinstance(text, str) else text
    lines = [piece for line in words.split() for piece in _broken(line, width)]
    found = Text("\n", style=words.style).join(lines)
    found.no_wrap, found.overflow = True, "ignore"
    return found


def _broken(line: Text, width: int | None) -> list[Text]:
    found, at = [], 0
    wrapper = textwrap.TextWrapper(
        width or len(line) + 1,
        break_long_words=False,
        break_on_hyphens=False,
        expand_tabs=False,
        replace_whitespace=False,
    )
    for piece in wrapper.wrap(line.plain) or [""]:
        begin = line.plain.index(piece, at)
        at = begin + len(piece)
        found.append(line[begin:at])
    return found


def say(console: Console, text: str | Text, style: str = "") -> None:
    """Print a sentence, `wrapped`: in a notebook, where tables scroll, it need not."""
    width = NOTEBOOK if console.is_jupyter else width_of(console)
    console.print(wrapped(text, width), style=style, crop=False, soft_wrap=True)
