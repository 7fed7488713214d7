"""Draw a space's figures from its records: python -m analysis.figures --space paper_table

PNG and SVG of each; what cannot be drawn is named with its reason.
"""

from pathlib import Path
from typing import Annotated

import typer

from analysis.evidence.rows import rows_of
from analysis.figures import draw_all, save
from analysis.objects import truth_of
from records.cli import Results, Storage, TrackingUri, run_command, writing
from records.client import open_records
from records.folder import figures_folder
from records.read import read_study
from search_spaces import names
from trainables.artifacts.store import open_store


def figures(
    space: Annotated[
        str, typer.Option(help="The space, as it was launched.", autocompletion=names)
    ],
    out: Annotated[
        Path | None, typer.Option(help="The folder.", show_default="in the results folder")
    ] = None,
    tracking_uri: TrackingUri = None,
    results: Results = Path("results"),
    storage: Storage = None,
) -> int:
    """Draw the figures of a space from its MLflow records."""
    client = open_records(space, tracking_uri, results)
    study = read_study(client, space)
    rows, store = rows_of(study), open_store(storage, results)
    drawn, left = draw_all(study, rows, client, store, truth_of(space, rows))
    folder = out or figures_folder(results, space)
    with writing(folder):
        for path in save(drawn, folder):
            print(path)
    for one in left:
        print(f"not drawn: {one.title}: {one.reason}")
    return 0


if __name__ == "__main__":
    raise SystemExit(run_command(figures))
