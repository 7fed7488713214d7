"""Students a second on a GPU (or, to try the code, a CPU): python -m benchmarks.gpu

Cohorts of the standard schedule in growing numbers, against one eager trial after another on the
same device and against a process for each trial. Needs torch and the data, no ray, no mlflow.
"""

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from search_spaces.smoke import taught
from trainables.artifacts.workshop import Workshop, ignore
from trainables.cohorts.kinds import open_workshop
from trainables.data.domains import FASHION_MNIST
from trainables.distillation.student import train_students
from trainables.objectives import Distillation
from trainables.schedule import Schedule
from trainables.settings.trial import Trial

SEEDS = 5


def cohort(size: int, schedule: Schedule, workshop: Workshop) -> dict[str, float]:
    """Seconds and memory of one cohort of so many students, its accuracy beside them."""
    base = replace(taught(FASHION_MNIST), schedule=schedule)
    trials = [
        Trial(
            setting=replace(base, objective=Distillation(hard_label_weight=n / size)),
            seed=n % SEEDS,
        )
        for n in range(size)
    ]
    train_students(trials[: min(size, SEEDS)], workshop, ignore)  # artifacts, kernels, test set
    on_gpu = workshop.device.type == "cuda"
    if on_gpu:
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
    started = time.perf_counter()
    results = train_students(trials, workshop, ignore)
    seconds = time.perf_counter() - started
    memory = torch.cuda.max_memory_allocated() / size if on_gpu else float("nan")
    accuracy = sum(result.final["test/accuracy"] for result in results) / size
    return {"students": size, "seconds": seconds, "bytes": memory, "accuracy": accuracy}


def eager(schedule: Schedule, device: torch.device, students: int) -> float:
    """Seconds a student, one after the other, as one would write it for this device."""
    test = FASHION_MNIST.test(0)
    test_x, test_y = test.inputs().to(device), test.labels.to(device)
    measured = schedule.measured_epochs
    started = time.perf_counter()
    for seed in range(students):
        torch.manual_seed(seed)
        split = FASHION_MNIST.split("Small", seed)
        x, y = split.inputs().to(device), split.labels.to(device)
        model = nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10)).to(device)
        soft = torch.rand(len(x), 10, device=device).softmax(-1)
        optimiser = torch.optim.Adam(model.parameters(), fused=True)
        for epoch in range(schedule.epochs):
            for rows in torch.randperm(len(x), device=device).split(schedule.batch_size):
                logits = model(x[rows])
                gentle = -(soft[rows] * logits.log_softmax(-1)).sum(-1).mean()
                optimiser.zero_grad()
                (0.5 * functional.cross_entropy(logits, y[rows]) + 0.5 * gentle).backward()
                optimiser.step()
            if epoch in measured:
                with torch.no_grad():
                    float((model(test_x).argmax(-1) == test_y).float().mean())
    return (time.perf_counter() - started) / students


def process(schedule: Schedule, device: torch.device) -> float:
    """Seconds of one student in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.gpu", str(device), str(schedule.epochs), "one"]
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main(device: torch.device, epochs: int, sizes: list[int]) -> list[dict[str, Any]]:
    """Print a line for each way; all of it as JSON at the end."""
    schedule = Schedule(epochs=epochs, batch_size=64)
    eager(schedule, device, 1)
    alone, own = eager(schedule, device, 3), process(schedule, device)
    print(f"{device}: one eager student after another {1 / alone:.2f} a second, "
          f"a process for each {1 / own:.2f}")  # fmt: skip
    found: list[dict[str, Any]] = [{"eager": alone, "process": own}]
    with tempfile.TemporaryDirectory() as folder:
        workshop = open_workshop(Path(folder), device)
        for size in sizes:
            one = cohort(size, schedule, workshop)
            rate = size / one["seconds"]
            print(
                f"{size:6d} students at once: {rate:8.1f} a second, {rate * alone:6.1f} x eager, "
                f"{rate * own:6.1f} x processes, {one['bytes'] / 2**20:.2f} MiB each, "
                f"accuracy {one['accuracy']:.3f}"
            )
            found.append(one)
    print(json.dumps(found))
    return found


if __name__ == "__main__":
    # DEVICE [EPOCHS [SIZES]]: cuda 50 10,100,1000 (no typer: torch alone must do)
    given = [*sys.argv[1:], *("cuda", "50", "10,50,200,1000")[len(sys.argv) - 1 :]]
    where = torch.device(given[0])
    if where.type == "cpu":
        torch.set_num_threads(1)
    if given[2] == "one":
        eager(Schedule(epochs=int(given[1]), batch_size=64), where, 1)
    else:
        main(where, int(given[1]), [int(size) for size in given[2].split(",")])
