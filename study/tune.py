"""Ray Tune carries the cohorts: one Tuner, its actors reused from the first artifact to the last
student, rounds given out by a searcher that waits until all of a round has ended.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ray
from ray import tune
from ray.tune.search import Searcher

from study.plan import Round
from study.progress import Progress
from study.record import Recorder
from trainables.cohort import Cohort
from trainables.errors import BadInputError
from trainables.trainable import METRIC, train_cohort

RETRIES = 2  # of a cohort whose worker died; its own exceptions are results and never retried


@dataclass(frozen=True)
class Resources:
    """What the workers get, and where the cluster is."""

    workers: int
    cpus_per_worker: int = 1
    gpus_per_worker: float = 0.0
    address: str | None = None
    dashboard: bool = True


@dataclass
class Outcome:
    """What happened: cohorts that could not be trained, with their reasons; interrupted or not."""

    errors: list[str] = field(default_factory=list)
    interrupted: bool = False


def start_ray(resources: Resources) -> str | None:
    """Start or join a cluster; the dashboard's address, if there is one.

    Raises BadInputError where the cluster cannot be joined or has too little.
    """
    options: dict[str, Any] = {"address": resources.address}
    if resources.address is None:
        options = {
            "address": "local",  # not one that happens to run on this machine
            "num_cpus": resources.workers * resources.cpus_per_worker,
            "include_dashboard": resources.dashboard,
            "dashboard_host": "127.0.0.1",
        }
    try:
        context = ray.init(**options, log_to_driver=False, logging_level="ERROR")
    except (ConnectionError, ValueError, RuntimeError, TimeoutError) as error:
        reason = str(error).strip().splitlines()[0][:200]
        raise BadInputError(
            f"no Ray cluster at {resources.address or 'this machine'}: {reason}; start one with "
            "`ray start --head`, or leave --address away to use this machine"
        ) from None
    _check_resources(resources)
    return context.dashboard_url or None


def _check_resources(resources: Resources) -> None:
    there = ray.cluster_resources()
    for name, each in (("CPU", resources.cpus_per_worker), ("GPU", resources.gpus_per_worker)):
        asked, has = resources.workers * each, there.get(name, 0)
        if asked > has:
            raise BadInputError(
                f"{resources.workers} workers × {each:g} {name} are {asked:g}, the cluster has "
                f"{has:g}: lower --workers or --{name.lower()}s-per-worker"
            )


def run(
    rounds: Iterator[Round],
    recorder: Recorder,
    resources: Resources,
    artifacts: Path,
    progress: Progress,
) -> Outcome:
    """Train all rounds; results go to the recorder as they come."""
    source = _RoundSearcher(rounds, progress, artifacts, resources.cpus_per_worker)
    if source.is_empty():
        return Outcome()
    collector = _Collector(recorder, progress)
    trainable = tune.with_resources(
        train_cohort, {"cpu": resources.cpus_per_worker, "gpu": resources.gpus_per_worker}
    )
    with tempfile.TemporaryDirectory(prefix="study-tune-") as scratch:
        # Tune's own state is not our record: launching again plans from MLflow.
        tuner = tune.Tuner(
            trainable,
            tune_config=tune.TuneConfig(
                search_alg=source,
                num_samples=-1,
                max_concurrent_trials=resources.workers,
                reuse_actors=True,
                trial_name_creator=_name,
                trial_dirname_creator=lambda trial: trial.trial_id,
            ),
            run_config=tune.RunConfig(
                name="study",
                storage_path=scratch,
                verbose=0,
                callbacks=[collector],
                failure_config=tune.FailureConfig(max_failures=RETRIES),
            ),
        )
        tuner.fit()
    return Outcome(collector.errors, interrupted=not source.finished)


def _name(trial: Any) -> str:
    return str(trial.config["cohort"].name)


class _Unpickled:
    """Tune pickles searchers and callbacks beside its own state, which nobody reads here."""

    def __getstate__(self) -> dict[str, Any]:
        return {}


class _RoundSearcher(_Unpickled, Searcher):
    """Gives out a round's cohorts; the next round when all of it has ended."""

    def __init__(
        self, rounds: Iterator[Round], progress: Progress, artifacts: Path, threads: int
    ) -> None:
        super().__init__(metric=METRIC, mode="max")
        self.rounds, self.progress = rounds, progress
        self.config = {"artifacts": str(artifacts), "threads": threads}
        self.queue: list[Cohort] = []
        self.live: set[str] = set()
        self.finished = False
        self._advance()

    def is_empty(self) -> bool:
        """True if there is nothing to train at all."""
        return self.finished

    def _advance(self) -> None:
        while not self.queue and not self.finished:
            following = next(self.rounds, None)
            if following is None:
                self.finished = True
            elif following.cohorts:
                self.progress.begin(following)
                self.queue = list(following.cohorts)

    def suggest(self, trial_id: str) -> Any:
        """The next cohort; None while the round's last ones run; FINISHED at the end."""
        if not self.queue and self.live:
            return None
        self._advance()
        if self.finished:
            return Searcher.FINISHED
        self.live.add(trial_id)
        return {**self.config, "cohort": self.queue.pop(0)}

    def on_trial_complete(
        self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False
    ) -> None:
        """Tune's word that a cohort has ended, well or not."""
        self.live.discard(trial_id)

    def save(self, checkpoint_path: str) -> None:
        """Nothing to save: a relaunch plans from the records."""

    def restore(self, checkpoint_path: str) -> None:
        """Nothing to restore."""


class _Collector(_Unpickled, tune.Callback):
    """Takes the cohorts' reports to the recorder and to the progress display."""

    def __init__(self, recorder: Recorder, progress: Progress) -> None:
        self.recorder, self.progress = recorder, progress
        self.errors: list[str] = []

    def on_trial_result(
        self, iteration: int, trials: Any, trial: Any, result: dict[str, Any], **_: Any
    ) -> None:
        """Called for each report of a cohort."""
        cohort: Cohort = trial.config["cohort"]
        for member in result.get("results", ()):
            self.recorder.add(member)
            self.progress.trial_ended(member)
        if "error" in result:
            self._failed(cohort, result["error"])
        self.progress.at(trial.trial_id, cohort, result[METRIC])

    def on_trial_error(self, iteration: int, trials: Any, trial: Any, **_: Any) -> None:
        """Called when a worker died more often than it is retried."""
        self._failed(trial.config["cohort"], f"its worker died {RETRIES + 1} times")

    def _failed(self, cohort: Cohort, reason: str) -> None:
        self.errors.append(f"{cohort.name}: {reason}")
        self.progress.say(f"could not train {cohort.name}: {reason}")
