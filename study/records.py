"""Move a study's records between MLflow stores, loss-free:

    python -m study.records export --space grid --file grid.jsonl.gz
    python -m study.records import --file grid.jsonl.gz --tracking-uri http://HOST:5000

One JSON line an experiment and a run: tags, parameters, every metric's history, inputs, times.
An import that was stopped goes on with the same command; one into a store that holds more of
the study than the file takes nothing away. Left out are runs that are still RUNNING (export
again when they have ended), deleted runs, and files: our runs have no MLflow artifacts, and the
results folder's `artifacts` (teachers, VAEs, logits) are made again, or copied by hand.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from records.cli import Results, TrackingUri, run_command
from records.client import open_client, open_records
from records.folder import database_uri, mlflow_files
from records.jsonl import read_lines, write_lines
from records.transfer import export, load
from search_spaces import names
from trainables.errors import BadInputError


class Direction(StrEnum):
    """Out of a store or into one."""

    EXPORT = "export"
    IMPORT = "import"


def records(
    direction: Annotated[Direction, typer.Argument(help="Out of MLflow, or into it.")],
    file: Annotated[Path, typer.Option(help="JSON lines; compressed if it ends in .gz.")],
    space: Annotated[
        str | None, typer.Option(help="What to export.", autocompletion=names)
    ] = None,
    tracking_uri: TrackingUri = None,
    results: Results = Path("results"),
) -> int:
    """Export a space's records to a file, or import such a file."""
    if direction is Direction.EXPORT:
        if space is None:
            raise BadInputError("--space is missing: which one is to be exported?")
        last = write_lines(file, export(open_records(space, tracking_uri, results), space))
        left_out = f"; {last['running']} RUNNING were left out" if last["running"] else ""
        print(f"{last['runs']} runs in {file}{left_out}")
        return 0
    lines = read_lines(file)
    client = open_client(tracking_uri or database_uri(results))
    root = None if tracking_uri else str(mlflow_files(results))
    written, skipped = load(client, lines, root)
    print(f"{written} runs imported, {skipped} were there already")
    return 0


if __name__ == "__main__":
    raise SystemExit(run_command(records))
