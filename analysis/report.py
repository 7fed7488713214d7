"""One HTML file that needs nothing else: python -m analysis.report --space paper_table

The answer in one sentence, the verdicts as a plot and as a table, what was chosen and how sure
that is; and folded away all tables, figures, how it was run and how to repeat it: all from the
records, nothing typed in by hand.
"""

import os
from pathlib import Path
from typing import Annotated

import typer
from mlflow import MlflowClient

from analysis.evidence.rows import rows_of
from analysis.figures import draw_all, save
from analysis.objects import truth_of
from analysis.pages.study import study_page
from records.cli import Results, Storage, TrackingUri, run_command, writing
from records.client import open_records
from records.folder import report_path
from records.read import read_study
from records.schema import Study
from search_spaces import names
from trainables.artifacts.store import Store, open_store
from trainables.data.domain import Domain


def write(
    study: Study,
    client: MlflowClient,
    store: Store | None,
    path: Path,
    pictures: Path | None = None,
    domain: Domain | None = None,
) -> Path:
    """Write the report of a study's records; `store` for figures that show artifacts.

    pictures: a folder for its figures as files too. domain: what its students learn, where it is
    at hand and may not be built in.
    """
    rows = rows_of(study)
    truth = truth_of(study.space, rows, domain)
    drawn, undrawn = draw_all(study, rows, client, store, truth)
    content = study_page(study, rows, client, truth, drawn, undrawn)
    if pictures:
        save(drawn, pictures)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(content, encoding="utf-8")
    return temporary.replace(path)


def report(
    space: Annotated[
        str, typer.Option(help="The space, as it was launched.", autocompletion=names)
    ],
    out: Annotated[
        Path | None, typer.Option(help="The file.", show_default="in the results folder")
    ] = None,
    tracking_uri: TrackingUri = None,
    results: Results = Path("results"),
    storage: Storage = None,
) -> int:
    """Write the report of a space from its MLflow records, as one HTML file."""
    client = open_records(space, tracking_uri, results)
    store = open_store(storage, results)
    path = out or report_path(results, space)
    with writing(path):
        print(write(read_study(client, space), client, store, path))
    return 0


if __name__ == "__main__":
    raise SystemExit(run_command(report))
