"""Ways that were tuned alike over several spaces: python -m analysis.ranks --space A --space B

For one space the table has them: python -m analysis.table. Here are the ways that all of the
spaces have: mean rank, gain and probability of improvement with intervals, and the gain in each.
"""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from analysis.evidence.rows import rows_of
from analysis.ranking.across import across_views, shared_names
from analysis.ranking.ways import Ways, ways_of
from analysis.tables.console import show_views
from analysis.tables.formats import Format, render_views
from records.cli import Results, TrackingUri, run_command
from records.read import read_study
from records.reader import read_only
from search_spaces import names
from trainables.errors import BadInputError


def ranks(
    space: Annotated[
        list[str],
        typer.Option(help="Two spaces or more, as they were launched.", autocompletion=names),
    ],
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TEXT,
    wide: Annotated[
        bool, typer.Option("--wide", help="All columns, as text, however narrow the terminal.")
    ] = False,
    tracking_uri: TrackingUri = None,
    results: Results = Path("results"),
) -> int:
    """Print the ways that several spaces have in common, from their MLflow records."""
    if len(set(space)) < 2:
        raise BadInputError(
            f"--space is {', '.join(space)}: give two spaces or more, each once "
            "(of one: python -m analysis.table)"
        )
    studies: dict[str, Ways] = {}
    for name in space:
        rows = rows_of(read_study(read_only(name, tracking_uri, results), name))
        ways = ways_of(rows)
        if ways is None:
            raise BadInputError(
                f"{name} has no ways that were tuned alike: give spaces, launched to their end, "
                "whose searches have equal budgets, one of them of the student alone (see "
                "search_spaces/rows/fair)"
            )
        studies[name] = ways
    if len(shared_names(studies)) < 2:
        raise BadInputError(
            f"{', '.join(space)} have no way in common but the student alone: searches are the "
            "same way where they have the same name"
        )
    found = across_views(studies)
    if form is Format.TEXT:
        show_views(found, Console(), wide=wide, rest="--wide or --format csv")
    else:
        print(render_views(found, form), end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(run_command(ranks))
