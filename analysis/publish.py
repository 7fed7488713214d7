"""The one door from a study to analysis: its commands, what a launch says at its end, and what
Python is given of its records.

What draws is imported where it is used: matplotlib takes a second.
"""

from collections.abc import Callable, Collection, Mapping
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
from requests import RequestException
from rich.console import Console

from analysis.comparisons.questions import questions, seeds_wanted
from analysis.evidence.rows import rows_of
from analysis.evidence.sentences import told_apart
from analysis.evidence.texts import interval_text, verdict_text
from analysis.methods.comparison import transfer_views
from analysis.sections import all_sentences, answer, first_views
from analysis.side_by_side.names import names_of
from analysis.side_by_side.settings import PairedSettings, paired_settings
from analysis.side_by_side.trials import curves_of, trials_of
from analysis.students.student import BEST, Student, student_of
from analysis.tables.columns import build
from analysis.tables.console import show
from records.folder import figures_folder, report_path
from records.read import read_study
from records.schema import Study
from records.terminal import say
from trainables.artifacts.store import Store
from trainables.data.domain import Domain

if TYPE_CHECKING:
    from mlflow import MlflowClient

__all__ = [
    "BEST",
    "Judged",
    "PairedSettings",
    "Published",
    "Said",
    "Student",
    "command",
    "curves_of",
    "judge",
    "names_of",
    "page_of",
    "paired_settings",
    "publish",
    "said_so_far",
    "student_of",
    "trials_of",
]
ROWS_AT_THE_END, VIEWS_AT_THE_END = 25, 2


class Judged(NamedTuple):
    """What a look at a study says.

    of, decided: how many comparisons there are, and how many are decided.
    failed: how many have a failed seed; open: how many are undecided, and may get more seeds;
        undecided: those in words.
    seeds_wanted: how many seeds the next look needs, by the key of a setting.
    """

    of: int = 0
    decided: int = 0
    failed: int = 0
    open: int = 0
    seeds_wanted: Mapping[str, int] = MappingProxyType({})
    undecided: tuple[str, ...] = ()


def judge(study: Study, planned: Collection[str]) -> Judged:
    """Look at all comparisons of a study until decided.

    planned: the keys of the settings that may get more seeds; what was only planned once, by other
    launches, is compared as well.
    """
    asked = questions(rows_of(study))
    may_go_on = [one for one in asked if one.is_open and one.keys <= set(planned)]
    return Judged(
        of=len(asked),
        decided=sum(one.verdict.is_decided for one in asked),
        failed=sum(one.has_failed for one in asked),
        open=len(may_go_on),
        seeds_wanted=seeds_wanted(may_go_on),
        undecided=tuple(one.text for one in may_go_on),
    )


class Said(NamedTuple):
    """A comparison of a study, and what the seeds say of it so far, as people read it.

    against: the other row, empty where it is the student alone. n: seeds that both have.
    """

    ours: str
    against: str
    verdict: str
    difference: str
    n: int
    is_decided: bool


def said_so_far(study: Study) -> list[Said]:
    """All comparisons of a study in its first measure, those that are decided first."""
    asked = questions(rows_of(study))
    compared = {row.planned.key: row for one in asked for row in (one.ours, one.theirs)}
    names = dict(zip(compared, told_apart([*compared.values()]), strict=True))
    found = [
        Said(
            ours=names[one.ours.planned.key],
            against="" if one.theirs is one.ours.alone else names[one.theirs.planned.key],
            verdict=verdict_text(one.verdict),
            difference=interval_text(one.verdict.found, one.verdict.measure),
            n=one.verdict.found.n,
            is_decided=one.verdict.is_decided,
        )
        for one in asked
    ]
    return sorted(found, key=lambda one: not one.is_decided)


class Published(NamedTuple):
    """What a launch has shown at its end: the whole table, and what the study supports."""

    table: pd.DataFrame
    answers: tuple[str, ...]


def publish(
    client: "MlflowClient",
    space: str,
    store: Store,
    results: Path,
    console: Console,
    *,
    news: bool,
    domain: Domain | None = None,
) -> Published:
    """Show a study's table, and write its report, figures and MLflow notes.

    news: whether anything ended since they were written last; without, they are left as they are.
    domain: what the study's students learn, for what is by class.
    """
    console.print()
    study = read_study(client, space)
    rows = rows_of(study)
    more = chain(first_views(rows), transfer_views(rows))
    opening, limit, most = answer(rows), ROWS_AT_THE_END, VIEWS_AT_THE_END
    show(study, rows, opening, more, console, limit, most)
    page, pictures = report_path(results, space), figures_folder(results, space)
    if news or not page.exists():
        from mlflow.exceptions import MlflowException

        from analysis.mlflow_page.notes import write_notes
        from analysis.report import write

        console.print("drawing the figures and the report ...")
        write(study, client, store, page, pictures, domain)
        try:
            write_notes(client, study, rows, page, pictures)
        except (MlflowException, RequestException, OSError) as error:  # all is recorded
            line = f"MLflow's notes and pictures could not be written: {error}"
            say(console, line)
    return Published(build(rows), tuple(dict.fromkeys([opening, *all_sentences(rows)])))


def page_of(experiment: str, address: str) -> str:
    """The page of a study's settings at a server's address, with the columns that matter."""
    from analysis.mlflow_page.view_state import link

    return f"{address}/{link(experiment)}"


def command(name: str) -> Callable[..., int]:
    """The function of the command of that name.

    Raises KeyError for another.
    """
    match name:
        case "ranks":
            from analysis.ranks import ranks

            return ranks
        case "compare":
            from analysis.compare import compare

            return compare
        case "table":
            from analysis.table import table

            return table
        case "figures":
            from analysis.figures.__main__ import figures

            return figures
        case "report":
            from analysis.report import report

            return report
    raise KeyError(name)
