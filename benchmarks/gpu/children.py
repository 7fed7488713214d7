"""Processes that train when they are told to: python -m benchmarks.gpu.children OPTIONS (JSON)

Each says "ready" once it has trained a first time; then it trains again for each line that it
reads, and answers with the seconds and the mean score; it ends with its input.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import torch

from benchmarks.gpu import work
from benchmarks.gpu.frame.budget import Budget, OutOfTimeError
from benchmarks.gpu.frame.device import synchronize
from benchmarks.gpu.rivals.plain import perceptron, student
from trainables.artifacts.workshop import ignore
from trainables.networks import Perceptron
from trainables.schedule import Schedule


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a process trains: members `first` to `last` of a cohort `of` so many, or in turn.

    of: 0 for `last` plain students, one after the other.
    """

    device: str
    random: bool
    epochs: int
    of: int = 0
    first: int = 0
    last: int = 1


class Child:
    """A process with a task; it is ended where the part's time is over before it is done."""

    def __init__(self, task: Task, budget: Budget) -> None:
        command = [sys.executable, "-m", "benchmarks.gpu.children", json.dumps(asdict(task))]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.budget = budget
        self.timer = threading.Timer(max(0.0, budget.left), self.process.kill)
        self.timer.start()

    def hear(self) -> str:
        """Its next line.

        Raises OutOfTimeError where it was ended, RuntimeError where it failed by itself.
        """
        assert self.process.stdout
        if line := self.process.stdout.readline():
            return line.strip()
        code = self.process.wait()
        if self.budget.left <= 0:
            raise OutOfTimeError
        raise RuntimeError(f"a process failed with exit code {code}; its error stands above")

    def go(self) -> None:
        """Let it train."""
        assert self.process.stdin
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def close(self) -> None:
        """Let it end, or end it."""
        self.timer.cancel()
        self.process.kill()
        self.process.communicate()


def started(tasks: list[Task], budget: Budget) -> tuple[list[Child], float]:
    """Processes that are ready, and after how many seconds all of them were."""
    budget.check()
    began = time.perf_counter()
    children = [Child(task, budget) for task in tasks]
    try:
        for child in children:
            child.hear()
    except BaseException:
        close(children)
        raise
    return children, time.perf_counter() - began


def together(children: list[Child]) -> tuple[float, list[dict[str, float]]]:
    """Let all train at once: the seconds until the last is done, and what each says."""
    began = time.perf_counter()
    for child in children:
        child.go()
    said = [json.loads(child.hear()) for child in children]
    return time.perf_counter() - began, said


def close(children: list[Child]) -> None:
    """End them."""
    for child in children:
        child.close()


def _training(task: Task) -> tuple[Callable[[], float], Callable[[], float]]:
    """What is to be done first, and at each word; both return a score."""
    device, on = torch.device(task.device), work.domain(random=task.random)
    schedule = Schedule(epochs=task.epochs, batch_size=work.BATCH)
    if not task.of:
        rival = student(on, device, schedule, lambda: perceptron(784, 64, 10))
        seeds = range(task.last)
        return lambda: rival(0, ignore), lambda: sum(rival(n, ignore) for n in seeds) / task.last
    kind = work.students(on, Perceptron(hidden=(64,)), schedule, "students")
    members = kind.members(task.of)[task.first : task.last]
    workshop = work.prepared(members, device)

    def train() -> float:
        return kind.mean(kind.train(members, workshop, ignore))

    return train, train


def main(options: dict[str, Any]) -> None:
    """Train once, say so, and train again for each line read."""
    task = Task(**options)
    if task.device == "cpu":
        torch.set_num_threads(1)
    first, train = _training(task)
    first()
    print("ready", flush=True)
    for _ in sys.stdin:
        began = time.perf_counter()
        score = train()
        synchronize(torch.device(task.device))
        seconds = time.perf_counter() - began
        print(json.dumps({"seconds": seconds, "score": score}), flush=True)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
