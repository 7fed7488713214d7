"""Commands called in this process: what they print and how they end, in a second less."""

import contextlib
import io
import sys
from typing import NamedTuple
from unittest.mock import patch

from records.cli import run_command


class Ended(NamedTuple):
    """Exit code, and both streams."""

    code: int
    out: str
    err: str


def call(command, *words):
    """A command with these words, as its own process would run it; the end of it."""
    out, err = io.StringIO(), io.StringIO()
    with (
        patch.object(sys, "argv", ["command", *map(str, words)]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = run_command(command)
    return Ended(code, out.getvalue(), err.getvalue())
