"""Ray Tune carries the cohorts: one Tuner, its actors reused from the first artifact to the last
student, rounds given out by a searcher that waits until all of a round has ended.
"""

import logging
import socket
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ray
from ray import tune
from ray.tune.search import Searcher

from search_spaces.catalogue import OWN_MODULE
from study.plan import Round
from study.progress import Progress
from study.record import Recorder
from study.resources import Resources
from trainables.cohort import Cohort
from trainables.errors import BadInputError
from trainables.trainable import METRIC, train_cohort

QUIET: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
TOKEN = Path.home() / ".ray" / "auth_token"
KNOCK_SECONDS = 5
RETRIES = 2  # of a cohort whose worker died; its own exceptions are results and never retried


@dataclass
class Outcome:
    """What happened: cohorts that could not be trained, with their reasons; interrupted or not."""

    errors: list[str] = field(default_factory=list)
    interrupted: bool = False


def start_ray(resources: Resources, workers: int) -> str | None:
    """Start Ray on this machine, unless a cluster was joined; the dashboard's address, if any."""
    options: dict[str, Any] = {
        "address": "local",  # not a cluster that happens to run on this machine
        "num_cpus": workers * resources.cpus_per_worker,
        "include_dashboard": resources.dashboard,
        "dashboard_host": "127.0.0.1",
    }
    if ray.is_initialized():
        options = {"address": resources.address, "ignore_reinit_error": True}
    context = ray.init(**options, **QUIET)
    if TOKEN.exists():
        TOKEN.chmod(0o600)  # ray lets every user of the machine read it
    return context.dashboard_url or None


def join_cluster(resources: Resources) -> int:
    """Join the cluster at resources.address; how many workers it is to carry.

    Raises BadInputError where nothing answers there, or it has too little.
    """
    try:
        _knock(resources.address or "auto")
        ray.init(address=resources.address, **QUIET)
    except (OSError, ValueError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0][:200]
        raise BadInputError(
            f"no Ray cluster at {resources.address}: {reason}; start one with "
            "`ray start --head`, or leave --address away to use this machine"
        ) from None
    there = ray.cluster_resources()
    return resources.count(there.get("CPU", 0), there.get("GPU", 0))


def _knock(address: str) -> None:
    """Raise OSError where nothing listens: ray.init itself tries for many minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if port.isdigit():
        socket.create_connection((host, int(port)), timeout=KNOCK_SECONDS).close()


def run(
    rounds: Iterator[Round],
    recorder: Recorder,
    resources: Resources,
    workers: int,
    artifacts: Path,
    progress: Progress,
) -> Outcome:
    """Train all rounds; results go to the recorder as they come."""
    source = _RoundSearcher(rounds, progress, artifacts, resources.cpus_per_worker)
    if source.is_empty():
        return Outcome()
    collector = _Collector(recorder, progress)
    if OWN_MODULE in sys.modules:  # a user's file: workers cannot import it, so it travels whole
        ray.cloudpickle.register_pickle_by_value(sys.modules[OWN_MODULE])
    logging.getLogger("ray.tune").setLevel(logging.CRITICAL)  # we say ourselves what failed
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
                max_concurrent_trials=workers,
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
    ray.shutdown()  # at the interpreter's exit it takes seconds longer
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
        last = str(trial.get_error() or "no reason known").strip().splitlines()[-1]
        self._failed(trial.config["cohort"], f"its worker died {RETRIES + 1} times: {last}")

    def _failed(self, cohort: Cohort, reason: str) -> None:
        self.errors.append(f"{cohort.name}: {reason}")
        self.progress.say(f"could not train {cohort.name}: {reason}")
