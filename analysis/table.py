"""The table of a space, from its MLflow records alone: python -m analysis.table --space grid

For every setting: mean ± std (ddof 1) and interval of test accuracy and cross-entropy, what the
seeds support against the student alone, the printed values, teachers and cost.
"""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from analysis.evidence.rows import Row, lacks, rows_of
from analysis.methods.comparison import transfer_views
from analysis.objects import object_lacks, object_views, truth_of
from analysis.sections import answer, first_views
from analysis.tables.console import show, show_views
from analysis.tables.formats import Format, render, render_views
from analysis.tables.selection_views import selection_views
from analysis.tables.view import View
from analysis.tables.views import views
from records.cli import Results, TrackingUri, run_command
from records.read import read_study
from records.reader import read_only
from records.schema import Study
from search_spaces import names
from trainables.errors import BadInputError


def table(
    space: Annotated[
        str, typer.Option(help="The space, as it was launched.", autocompletion=names)
    ],
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TEXT,
    limit: Annotated[int, typer.Option(help="Rows of each view, as text.", min=1)] = 100,
    view: Annotated[
        str | None,
        typer.Option(help="Only views with this in their title: 'by class', 'cost' or another."),
    ] = None,
    wide: Annotated[
        bool, typer.Option("--wide", help="All columns, as text, however narrow the terminal.")
    ] = False,
    tracking_uri: TrackingUri = None,
    results: Results = Path("results"),
) -> int:
    """Print the table of a space from its MLflow records."""
    study = read_study(read_only(space, tracking_uri, results), space)
    rows = rows_of(study)
    if view is not None:
        found = _named(view, study, rows)
        if form is Format.TEXT:
            show_views(found, Console(), limit, wide)
        else:
            print(render_views(found, form), end="")
    elif form is Format.TEXT:
        more = chain(first_views(rows), transfer_views(rows))
        show(study, rows, answer(rows), more, Console(), limit, wide=wide)
    else:
        every = [*first_views(rows), *selection_views(rows), *transfer_views(rows)]
        print(render(study, rows, form, [*lacks(rows), *study.notes], every), end="")
    return 0


def _named(words: str, study: Study, rows: Sequence[Row]) -> list[View]:
    """The views whose titles have these words, those of answers object by object among them.

    Raises BadInputError with the titles that there are, and why others are not.
    """
    truth = truth_of(study.space, rows)
    every = [
        *views(rows),
        *first_views(rows),
        *selection_views(rows),
        *transfer_views(rows),
        *object_views(rows, truth),
    ]
    found = [view for view in every if words.casefold() in view.title.casefold()]
    if found:
        return found
    for title, reason in object_lacks(rows, truth):
        if words.casefold() in title.casefold():
            raise BadInputError(f"{title}: {reason}")
    titles = "; ".join(view.title for view in every) or "none"
    raise BadInputError(
        f"no view of {study.space} has {words!r} in its title: give words of one of these: "
        f"{titles}"
    )


if __name__ == "__main__":
    raise SystemExit(run_command(table))
