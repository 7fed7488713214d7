"""The table of a space, from its MLflow records alone: python -m analysis.table --space grid

For every setting: mean ± std (ddof 1) and interval of test accuracy and cross-entropy, what the
seeds support against the student alone, the printed values, teachers and cost.
"""

from itertools import chain
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from analysis.evidence.rows import lacks, rows_of
from analysis.methods.comparison import transfer_views
from analysis.sections import first_views
from analysis.tables.console import show
from analysis.tables.formats import Format, render
from analysis.tables.selection_views import selection_views
from records.cli import Results, TrackingUri, run_command
from records.read import read_study
from records.reader import read_only
from search_spaces import names


def table(
    space: Annotated[
        str, typer.Option(help="The space, as it was launched.", autocompletion=names)
    ],
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TEXT,
    limit: Annotated[int, typer.Option(help="Rows of each view, as text.", min=1)] = 100,
    tracking_uri: TrackingUri = None,
    results: Results = Path("results"),
) -> int:
    """Print the table of a space from its MLflow records."""
    study = read_study(read_only(space, tracking_uri, results), space)
    rows = rows_of(study)
    if form is Format.TEXT:
        show(study, rows, chain(first_views(rows), transfer_views(rows)), Console(), limit)
    else:
        more = [*first_views(rows), *selection_views(rows), *transfer_views(rows)]
        print(render(study, rows, form, [*lacks(rows), *study.notes], more), end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(run_command(table))
