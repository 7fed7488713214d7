"""The study against what one would otherwise write: python -m benchmarks.throughput

100 students, teachers already made, records included on both sides, start-up of both included:
(a) one Ray Tune function trial each, as a competent user writes it: data loaded once a process,
    the teacher's logits once a trial, all epochs' metrics logged to MLflow in one batch;
(f) this study's own command.
Same schedule, same evaluation on the whole test set after every epoch. Ratios in one run,
alternating; a table and JSON.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

import study  # noqa: F401  # sets Ray's environment before ray is imported, for both sides

SPACE = """
from dataclasses import replace
from search_spaces.rows import ON_BIG
from search_spaces.space import Space
from trainables.recipes import Schedule, TeacherRecipe

BASE = replace(ON_BIG, schedule=Schedule(epochs={epochs}, batch_size={batch_size}),
               teacher=TeacherRecipe(split="Small"))
SPACE = Space(name="throughput", about="As many students as the benchmark asks for.", seeds=5,
              settings=tuple(replace(BASE, temperature=t) for t in range(1, {settings} + 1)))
"""


def rival(config: dict[str, Any]) -> None:
    """(a) A plain function trial: one student, plain PyTorch."""
    import torch
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param
    from ray import tune
    from torch import nn
    from torch.nn import functional

    from trainables.datasets import load, split_rows

    torch.set_num_threads(1)
    torch.manual_seed(config["seed"])
    domain = load("FashionMNIST")
    rows = split_rows("FashionMNIST", config["seed"]).small
    x, y = domain.train.pixels[rows].float() / 255, domain.train.labels[rows]
    test_x, test_y = domain.test.pixels.float() / 255, domain.test.labels
    teacher = nn.Sequential(
        nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 64),
        nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10),
    )  # fmt: skip
    with torch.no_grad():  # its quality does not matter here, its cost does
        soft = functional.softmax(teacher(x) / config["temperature"], dim=-1)
    model = nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    history = []
    for _ in range(config["epochs"]):
        order = torch.randperm(len(x))
        for batch in order.split(config["batch_size"]):
            logits = model(x[batch])
            hard = functional.cross_entropy(logits, y[batch])
            log_soft = functional.log_softmax(logits / config["temperature"], dim=-1)
            gentle = -(soft[batch] * log_soft).sum(-1).mean() * config["temperature"] ** 2
            optimiser.zero_grad()
            (0.5 * hard + 0.5 * gentle).backward()
            optimiser.step()
        with torch.no_grad():
            logits = model(test_x)
            accuracy = (logits.argmax(-1) == test_y).float().mean().item()
            history.append((accuracy, functional.cross_entropy(logits, test_y).item()))
    client, now = MlflowClient(config["uri"]), int(time.time() * 1000)
    run = client.create_run(config["experiment"])
    metrics = [
        Metric(name, value, now, step)
        for step, values in enumerate(history)
        for name, value in zip(("accuracy", "cross_entropy"), values, strict=True)
    ]
    parameters = [Param(k, str(config[k])) for k in ("seed", "temperature")]
    client.log_batch(run.info.run_id, metrics, parameters)
    client.set_terminated(run.info.run_id)
    tune.report({"accuracy": history[-1][0]})


def run_rival(students: int, epochs: int, batch_size: int, folder: str) -> None:
    """All of (a), in this process: called as a command of its own, so that start-up counts."""
    import ray
    from mlflow import MlflowClient
    from ray import tune

    uri = f"sqlite:///{folder}/mlflow.db"
    experiment = MlflowClient(uri).create_experiment("rival", f"{folder}/mlruns")
    ray.init(
        address="local", num_cpus=len(os.sched_getaffinity(0)), include_dashboard=False,
        log_to_driver=False, logging_level="ERROR",
    )  # fmt: skip
    space = {
        "seed": tune.grid_search(list(range(5))),
        "temperature": tune.grid_search(list(range(1, students // 5 + 1))),
        "epochs": epochs, "batch_size": batch_size, "uri": uri, "experiment": experiment,
    }  # fmt: skip
    results = tune.Tuner(
        tune.with_resources(rival, {"cpu": 1}),
        param_space=space,
        run_config=tune.RunConfig(storage_path=folder, name="rival", verbose=0),
    ).fit()
    assert len(results) == students
    assert not results.errors
    values = [result.metrics["accuracy"] for result in results]
    print(json.dumps({"accuracy": statistics.fmean(values)}))


def main(
    students: Annotated[int, typer.Option(help="How many; a multiple of 5.")] = 100,
    repeats: Annotated[int, typer.Option(help="Alternating repeats of both.")] = 3,
    epochs: Annotated[int, typer.Option(help="Epochs of every student.")] = 50,
    batch_size: Annotated[int, typer.Option(help="Batch size of every student.")] = 64,
    as_rival: Annotated[str, typer.Option(hidden=True)] = "",
) -> None:
    """Time both, print a table and one line of JSON."""
    if as_rival:
        run_rival(students, epochs, batch_size, as_rival)
        return
    seconds: dict[str, list[float]] = {"rival": [], "study": []}
    with tempfile.TemporaryDirectory(prefix="throughput-") as folder:
        space = Path(folder) / "throughput.py"
        space.write_text(
            SPACE.format(epochs=epochs, batch_size=batch_size, settings=students // 5)
        )
        _study(space, Path(folder) / "artifacts-made")  # teachers and logits, not timed
        for repeat in range(repeats):
            place = Path(folder) / f"rival-{repeat}"
            place.mkdir()
            options = (
                f"--students {students} --epochs {epochs} --batch-size {batch_size}"
            ).split()
            command = ["benchmarks.throughput", *options, "--as-rival", str(place)]
            seconds["rival"].append(_timed(command))
            results = Path(folder) / f"study-{repeat}"
            results.mkdir()
            (results / "artifacts").symlink_to(Path(folder) / "artifacts-made" / "artifacts")
            seconds["study"].append(_study(space, results))
    _show(students, epochs, batch_size, seconds)


def _study(space: Path, results: Path) -> float:
    command = ["study.launch", "--space", str(space), "--results", str(results), "--no-dashboard"]
    return _timed(command)


def _timed(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", *command], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def _show(students: int, epochs: int, batch_size: int, seconds: dict[str, list[float]]) -> None:
    ratios = [a / b for a, b in zip(seconds["rival"], seconds["study"], strict=True)]
    table = Table(title=f"{students} students, {epochs} epochs of batch {batch_size}")
    for heading in ("", "seconds (median)", "each"):
        table.add_column(heading, justify="right")
    for name, label in (("rival", "(a) Ray Tune, a function trial each"), ("study", "(f) study")):
        each = " ".join(f"{value:.1f}" for value in seconds[name])
        table.add_row(label, f"{statistics.median(seconds[name]):.1f}", each)
    each = " ".join(f"{ratio:.1f}" for ratio in ratios)
    table.add_row("(a) / (f)", f"{statistics.median(ratios):.1f}", each)
    Console().print(table)
    figures = {"students": students, "epochs": epochs, "batch_size": batch_size}
    print(json.dumps({**figures, **seconds, "ratios": ratios}))


if __name__ == "__main__":
    typer.run(main)
