"""Do 10,000 trials cost what 100 do, each? python -m benchmarks.scale

The same tiny students (2 epochs) in growing numbers, through the real command line: seconds a
trial, memory of driver and workers, and what one waits for: the plan, the first training, status,
table, and a relaunch that has nothing to do.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import psutil
import typer
from rich.console import Console
from rich.table import Table

from trainables.trainable import WORKER

SPACE = """
from dataclasses import replace
from search_spaces.rows.garments import ON_BIG
from search_spaces.base.space import Space
from trainables.objectives import Distillation
from trainables.schedule import Schedule

SHORT = Schedule(epochs=2, batch_size=64)
TEACHER = replace(ON_BIG.teacher, split="Small", schedule=SHORT)
BASE = replace(ON_BIG, schedule=SHORT, teacher=TEACHER)
SPACE = Space(name="scale", about="Many tiny students.", seeds=5, settings=tuple(
    replace(BASE, objective=Distillation(temperature=1 + n / {settings}))
    for n in range({settings})))
"""
SEEDS = 5
LOOK_SECONDS = 0.25
TRAINING = f"{WORKER} student"
COLUMNS = (
    "trials", "seconds", "ms a trial", "driver MiB", "a worker MiB", "plan", "first training",
    "status", "table", "relaunch",
)  # fmt: skip


class Watch(threading.Thread):
    """The most that a launch and its largest Ray worker hold (proportional set size), and when,
    in seconds, a worker first bore the name of a student that it trains.
    """

    def __init__(self, launch: psutil.Process) -> None:
        super().__init__(daemon=True)
        self.launch, self.driver, self.worker, self.first = launch, 0.0, 0.0, 0.0
        self.started = time.perf_counter()

    def run(self) -> None:
        """Look, until the launch has ended."""
        while self.launch.is_running():
            try:
                self.driver = max(self.driver, _mib(self.launch))
                for child in self.launch.children(recursive=True):
                    if child.name().startswith("ray::"):
                        self.worker = max(self.worker, _mib(child))
                        if not self.first and TRAINING in "".join(child.cmdline()[:1]):
                            self.first = time.perf_counter() - self.started
            except (psutil.NoSuchProcess, psutil.ZombieProcess):
                pass
            time.sleep(LOOK_SECONDS)


def _mib(process: psutil.Process) -> float:
    return float(process.memory_full_info().pss) / 2**20


def measure(trials: int, folder: Path, artifacts: Path | None) -> dict[str, float]:
    """All figures of one size; artifacts: those of an earlier size, made already."""
    space, results = folder / "scale.py", folder / f"results-{trials}"
    space.write_text(SPACE.format(settings=trials // SEEDS))
    results.mkdir()
    if artifacts:
        (results / "artifacts").symlink_to(artifacts)
    common = ("--space", str(space), "--results", str(results))
    found = {"trials": float(trials), "plan": _timed("study.launch", *common, "--plan")}
    launch = ("study.launch", *common, "--no-dashboard")
    started = time.perf_counter()
    process = subprocess.Popen(_command(launch), stdout=subprocess.DEVNULL)
    watch = Watch(psutil.Process(process.pid))
    watch.start()
    if process.wait():
        sys.exit("the launch failed")
    found["seconds"] = time.perf_counter() - started
    found["each"] = found["seconds"] / trials
    found |= {"driver": watch.driver, "worker": watch.worker, "first": watch.first}
    found["status"] = _timed("study.status", *common)
    found["table"] = _timed("analysis.table", "--space", "scale", "--results", str(results))
    found["relaunch"] = _timed(*launch)
    return found


def _command(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", *arguments]


def _timed(*arguments: str) -> float:
    started = time.perf_counter()
    subprocess.run(_command(arguments), check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main(
    sizes: Annotated[str, typer.Option(help="Numbers of trials, by commas.")] = "100,1000,10000",
) -> None:
    """Measure each size, print a table and one line of JSON."""
    table = Table(title="Students of 2 epochs, their teachers already made; seconds")
    for heading in COLUMNS:
        table.add_column(heading, justify="right")
    figures = []
    with tempfile.TemporaryDirectory(prefix="scale-") as name:
        folder = Path(name)
        measure(SEEDS, folder, None)  # makes the teachers
        artifacts = folder / f"results-{SEEDS}" / "artifacts"
        for trials in map(int, sizes.split(",")):
            one = measure(trials, folder, artifacts)
            figures.append(one)
            table.add_row(
                f"{trials:,}", f"{one['seconds']:.0f}", f"{one['each'] * 1e3:.0f}",
                f"{one['driver']:.0f}", f"{one['worker']:.0f}",
                *(f"{one[n]:.1f}" for n in ("plan", "first", "status", "table", "relaunch")),
            )  # fmt: skip
    Console(width=130).print(table)
    print(json.dumps(figures))


if __name__ == "__main__":
    typer.run(main)
