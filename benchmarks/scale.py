"""Do 10,000 trials cost what 100 do, each? python -m benchmarks.scale

The same tiny students (2 epochs) in growing numbers, through the real command line: seconds a
trial, memory of driver and workers, and what one waits for: the plan, the first training, status,
table, and a relaunch that has nothing to do. With --nothing students train nothing: what is left
is what the machinery itself costs, with as many cohorts as there are settings.
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
NOTHING = """
from dataclasses import dataclass, replace
from typing import ClassVar
from search_spaces.rows.garments import SMALL_ALONE
from search_spaces.base.space import Space
from trainables.methods.method import TrainableMethod
from trainables.objectives.calibration import Reliability
from trainables.results import TrialResult

@dataclass(frozen=True, kw_only=True)
class Nothing(TrainableMethod):
    name: ClassVar[str] = "nothing"
    number: int

    def knowledge(self, target):
        return "nothing"

    def work(self, setting):
        return 0.01

    def train(self, trials, workshop, report):
        report(1.0)
        found = []
        for trial in trials:
            right = 0.8 + 0.1 * ((self.number * 7 + trial.seed * 13) % 101) / 101
            curve = {{"test/accuracy": [right], "test/cross_entropy": [1 - right]}}
            same = {{"student": Reliability([10_000.0], [right], [right])}}
            found.append(TrialResult(trial, curve, {{"labels": 1_000.0}}, 0.001, same))
        return found

SPACE = Space(name="scale", about="Students that train nothing.", seeds=5, settings=tuple(
    replace(SMALL_ALONE, method=Nothing(number=n)) for n in range({settings})))
"""
SEEDS = 5
LOOK_SECONDS = 0.25
TRAINING = f"{WORKER} student"
COLUMNS = (
    "trials", "seconds", "ms a trial", "driver MiB", "a worker MiB", "database MiB", "plan",
    "first training", "status", "table", "relaunch",
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


def measure(
    trials: int, folder: Path, artifacts: Path | None, text: str = SPACE
) -> dict[str, float]:
    """All figures of one size; artifacts: those of an earlier size, made already; text: a space.

    Raises SystemExit where the launch fails.
    """
    space, results = folder / "scale.py", folder / f"results-{trials}"
    space.write_text(text.format(settings=trials // SEEDS))
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
    found["database"] = (results / "mlflow.db").stat().st_size / 2**20
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
    nothing: Annotated[
        bool, typer.Option("--nothing", help="Students that train nothing: the machinery alone.")
    ] = False,
) -> None:
    """Measure each size, print a table and one line of JSON."""
    what = "that train nothing" if nothing else "of 2 epochs, their teachers already made"
    table = Table(title=f"Students {what}; seconds")
    for heading in COLUMNS:
        table.add_column(heading, justify="right")
    figures = []
    with tempfile.TemporaryDirectory(prefix="scale-") as name:
        folder = Path(name)
        artifacts = None
        if not nothing:
            measure(SEEDS, folder, None)  # makes the teachers
            artifacts = folder / f"results-{SEEDS}" / "artifacts"
        for trials in map(int, sizes.split(",")):
            one = measure(trials, folder, artifacts, NOTHING if nothing else SPACE)
            figures.append(one)
            table.add_row(
                f"{trials:,}", f"{one['seconds']:.0f}", f"{one['each'] * 1e3:.0f}",
                f"{one['driver']:.0f}", f"{one['worker']:.0f}", f"{one['database']:.0f}",
                *(f"{one[n]:.1f}" for n in ("plan", "first", "status", "table", "relaunch")),
            )  # fmt: skip
    Console(width=130).print(table)
    print(json.dumps(figures))


if __name__ == "__main__":
    typer.run(main)
