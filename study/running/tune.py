"""Ray Tune carries the cohorts: one Tuner, its actors reused from the first artifact to the last
student, rounds given out by a searcher that waits until all of a round has ended.

A cohort whose worker dies is trained again, then in halves, down to single members: whatever
killed it (a machine, too little memory) costs as few of the others as can be. One that was given
to a worker dead already goes to another, whole.
"""

import logging
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import ray
from ray import tune
from ray.tune.experiment import Trial as TuneTrial
from ray.tune.schedulers import FIFOScheduler
from ray.tune.trainable import wrap_function

from search_spaces.base.catalogue import OWN_MODULE
from study.cluster.resources import Resources
from study.planning.rounds import Round
from study.recording.recorder import Recorder
from study.running.progress import Progress
from study.running.round_searcher import RoundSearcher, Unpickled
from trainables.cohorts.capacity import OF_A_CORE, Capacity
from trainables.cohorts.cohort import Cohort
from trainables.results import TrialResult
from trainables.settings.trial import Trial
from trainables.trainable import METRIC, capacity_here, stalled, train_cohort

RETRIES = 1  # of a cohort whose worker died; then it is halved. Own exceptions are results


def train(
    rounds: Iterator[Round],
    recorder: Recorder,
    resources: Resources,
    artifacts: str,
    progress: Progress,
    *,
    keep_students: bool = False,
) -> list[str]:
    """Train all rounds; results go to the recorder as they come.

    keep_students: whether reported students' weights are stored beside the artifacts.
    Returns the cohorts that could not be trained, with their reasons.
    """
    source = RoundSearcher(rounds, progress, artifacts, resources, keep_students)
    if source.finished:
        return []
    if OWN_MODULE in sys.modules:  # a user's file: workers cannot import it, so it travels whole
        ray.cloudpickle.register_pickle_by_value(sys.modules[OWN_MODULE])
    if not progress.verbose:  # we say ourselves what failed
        logging.getLogger("ray.tune").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="study-tune-") as scratch:
        # Tune's own state is not our record: launching again plans from MLflow.
        tuner = tune.Tuner(
            _worker(resources),
            tune_config=tune.TuneConfig(
                search_alg=source,
                num_samples=-1,  # until the searcher says FINISHED
                max_concurrent_trials=resources.workers,
                reuse_actors=True,  # a new one imports torch for seconds, a student takes 0.2
                scheduler=_NewestFirst(),
                trial_name_creator=_name,
                trial_dirname_creator=lambda trial: trial.trial_id,
            ),
            run_config=tune.RunConfig(
                name="study",
                storage_path=scratch,
                verbose=0,  # progress.py is what a person sees
                callbacks=[_Collector(recorder, source)],
                failure_config=tune.FailureConfig(max_failures=RETRIES),
            ),
        )
        tuner.fit()
    return source.errors


def capacity_of_workers(resources: Resources) -> Capacity:
    """What a cohort may take of a worker; a GPU's memory and rate are asked, of one of them.

    Where GPUs differ, a cohort that is too large for one is halved.
    """
    if not resources.gpus_per_worker:
        return OF_A_CORE
    asking = ray.remote(num_cpus=resources.cpus_per_worker, num_gpus=resources.gpus_per_worker)(
        capacity_here
    )
    found: Capacity = ray.get(asking.remote(min(1.0, resources.gpus_per_worker)))
    return found


def _name(trial: Any) -> str:
    return str(trial.config["title"])


def _worker(resources: Resources) -> Any:
    """The trainable under a name that says on the dashboard what its actors are."""
    given = {"cpu": resources.cpus_per_worker, "gpu": resources.gpus_per_worker}
    base = tune.with_resources(wrap_function(train_cohort), given)
    return type("StudyWorker", (base,), {"__repr__": lambda self: "trains cohorts"})


class _NewestFirst(FIFOScheduler):
    """A worker that has become free takes the newest cohort.

    An older one that waits has a worker of its own starting: Tune would give it the free one and
    stop the other, and again whenever one becomes free, so that a node that joined, or a worker
    in a dead one's place, would never be used where cohorts are shorter than a start.
    """

    def __init__(self) -> None:
        super().__init__()
        self._given: list[Any] = []  # without those that have ended, of which there may be many

    def on_trial_add(self, tune_controller: Any, trial: Any) -> None:
        """Called for each cohort that the searcher gives out."""
        self._given = [*(one for one in self._given if not one.is_finished()), trial]

    def choose_trial_to_run(self, tune_controller: Any) -> Any:
        """The newest that waits; the older ones when nothing else is left."""
        trials = reversed(self._given)
        return next((trial for trial in trials if trial.status == TuneTrial.PENDING), None)


class _Collector(Unpickled, tune.Callback):
    """Takes the cohorts' reports to the recorder and to the progress display."""

    def __init__(self, recorder: Recorder, source: RoundSearcher) -> None:
        self.recorder, self.source = recorder, source
        self.heard: dict[str, float] = {}  # of those that run: when they last reported

    def on_trial_start(self, iteration: int, trials: Any, trial: Any, **_: Any) -> None:
        """Called when a worker begins with a cohort."""
        self.heard[trial.trial_id] = time.monotonic()

    def on_trial_recover(self, iteration: int, trials: Any, trial: Any, **_: Any) -> None:
        """Called when a worker died, and the cohort waits for another."""
        self.heard.pop(trial.trial_id, None)

    def on_trial_result(
        self, iteration: int, trials: Any, trial: Any, result: dict[str, Any], **_: Any
    ) -> None:
        """Called for each report of a cohort."""
        cohort: Cohort = trial.config["cohort"]
        self.heard[trial.trial_id] = time.monotonic()
        self._ended(result.get("results", ()))  # before anything else: on the disk at once
        if "error" in result:
            self._failed(cohort, result["error"], result["halve"], result["own"])
        self.source.progress.at(trial.trial_id, cohort, result[METRIC])

    def on_trial_complete(self, iteration: int, trials: Any, trial: Any, **_: Any) -> None:
        """Called when a cohort has ended: Tune keeps it for good, and its members need not be."""
        self.heard.pop(trial.trial_id, None)
        trial.config = trial.evaluated_params = {}

    def on_trial_error(self, iteration: int, trials: Any, trial: Any, **_: Any) -> None:
        """Called when a worker died more often than it is retried, or before it began.

        Tune retries what was running alone: not what it gave to a waiting worker that was dead.
        """
        cohort: Cohort = trial.config["cohort"]
        heard = self.heard.get(trial.trial_id)
        if heard is None and self.source.gives_again(cohort):
            return
        silent = time.monotonic() - heard if heard else 0.0
        if silent > trial.config["stall"]:  # it ended itself: halves would wait as long
            place = "it waits outside Python's own code"
            self._failed(cohort, stalled(silent, place), halve=False, own=True)
            return
        reason = f"its worker died {_times(trial.num_failures)}: {_last_line(trial.error_file)}"
        self._failed(cohort, reason, halve=True, own=False)

    def _ended(self, results: Sequence[TrialResult]) -> None:
        self.recorder.add(results)
        for result in results:
            self.source.progress.trial_ended(result)

    def _failed(self, cohort: Cohort, reason: str, halve: bool, own: bool) -> None:
        """In halves where that may help; a student's own exception is its result, at last."""
        if halve and self.source.halved(cohort, reason):
            return
        trials = [member for member in cohort.members if isinstance(member, Trial)]
        if own and trials:
            self._ended([TrialResult(trial, {}, {}, 0.0, failure=reason) for trial in trials])
        else:
            self.source.gave_up(cohort, reason)


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _last_line(error_file: str | None) -> str:
    """Of what Tune wrote about the failure, before its folder goes."""
    if not error_file or not Path(error_file).exists():
        return "no reason known"
    lines = Path(error_file).read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "no reason known"
