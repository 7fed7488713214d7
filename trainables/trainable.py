"""The Ray Tune trainable: one call trains one cohort; its actor is reused for the next.

Data, test set and libraries stay in the actor between cohorts. An exception in a cohort's
training is reported as a result, with its reason; Ray retries only what a dead worker had.
One that makes no progress is ended.
"""

import os
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import torch
from ray import tune
from ray._raylet import setproctitle  # type: ignore[attr-defined]  # compiled: no types to read

from trainables.artifacts.store import open_folder
from trainables.artifacts.workshop import Workshop, keeping_students
from trainables.cohorts.capacity import Capacity, capacity_of
from trainables.cohorts.cohort import Cohort
from trainables.cohorts.kinds import kind_of, open_workshop
from trainables.device import default_device, give_back, is_out_of_memory
from trainables.stalled import StalledError, Watch, place_of

METRIC = "fraction"  # of the cohort's work that is done; Tune demands some metric in each report
WORKER = "ray::StudyWorker"
TIMES = 3  # a cohort may be silent for as often as long as all of it should take


def train_cohort(config: dict[str, Any]) -> None:
    """Train config["cohort"] with the artifacts under config["artifacts"].

    Also in config: "threads", of torch; "gpu", whether it was given one; "title", the process's
    while it trains; "keep", whether reported students are stored; "stall", seconds without
    progress after which a cohort is ended, at least; "pause", seconds between reports, at least.

    Reports {"fraction": ...} now and then, then once {"fraction": 1, "results": ...}, and
    last a small report, since Tune keeps the last one of each trial. Where training failed there
    are instead of results: "error", its reason; "own", whether the members caused it (not the
    disk, nor the memory); "halve", whether half the members at a time may do, or show which of
    them it is.
    """
    torch.set_num_threads(config["threads"])
    cohort: Cohort = config["cohort"]
    outcome: dict[str, Any]
    watch = Watch(max(config["stall"], TIMES * cohort.cost / _rate.gflops))
    try:
        with watch:
            started = time.monotonic()
            workshop = _workshop(config["artifacts"], config["gpu"])
            if config["keep"]:
                workshop = keeping_students(workshop)
            kind, report = kind_of(cohort.members[0]), _Throttled(config, watch.alive)
            outcome = {"results": kind.train(cohort.members, workshop, report)}
        _rate.add(cohort.cost, time.monotonic() - started)
    except StalledError as error:
        outcome = {"error": stalled(watch.seconds, place_of(error)), "own": True, "halve": False}
    except Exception as error:
        outcome = {
            "error": f"{type(error).__name__}: {error} ({place_of(error)})",
            "own": not is_out_of_memory(error) and not isinstance(error, OSError),
            "halve": not isinstance(error, OSError),
        }
    if "error" in outcome:
        give_back(default_device())  # not before: the error's traceback holds the tensors
    tune.report({METRIC: 1.0, **outcome})
    tune.report({METRIC: 1.0})


class _Rate:
    """GFLOP/s of this process's cohorts; a slow core's, a minute long, before the first."""

    def __init__(self) -> None:
        self.work, self.seconds = 600.0, 60.0

    @property
    def gflops(self) -> float:
        return self.work / self.seconds

    def add(self, work: float, seconds: float) -> None:
        """So many GFLOP took so many seconds."""
        self.work, self.seconds = self.work + work, self.seconds + seconds


_rate = _Rate()


def stalled(seconds: float, place: str) -> str:
    """The reason of a cohort that was ended, and what to do."""
    return (
        f"no progress for {seconds / 60:.3g} min ({place}); where that is no mistake but slow: "
        "a larger --stall-minutes and --retry-failed"
    )


def capacity_here(share: float) -> Capacity:
    """What a cohort may take of this process's device; share: of it, that is the process's."""
    return capacity_of(default_device(), share)


@lru_cache(maxsize=1)
def _workshop(artifacts: str, gpu: bool) -> Workshop:
    return open_workshop(open_folder(artifacts), torch.device("cuda" if gpu else "cpu"))


class _Throttled:
    """Reports progress, but not more often than agreed.

    Ray names the process anew at each report; the dashboard, ps and top show its title.
    """

    def __init__(self, config: dict[str, Any], alive: Callable[[], None]) -> None:
        self.last, self.title, self.alive = time.monotonic(), f"{WORKER} {config['title']}", alive
        self.pause = config["pause"]
        setproctitle(self.title)

    def __call__(self, fraction: float) -> None:
        self.alive()
        if time.monotonic() - self.last > self.pause:
            self.last = time.monotonic()
            tune.report({METRIC: min(fraction, 0.999), "pid": os.getpid()})
            setproctitle(self.title)
