"""Studies side by side: python -m analysis.compare grid joint

    python -m analysis.compare results before/results              # one space, two folders
    python -m analysis.compare paper_table before/results          # the same, one of several
    python -m analysis.compare sqlite:///old.db http://HOST:5000 --space grid

Equal settings are paired seed by seed: what is the same to the bit, what moved beyond luck of the
seed, what it cost. So it is the check, too, that a change of code changed no result: --same.
"""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from analysis.side_by_side.formats import Form, written
from analysis.side_by_side.stores import recorded
from analysis.side_by_side.studies import side_by_side
from records.cli import FAILED, Results, TrackingUri, run_command, writing
from search_spaces import names


def compare(
    studies: Annotated[
        list[str],
        typer.Argument(
            help="Two or more: spaces, results folders (with a /), or addresses of MLflow. The "
            "first is what the others are compared with.",
            autocompletion=names,
        ),
    ],
    space: Annotated[
        str | None,
        typer.Option(
            help="Of folders and addresses.",
            show_default="the one they all have",
            autocompletion=names,
        ),
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="How to write it.")] = Form.TEXT,
    out: Annotated[
        Path | None, typer.Option(help="A file.", show_default="on the terminal")
    ] = None,
    same: Annotated[
        bool,
        typer.Option("--same", help="End with 1 unless all is the same to the bit."),
    ] = False,
    tracking_uri: TrackingUri = None,
    results: Results = Path("results"),
) -> int:
    """Compare studies from their MLflow records: what moved, and what is the same to the bit.

    Ends with 0 when they were compared, whatever came out; with --same, 1 unless all is the same.
    """
    first, *others = recorded(studies, space, tracking_uri, results)
    every = [side_by_side(first, other) for other in others]
    text = written(every, form, Console().width)
    if out:
        with writing(out):
            out.write_text(text, encoding="utf-8")
        print(out)
    else:
        print(text, end="")
    return FAILED if same and not all(beside.is_same for beside in every) else 0


if __name__ == "__main__":
    raise SystemExit(run_command(compare))
