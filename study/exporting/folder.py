"""All that leaves, in one folder that stands there whole or not at all."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file

from study.exporting.card import card_of, facts_of
from study.exporting.checked import agreement, latencies
from study.exporting.formats import Format
from study.exporting.networks import Leaving, WholeNetwork
from study.exporting.trained import Trained
from study.exporting.wanted import Wanted
from trainables.errors import BadInputError, StudyError
from trainables.identity import canonical

EXAMPLES = 3
RUN_SECONDS = 120


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """A folder to write into, which becomes `out` at the end; nothing is left of it otherwise.

    Raises BadInputError where there is something at `out`, or it cannot be written.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadInputError(f"--out {out} is there already: give a folder that is not, or empty")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        made = Path(mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    except OSError as error:
        raise BadInputError(f"cannot write --out {out}: {error.strerror or error}") from None
    try:
        yield made
        made.chmod(0o755)
        if out.exists():
            out.rmdir()
        made.rename(out)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def fill(
    folder: Path, given: Leaving, form: Format, wanted: Wanted, trained: Trained, command: str
) -> list[str]:
    """Write file, card, script and example into the folder, and check them; what was checked.

    Raises StudyError where the file says something else than the network that it was made of.
    """
    path = folder / form.file
    form.write(given, path)
    _write_scale(given, form, folder)
    asked = form.read(given, path)
    found = agreement(given, asked)
    times = latencies(given, asked)
    np.save(folder / "example.npy", given.objects[:EXAMPLES].numpy())
    facts = facts_of(given, wanted, trained, found, times) | {
        "format": form.name, "bytes": path.stat().st_size,
    }  # fmt: skip
    about = {"facts": facts, "setting": canonical(wanted.trial.setting), "seed": wanted.trial.seed}
    (folder / "model.json").write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n")
    told = _texts(given, form, wanted)
    (folder / "run.py").write_text(_rendered("run.py.j2", told))
    says = _run(folder)
    checks = [trained.check, f"`{form.file}` and PyTorch give {found.text}"]
    card = card_of(given, wanted, facts) | {"checks": checks, "command": command}
    card |= {"example_says": ", ".join(says), "examples": EXAMPLES}
    (folder / "README.md").write_text(_rendered("card.md.j2", told | card))
    return checks


def _write_scale(given: Leaving, form: Format, folder: Path) -> None:
    """Of bare weights what inputs are standardised by stands beside them."""
    module = given.module
    if form.name == "safetensors" and isinstance(module, WholeNetwork) and module.is_scaled:
        save_file(dict(module.named_buffers(recurse=False)), folder / "inputs.safetensors")


def _run(folder: Path) -> list[str]:
    """What the script says of the example, as its user would run it."""
    call = [sys.executable, "run.py", "example.npy"]
    done = subprocess.run(
        call, cwd=folder, capture_output=True, text=True, timeout=RUN_SECONDS, check=False
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:]
        raise StudyError(f"the script that was written fails: {''.join(last)}")
    return done.stdout.split("\n")[:-1]


def _texts(given: Leaving, form: Format, wanted: Wanted) -> dict[str, Any]:
    """What both templates say of the file."""
    objects, module = given.objects, given.module
    is_bytes = objects.dtype == torch.uint8
    in_unit = ""
    if isinstance(module, WholeNetwork) and not given.classes:
        in_unit = f"[:, 0] * {module.deviation!r} + {module.mean!r}"
    if given.classes:
        output = (
            f"logits, float32 [n, {len(given.classes)}], in the order of `CLASSES` in `run.py`"
        )
    elif given.part == "link":
        output = f"what the teacher is shown of them, float32 [n, {_shape(given)}]"
    else:
        output = f"{given.unit or 'numbers'}, float32 [n]"
    return {
        "file": form.file,
        "format": form.name,
        "needs": ", ".join(("numpy", *form.needs)),
        "part": given.part,
        "dtype": "uint8" if is_bytes else "float32",
        "values": ", grey values or colours from 0 to 255" if is_bytes else "",
        "shape": given.domain.shape,
        "outputs": given.domain.outputs,
        "output": output,
        "classes": [*given.classes],
        "network": repr(given.network),
        "module": type(given.network).__module__,
        "scaled": isinstance(module, WholeNetwork) and module.is_scaled,
        "in_unit": in_unit,
    }


@torch.no_grad()
def _shape(given: Leaving) -> str:
    return ", ".join(map(str, given.module(given.objects[:1]).shape[1:]))


def _rendered(name: str, values: Mapping[str, Any]) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("study.exporting"),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    return environment.get_template(name).render(**values)
