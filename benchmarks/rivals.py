"""The same students as a competent user would train them, in five ways, each a command:

    python -m benchmarks.rivals function 100 50 64 FOLDER TEACHERS

TEACHERS: the study's, one a seed (benchmarks.throughput writes them). Data are loaded once a
process, the teacher's logits are computed once a student, the whole test set is evaluated after
the epochs that the study measures, and a student's curves go to MLflow in one batch.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import torch
from mlflow import MlflowClient
from mlflow.entities import Metric, Param
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

import study  # noqa: F401  # Ray's environment, the same for all sides
from trainables.data.domains import FASHION_MNIST
from trainables.schedule import Schedule

SEEDS = 5
Job = dict[str, Any]


@lru_cache(maxsize=1)
def data() -> tuple[torch.Tensor, ...]:
    """FashionMNIST's training and test inputs and labels."""
    train, test = FASHION_MNIST.load().train, FASHION_MNIST.test(0)
    return train.inputs(), train.labels, test.inputs(), test.labels


@lru_cache(maxsize=1)
def teachers(path: str) -> list[nn.Module]:
    """Those of the study, one a seed, as plain networks."""
    saved = load_file(path)
    return [
        _teacher({name.partition("/")[2]: saved[name] for name in saved if name[0] == str(seed)})
        for seed in range(SEEDS)
    ]


def _teacher(weights: dict[str, torch.Tensor]) -> nn.Module:
    sizes = (784, 256, 128, 64, 64, 10)
    layers: list[nn.Module] = []
    for pair in pairwise(sizes):
        layers += [nn.Linear(*pair), nn.ReLU()]
    network = nn.Sequential(*layers[:-1])
    for place, (name, parameter) in enumerate(network.named_parameters()):
        parameter.data.copy_(weights[f"layers.{place // 2}.{name.partition('.')[2]}"])
    return network


def train(job: Job) -> float:
    """One student, in plain PyTorch, and its record; its test accuracy."""
    torch.set_num_threads(1)
    rows = FASHION_MNIST.rows(job["seed"]).small
    all_x, all_y, test_x, test_y = data()
    x, y = all_x[rows], all_y[rows]
    with torch.no_grad():
        answers = teachers(job["teachers"])[job["seed"]](x)
        soft = functional.softmax(answers / job["temperature"], dim=-1)
    torch.manual_seed(job["seed"])
    model = nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    history = []
    for epoch in range(job["epochs"]):
        for batch in torch.randperm(len(x)).split(job["batch_size"]):
            logits = model(x[batch])
            hard = functional.cross_entropy(logits, y[batch])
            log_soft = functional.log_softmax(logits / job["temperature"], dim=-1)
            gentle = -(soft[batch] * log_soft).sum(-1).mean() * job["temperature"] ** 2
            optimiser.zero_grad()
            (0.5 * hard + 0.5 * gentle).backward()
            optimiser.step()
        if epoch not in job["measured"]:
            continue
        with torch.no_grad():
            logits = model(test_x)
            accuracy = (logits.argmax(-1) == test_y).float().mean().item()
            history.append((accuracy, functional.cross_entropy(logits, test_y).item()))
    record(job, history)
    return float(history[-1][0])


def record(job: Job, history: list[tuple[float, float]]) -> None:
    """A student's curves and parameters as one MLflow run."""
    client, now = MlflowClient(job["uri"]), int(time.time() * 1000)
    run = client.create_run(job["experiment"])
    metrics = [
        Metric(name, value, now, step)
        for step, values in zip(job["measured"], history, strict=True)
        for name, value in zip(("accuracy", "cross_entropy"), values, strict=True)
    ]
    parameters = [Param(name, str(job[name])) for name in ("seed", "temperature")]
    client.log_batch(run.info.run_id, metrics, parameters)
    client.set_terminated(run.info.run_id)


# ---- five ways to go through the jobs; each gives the accuracies ----


def function(jobs: list[Job], folder: str) -> list[float]:
    """(a) Ray Tune, a function trial each."""
    from ray import tune

    def trial(config: Job) -> None:
        tune.report({"accuracy": train(config["job"])})

    return _tuned(trial, jobs, folder, reuse_actors=False)


def reused(jobs: list[Job], folder: str) -> list[float]:
    """(b) Ray Tune, a class whose actors are reused."""
    from ray import tune

    class Trial(tune.Trainable):
        def setup(self, config: Job) -> None:
            self.job = config["job"]

        def step(self) -> dict[str, Any]:
            return {"accuracy": train(self.job), "done": True}

        def reset_config(self, new_config: Job) -> bool:
            self.job = new_config["job"]
            return True

        def save_checkpoint(self, checkpoint_dir: str) -> None:
            """Nothing: a student lasts a second."""

    return _tuned(Trial, jobs, folder, reuse_actors=True)


def _tuned(trainable: Any, jobs: list[Job], folder: str, *, reuse_actors: bool) -> list[float]:
    import ray
    from ray import tune

    ray.init(
        address="local", num_cpus=len(os.sched_getaffinity(0)), include_dashboard=False,
        log_to_driver=False, logging_level="ERROR",
    )  # fmt: skip
    results = tune.Tuner(
        tune.with_resources(trainable, {"cpu": 1}),
        param_space={"job": tune.grid_search(jobs)},
        tune_config=tune.TuneConfig(reuse_actors=reuse_actors),
        run_config=tune.RunConfig(storage_path=folder, name="rival", verbose=0),
    ).fit()
    assert not results.errors
    return [result.metrics["accuracy"] for result in results if result.metrics]


def in_turn(jobs: list[Job], folder: str) -> list[float]:
    """(c) One process, one after the other."""
    return [train(job) for job in jobs]


def optuna_jobs(jobs: list[Job], folder: str) -> list[float]:
    """(d) Optuna's own parallelism: n_jobs threads."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)

    def objective(trial: optuna.Trial) -> float:
        return train(jobs[trial.suggest_int("job", 0, len(jobs) - 1)])

    found = optuna.create_study()
    for job in range(len(jobs)):
        found.enqueue_trial({"job": job})
    found.optimize(objective, n_trials=len(jobs), n_jobs=len(os.sched_getaffinity(0)))
    ended = [(trial.params["job"], trial.value) for trial in found.trials]
    accuracies = {job: value for job, value in ended if value is not None}
    return [accuracies[job] for job in range(len(jobs))]


def processes(jobs: list[Job], folder: str) -> list[float]:
    """(e) joblib's processes."""
    import joblib

    work = joblib.Parallel(n_jobs=len(os.sched_getaffinity(0)))
    return list(work(joblib.delayed(train)(job) for job in jobs))


WAYS: dict[str, Callable[[list[Job], str], list[float]]] = {
    "function": function,
    "reused": reused,
    "in_turn": in_turn,
    "optuna_jobs": optuna_jobs,
    "processes": processes,
}


def main(
    way: str, students: int, epochs: int, batch_size: int, folder: str, teachers: str
) -> None:
    """Train and record the students; print the mean accuracy of each seed as JSON."""
    uri = f"sqlite:///{folder}/mlflow.db"
    experiment = MlflowClient(uri).create_experiment("rival", f"{folder}/mlruns")
    measured = Schedule(epochs=epochs, batch_size=batch_size).measured_epochs
    shared = {
        "epochs": epochs, "batch_size": batch_size, "measured": measured,
        "uri": uri, "experiment": experiment, "teachers": teachers,
    }  # fmt: skip
    jobs: list[Job] = [
        {"seed": seed, "temperature": float(t), **shared}
        for t, seed in product(range(1, students // SEEDS + 1), range(SEEDS))
    ]
    accuracies = WAYS[way](jobs, folder)
    assert len(accuracies) == students
    by_seed: dict[int, list[float]] = {job["seed"]: [] for job in jobs}
    for job, accuracy in zip(jobs, accuracies, strict=True):
        by_seed[job["seed"]].append(accuracy)
    print(json.dumps([statistics.fmean(by_seed[seed]) for seed in range(SEEDS)]))


if __name__ == "__main__":
    from benchmarks import rivals  # by its name: workers cannot import what is in __main__

    students, epochs, batch_size = map(int, sys.argv[2:5])
    places = (str(Path(path).absolute()) for path in sys.argv[5:7])
    rivals.main(sys.argv[1], students, epochs, batch_size, *places)
