"""The Ray Tune trainable: one call trains one cohort; its actor is reused for the next.

Data, test set and libraries stay in the actor between cohorts. An exception in a cohort's
training is reported as a result, with its reason; Ray retries only what a dead worker had.
"""

import os
import time
import traceback
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from ray import tune
from ray._raylet import setproctitle  # type: ignore[attr-defined]  # compiled: no types to read

from trainables.artifacts.store import open_folder
from trainables.artifacts.workshop import Workshop
from trainables.cohorts.capacity import Capacity, capacity_of
from trainables.cohorts.cohort import Cohort
from trainables.cohorts.kinds import kind_of, open_workshop
from trainables.device import default_device, give_back, is_out_of_memory

METRIC = "fraction"  # of the cohort's work that is done; Tune demands some metric in each report
REPORT_SECONDS = 1.0
WORKER = "ray::StudyWorker"


def train_cohort(config: dict[str, Any]) -> None:
    """Train config["cohort"] with the artifacts under config["artifacts"].

    Also in config: "threads", of torch; "gpu", whether it was given one; "title", the process's
    while it trains.

    Reports {"fraction": ...} about once a second, then once {"fraction": 1, "results": ...}, and
    last a small report, since Tune keeps the last one of each trial. Where training failed there
    are instead of results: "error", its reason; "own", whether the members caused it (not the
    disk, nor the memory); "halve", whether half the members at a time may do, or show which of
    them it is.
    """
    torch.set_num_threads(config["threads"])
    cohort: Cohort = config["cohort"]
    outcome: dict[str, Any]
    try:
        workshop = _workshop(config["artifacts"], config["gpu"])
        kind, report = kind_of(cohort.members[0]), _Throttled(config["title"])
        outcome = {"results": kind.train(cohort.members, workshop, report)}
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(where.filename).name}:{where.lineno}"
        outcome = {
            "error": f"{type(error).__name__}: {error} ({place})",
            "own": not is_out_of_memory(error) and not isinstance(error, OSError),
            "halve": not isinstance(error, OSError),
        }
    if "error" in outcome:
        give_back(default_device())  # not before: the error's traceback holds the tensors
    tune.report({METRIC: 1.0, **outcome})
    tune.report({METRIC: 1.0})


def capacity_here(share: float) -> Capacity:
    """What a cohort may take of this process's device; share: of it, that is the process's."""
    return capacity_of(default_device(), share)


@lru_cache(maxsize=1)
def _workshop(artifacts: str, gpu: bool) -> Workshop:
    return open_workshop(open_folder(artifacts), torch.device("cuda" if gpu else "cpu"))


class _Throttled:
    """Reports progress, but not more often than REPORT_SECONDS.

    Ray names the process anew at each report; the dashboard, ps and top show its title.
    """

    def __init__(self, title: str) -> None:
        self.last, self.title = time.monotonic(), f"{WORKER} {title}"
        setproctitle(self.title)

    def __call__(self, fraction: float) -> None:
        if time.monotonic() - self.last > REPORT_SECONDS:
            self.last = time.monotonic()
            tune.report({METRIC: min(fraction, 0.999), "pid": os.getpid()})
            setproctitle(self.title)
