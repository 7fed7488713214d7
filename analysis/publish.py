"""The one door from a study to analysis: its commands, and what a launch says at its end.

What draws is imported where it is used: matplotlib takes a second.
"""

from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
from requests import RequestException
from rich.console import Console

from analysis.evidence.questions import questions, seeds_wanted
from analysis.evidence.rows import rows_of
from analysis.factors import factor_views
from analysis.methods.comparison import transfer_views
from analysis.tables.columns import build
from analysis.tables.console import show
from records.folder import figures_folder, report_path
from records.read import read_study
from records.schema import Study
from trainables.artifacts.store import Store

if TYPE_CHECKING:
    from mlflow import MlflowClient

ROWS_AT_THE_END, VIEWS_AT_THE_END = 25, 2


class Judged(NamedTuple):
    """What a look at a study says.

    open, of: how many comparisons are undecided, of how many.
    seeds_wanted: how many seeds the next look needs, by the key of a setting.
    """

    open: int
    of: int
    seeds_wanted: dict[str, int]


def judge(study: Study) -> Judged:
    """Look at all comparisons of a study until decided."""
    asked = list(questions(rows_of(study)))
    return Judged(sum(one.is_open for one in asked), len(asked), seeds_wanted(asked))


def publish(
    client: "MlflowClient",
    space: str,
    store: Store,
    results: Path,
    console: Console,
    *,
    news: bool,
) -> pd.DataFrame:
    """Show a study's table, and write its report, figures and MLflow notes; the whole table.

    news: whether anything ended since they were written last; without, they are left as they are.
    """
    console.print()
    study = read_study(client, space)
    rows = rows_of(study)
    more = chain(factor_views(rows), transfer_views(rows))
    show(study, rows, more, console, limit=ROWS_AT_THE_END, most=VIEWS_AT_THE_END)
    page, pictures = report_path(results, space), figures_folder(results, space)
    if news or not page.exists():
        from mlflow.exceptions import MlflowException

        from analysis.mlflow_page.notes import write_notes
        from analysis.report import write

        console.print("drawing the figures and the report ...")
        write(study, client, store, page, pictures)
        try:
            write_notes(client, study, rows, page, pictures)
        except (MlflowException, RequestException, OSError) as error:  # all is recorded
            line = f"MLflow's notes and pictures could not be written: {error}"
            console.print(line, soft_wrap=True, markup=False)
    return build(rows)


def command(name: str) -> Callable[..., int]:
    """The function of the command of that name: table, figures or report."""
    match name:
        case "table":
            from analysis.table import table

            return table
        case "figures":
            from analysis.figures.__main__ import figures

            return figures
        case _:
            from analysis.report import report

            return report
