"""Commands: Typer's options, with every mistake as one line on stderr and exit code 2."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from trainables.errors import BadInputError, StudyError, harmless, one_line

Command = TyperCommand | TyperGroup

TrackingUri = Annotated[
    str | None,
    typer.Option(
        envvar="MLFLOW_TRACKING_URI", help="MLflow.", show_default="sqlite in the results folder"
    ),
]
Results = Annotated[
    Path, typer.Option(envvar="STUDY_RESULTS", help="The folder of records and artifacts.")
]
Storage = Annotated[
    str | None,
    typer.Option(
        envvar="STUDY_STORAGE",
        help="Where teachers and VAEs are kept: a folder that every node shares, or "
        "s3://BUCKET/FOLDER and the like.",
        show_default="in the results folder",
    ),
]
FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130
LONGEST_ERROR = 5_000  # characters: some list all names that there are


def command_of(function: Callable[..., int]) -> Command:
    """A function's parameters as the options of a command."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(function)
    command = get_command(app)
    assert isinstance(command, Command)
    return command


def run_command(command: Callable[..., int] | Command, name: str | None = None) -> int:
    """Run a command over sys.argv; its exit code; errors that we know as one line.

    name: what its usage calls it, else the program that was started.
    """
    if not isinstance(command, Command):
        command = command_of(command)
    try:  # a KeyboardInterrupt is Typer's: it makes INTERRUPTED of it
        return int(command.main(prog_name=name, standalone_mode=False) or 0)
    except StudyError as error:
        _say_error(str(error))
        return FAILED
    except BadInputError as error:
        line = str(error)
    except Exception as error:
        # Usage errors are click's, which Typer carries inside itself under a private name.
        if not hasattr(error, "format_message"):
            from records.client import may_pass  # SQLAlchemy

            if not may_pass(error):
                raise
            _say_error(f"{one_line(error)}; the same command tries again")
            return FAILED
        given = " ".join(sys.argv[1:])
        line = f"{error.format_message().rstrip('.')}; given was: {given}; see --help"
    _say_error(line)
    return BAD_INPUT


def _say_error(line: str) -> None:
    """On stderr: one line, broken between words on a terminal; it may hold foreign names."""
    from rich.console import Console  # where it is used: it takes a twentieth of a second

    from records.terminal import say

    said = harmless(" ".join(line.split()), LONGEST_ERROR)
    say(Console(stderr=True), f"error: {said}")


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """For writing to a path that a user gave: BadInputError where that cannot be done."""
    try:
        yield
    except OSError as error:
        raise BadInputError(
            f"cannot write {path}: {error.strerror or error}; give another --out"
        ) from None
