"""A trained network leaves its study, with a card and a script that runs it:

    python -m study.export --space vae_lambda --setting best --out student

The student is trained again, in seconds, and must give the figures that are recorded of it.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from records.cli import Results, Storage, TrackingUri, run_command
from search_spaces import names


class Part(StrEnum):
    """What leaves."""

    STUDENT = "student"
    TEACHER = "teacher"
    LINK = "link"


class Kind(StrEnum):
    """The kind of file."""

    ONNX = "onnx"
    TORCH_EXPORT = "torch-export"
    SAFETENSORS = "safetensors"


def export(
    space: Annotated[
        str,
        typer.Option(help="A built-in space, or the path of a file.", autocompletion=names),
    ],
    out: Annotated[Path, typer.Option(help="A folder that is not there yet.")],
    setting: Annotated[
        str,
        typer.Option(help="By its name or label in tables, by its key, or 'best': what the study "
                     "chose by validation."),
    ] = "best",
    seed: Annotated[
        str | None, typer.Option(help="Or 'best-validation'.", show_default="the first")
    ] = None,
    part: Annotated[Part, typer.Option(help="The student, or what it learned from.")] = (
        Part.STUDENT
    ),
    form: Annotated[Kind, typer.Option("--format", help="The kind of file.")] = Kind.ONNX,
    register: Annotated[
        bool, typer.Option("--register", help="As a version of a model in MLflow, too (ONNX).")
    ] = False,
    tracking_uri: TrackingUri = None,
    results: Results = Path("results"),
    storage: Storage = None,
) -> int:  # fmt: skip
    """Export a trained student, its teacher, or the model behind its link."""
    # What trains takes seconds to import, and is not needed to say what is wrong with the options.
    from study.exporting.export import export_part

    export_part(
        space,
        out,
        setting=setting,
        seed=seed,
        part=part,
        format=form,
        register=register,
        tracking_uri=tracking_uri,
        results=results,
        storage=storage,
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(run_command(export))
