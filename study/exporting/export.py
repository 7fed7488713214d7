"""A part of a study leaves: found, made again, written, checked, and registered if wanted."""

import shlex
from functools import partial
from pathlib import Path

from rich.console import Console

from records.terminal import say
from search_spaces.base.space import Space
from study.exporting.folder import fill, whole_folder
from study.exporting.formats import FORMATS
from study.exporting.kept import check_alone, kept_student
from study.exporting.networks import PARTS, leaving
from study.exporting.registry import check_register, register_model
from study.exporting.trained import train_again
from study.exporting.wanted import find_wanted
from study.python.options import typed
from trainables.errors import unknown


@typed
def export_part(
    space: str | Path | Space,
    out: str | Path,
    *,
    setting: str = "best",
    seed: str | int | None = None,
    part: str = "student",
    format: str = "onnx",
    register: bool = False,
    tracking_uri: str | None = None,
    results: str | Path = "results",
    storage: str | None = None,
    quiet: bool = False,
) -> Path:
    """Export a trained student, its teacher, or the model behind its link; the folder of it.

    The options are those of `python -m study.export`, which says what they are. It is `export` of
    `from study import export`.

    Raises BadInputError where there is no such student, or it cannot leave so, and StudyError
    where it gives other figures than it gave. Then there is no folder.
    """
    if part not in PARTS:
        raise unknown("part", part, PARTS)
    if format not in FORMATS:
        raise unknown("format", format, FORMATS)
    tell = partial(say, Console(quiet=quiet))
    kind, folder, out = FORMATS[format], Path(results), Path(out)
    kind.check(part)
    check_register(register, format)
    with whole_folder(out) as made:
        named = None if seed is None else str(seed)
        wanted = find_wanted(space, setting, named, tracking_uri, folder, storage)
        tell(f"{wanted.student.label}: {wanted.student.picked}")
        trained = kept_student(wanted)
        if trained is None:
            trained = train_again(wanted, tell)
            check_alone(wanted, trained)
        given = leaving(part, wanted, trained)
        words = {
            "space": space.name if isinstance(space, Space) else str(space),
            "setting": wanted.student.record.setting,
            "seed": str(wanted.trial.seed),
            "part": part,
            "format": format,
            "out": str(out),
        }
        options = shlex.join(
            word for name, value in words.items() for word in (f"--{name}", value)
        )
        for line in fill(made, given, kind, wanted, trained, f"python -m study.export {options}"):
            tell(line.replace("`", ""))
        version = register_model(wanted, given, made) if register else ""
    tell(f"{part} of {wanted.space.name} in {out}: {kind.file}, README.md (its card), run.py")
    if version:
        tell(f"MLflow: {version}")
    return out
