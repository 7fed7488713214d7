"""How long the readers take on a large study: python -m benchmarks.many_trials --trials 10000

Writes invented trials through the study's own recorder (φ × λ × T, 5 seeds, curves of 50 epochs),
then runs table, figures and report on them as a user would, with the memory that each takes.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from records.cli import run_command
from records.client import open_client
from records.experiments import open_study
from records.read import read
from search_spaces.base.space import Space
from search_spaces.rows.garments import (
    ON_BIG,
    ON_BIG_DILATION,
    ON_BIG_NOISE,
    SMALL_ALONE,
    on_mnist_vae,
)
from study.planning.expected import Expected
from study.planning.trial_index import TrialIndex
from study.recording.recorder import Recorder
from study.recording.spool import Spool
from trainables.objectives import Distillation
from trainables.objectives.calibration import BINS, Reliability
from trainables.results import TrialResult
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial

SEEDS, EPOCHS, SIDE = 5, 50, 25
NAME = "many_trials"
READERS = ("analysis.table", "analysis.figures", "analysis.report")


def settings(count: int) -> list[Setting]:
    """A student alone, and as many φ × λ × T as asked for."""
    bases = (ON_BIG, ON_BIG_NOISE, ON_BIG_DILATION, on_mnist_vae("all"))
    cells = product(bases, np.linspace(0, 0.99, SIDE), np.geomspace(0.5, 20, SIDE))
    taught = [
        replace(
            base,
            objective=Distillation(hard_label_weight=float(w), temperature=float(t)),
            held_out=0.2,
        )
        for base, w, t in cells
    ]
    return [replace(SMALL_ALONE, held_out=0.2), *taught][:count]


def invent(setting: Setting, seed: int) -> TrialResult:
    """A trial with curves that look like one; nothing was trained."""
    draw = np.random.default_rng([seed, int(setting.key, 16)])
    weight = setting.objective.parameters()["lambda"]
    top = 0.8 + 0.01 * weight + draw.normal(0, 0.005)
    accuracy = top - 0.3 * np.exp(-np.arange(EPOCHS) / 6) + draw.normal(0, 0.003, EPOCHS)
    history = {
        f"{group}/{name}": (values + draw.normal(0, 0.002, EPOCHS)).tolist()
        for group in ("train", "validation", "test")
        for name, values in (("accuracy", accuracy), ("cross_entropy", 1.4 - accuracy))
    }
    shares = np.linspace(0.03, 0.97, BINS).tolist()
    reliability = Reliability([10_000 / BINS] * BINS, shares, shares)
    return TrialResult(
        Trial(setting=setting, seed=seed), history, {"teacher/seconds": 20.0}, 0.5,
        {"student": reliability, "teacher": reliability},
    )  # fmt: skip


def fill(folder: Path, trials: int) -> float:
    """Record that many trials, those that are missing; seconds for each."""
    client = open_client(f"sqlite:///{folder}/mlflow.db")
    listed = tuple(settings(trials // SEEDS))
    space = Space(name=NAME, about="How long do the readers take?", settings=listed, seeds=SEEDS)
    trial_index = TrialIndex(read(client, NAME))
    experiments = open_study(client, space.name, space.about, SEEDS, str(folder))
    recorder = Recorder(client, space, SEEDS, trial_index, Spool(folder / "spool"), experiments)
    recorder.expect(map(Expected, listed))
    started, done = time.perf_counter(), 0
    for setting, seed in product(listed, range(SEEDS)):
        if not trial_index.is_done(Trial(setting=setting, seed=seed)):
            recorder.add([invent(setting, seed)])
            done += 1
    recorder.close()
    return (time.perf_counter() - started) / done if done else 0.0


def measure(module: str, folder: Path) -> tuple[float, float]:
    """Seconds and peak resident memory (GiB) of a reader, as its own process."""
    command = [sys.executable, "-m", module, "--space", NAME, "--results", str(folder)]
    started = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            said.seek(0)
            sys.exit(f"{module} failed:\n{said.read().decode()[-2_000:]}")
    return time.perf_counter() - started, usage.ru_maxrss / 2**20


def many_trials(
    trials: Annotated[int, typer.Option(help="How many to record.")] = 10_000,
    results: Annotated[Path, typer.Option(help="A folder; trials there are kept.")] = Path(
        "results/many_trials"
    ),
) -> int:
    """Time table, figures and report on many recorded trials."""
    results = results.absolute()
    seconds = fill(results, trials)
    size = (results / "mlflow.db").stat().st_size / 2**20
    found = {module: measure(module, results) for module in READERS}
    shown = Table(
        title=f"{trials:,} trials, {size:,.0f} MiB, {seconds * 1e3:.1f} ms to record one"
    )
    for heading in ("command", "seconds", "peak GiB"):
        shown.add_column(heading, justify="right")
    for module, (taken, memory) in found.items():
        shown.add_row(module, f"{taken:.1f}", f"{memory:.2f}")
    total, most = sum(t for t, _ in found.values()), max(m for _, m in found.values())
    shown.add_row("all", f"{total:.1f}", f"{most:.2f}")
    Console().print(shown)
    figures = {"trials": trials, "record_seconds": seconds, "MiB": size, "readers": found}
    (results / "many_trials.json").write_text(json.dumps(figures, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(run_command(many_trials))
