"""The study against what one would otherwise write: python -m benchmarks.throughput

Students with records, teachers already made, every way a command of its own, start-up included:
(a) Ray Tune, a function trial each; (b) Ray Tune, a class with reused actors; (c) one process,
one after the other; (d) Optuna's n_jobs; (e) joblib's processes; (f) the study. Alternating
repeats, ratios within one run; the final accuracies must agree. `python -m benchmarks.making` is
the same for teachers and VAEs.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import torch
import typer
from rich.console import Console
from rich.table import Table
from safetensors.torch import save_file
from scipy.stats import ttest_1samp

from records.client import open_client
from records.read import read
from search_spaces.base.catalogue import load
from trainables.artifacts.store import Store
from trainables.distillation.requirements import logits_for
from trainables.settings.trial import Trial

SPACE = """
from dataclasses import replace
from search_spaces.rows.garments import ON_BIG
from search_spaces.base.space import Space
from trainables.objectives import Distillation
from trainables.schedule import Schedule

BASE = replace(ON_BIG, schedule=Schedule(epochs={epochs}, batch_size={batch_size}),
               teacher=replace(ON_BIG.teacher, split="Small"))
SPACE = Space(name="throughput", about="As many students as the benchmark asks for.", seeds=5,
              settings=tuple(replace(BASE, objective=Distillation(temperature=t))
                             for t in range(1, {settings} + 1)))
"""
STUDY, SEEDS = "study", 5
SURELY = 0.001  # p, paired over seeds, at which accuracies are said to differ
LABELS = {
    "function": "(a) Ray Tune, a function trial each",
    "reused": "(b) Ray Tune, a class, reused actors",
    "in_turn": "(c) one process, one after the other",
    "optuna_jobs": "(d) Optuna, n_jobs",
    "processes": "(e) joblib's processes",
    STUDY: "(f) the study",
}


def main(
    students: Annotated[int, typer.Option(help="How many; a multiple of 5.")] = 100,
    repeats: Annotated[int, typer.Option(help="Alternating repeats of all.")] = 3,
    epochs: Annotated[int, typer.Option(help="Epochs of every student.")] = 50,
    batch_size: Annotated[int, typer.Option(help="Batch size of every student.")] = 64,
    ways: Annotated[str, typer.Option(help="Which rivals, by commas.")] = ",".join(LABELS),
) -> None:
    """Time them in turn, print a table and one line of JSON."""
    chosen = [way for way in LABELS if way in ways.split(",") or way == STUDY]
    seconds: dict[str, list[float]] = {way: [] for way in chosen}
    accuracy: dict[str, list[float]] = {}  # of each seed
    with tempfile.TemporaryDirectory(prefix="throughput-") as name:
        folder = Path(name)
        space = folder / "throughput.py"
        text = SPACE.format(epochs=epochs, batch_size=batch_size, settings=students // 5)
        space.write_text(text)
        _study(space, folder / "made")  # teachers and logits, not timed
        teachers = folder / "teachers.safetensors"
        save_file(_teachers(space, folder / "made" / "artifacts"), teachers)
        for repeat in range(repeats):
            for way in chosen:
                place = folder / f"{way}-{repeat}"
                place.mkdir()
                started = time.perf_counter()
                if way == STUDY:
                    (place / "artifacts").symlink_to(folder / "made" / "artifacts")
                    _study(space, place)
                else:
                    sizes = map(str, (students, epochs, batch_size))
                    said = _run("benchmarks.rivals", way, *sizes, str(place), str(teachers))
                    accuracy[way] = json.loads(said.splitlines()[-1])
                seconds[way].append(time.perf_counter() - started)
        accuracy[STUDY] = _accuracy(folder / f"{STUDY}-0")
    _show(students, epochs, batch_size, seconds, accuracy)


def _study(space: Path, results: Path) -> str:
    command = ["--space", str(space), "--results", str(results), "--no-dashboard"]
    return _run("study.launch", *command)


def _teachers(space: Path, artifacts: Path) -> dict[str, torch.Tensor]:
    """The weights of each seed's teacher, by "seed/name"."""
    setting, store = load(str(space)).settings[0], Store(artifacts)
    behind = [logits_for(Trial(setting=setting, seed=seed)) for seed in range(SEEDS)]
    return {
        f"{logits.seed}/{name}": weight
        for logits in behind
        if logits
        for name, weight in store.load("teacher", logits.teacher.key).tensors.items()
    }


def _accuracy(results: Path) -> list[float]:
    """The study's mean final test accuracy of each seed."""
    found = read(open_client(f"sqlite:///{results}/mlflow.db"), "throughput")
    return [
        statistics.fmean(r.metrics["test/accuracy"] for r in found if r.seed == seed)
        for seed in range(SEEDS)
    ]


def _run(module: str, *arguments: str) -> str:
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def _show(
    students: int, epochs: int, batch_size: int, seconds: dict[str, list[float]],
    accuracy: dict[str, list[float]],
) -> None:  # fmt: skip
    table = Table(title=f"{students} students, {epochs} epochs of batch {batch_size}")
    for heading in ("", "seconds (median)", "each", "of (f)", "each "):
        table.add_column(heading, justify="right")
    ratios = {
        way: [a / b for a, b in zip(mine, seconds[STUDY], strict=True)]
        for way, mine in seconds.items()
    }
    for way, mine in seconds.items():
        each = " ".join(f"{value:.1f}" for value in mine)
        times = " ".join(f"{ratio:.1f}" for ratio in ratios[way])
        middle = f"{statistics.median(ratios[way]):.1f}"
        table.add_row(LABELS[way], f"{statistics.median(mine):.1f}", each, middle, times)
    Console().print(table)
    sizes = {"students": students, "epochs": epochs, "batch_size": batch_size}
    figures = {"seconds": seconds, "ratios": ratios, "accuracy_by_seed": accuracy}
    print(json.dumps(sizes | figures))
    for way, mine in accuracy.items():
        gaps = [a - b for a, b in zip(mine, accuracy[STUDY], strict=True)]
        if way != STUDY and ttest_1samp(gaps, 0).pvalue < SURELY:
            sys.exit(f"{LABELS[way]}: another accuracy, by {gaps}")


if __name__ == "__main__":
    typer.run(main)
