"""Ray Tune's searcher here: it gives out the cohorts of a round, then those of the next."""

import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ray.tune.search import Searcher

from study.cluster.resources import Resources
from study.planning.rounds import Round
from study.running.progress import Progress
from trainables.cohorts.cohort import Cohort
from trainables.trainable import METRIC

REPORTS_A_SECOND = 25  # of all workers together: each costs the launch some milliseconds


class Unpickled:
    """Skip pickling: Tune's state is unused."""

    def __getstate__(self) -> dict[str, Any]:
        return {}  # with every checkpoint Tune pickles searcher and callbacks: recorder, threads


class RoundSearcher(Unpickled, Searcher):
    """Gives out a round's cohorts; the next round when all of it has ended."""

    def __init__(
        self,
        rounds: Iterator[Round],
        progress: Progress,
        artifacts: str,
        resources: Resources,
        keep_students: bool,
    ) -> None:
        super().__init__(metric=METRIC, mode="max")
        self.rounds, self.progress = rounds, progress
        self.config = {
            "artifacts": artifacts,
            "threads": resources.cpus_per_worker,
            "gpu": bool(resources.gpus_per_worker),
            "keep": keep_students,
            "stall": 60 * resources.stall_minutes or math.inf,
            "pause": max(1.0, (resources.workers or 1) / REPORTS_A_SECOND),
        }
        self.queue: list[tuple[str, Cohort]] = []  # with their titles
        self.errors: list[str] = []
        self.live: set[str] = set()
        self.workers = resources.workers or 1
        self.given_back: Counter[Cohort] = Counter()
        self.finished = False
        self._advance()

    def _advance(self) -> None:
        while not self.queue and not self.finished:
            following = next(self.rounds, None)
            if following is None:
                self.finished = True
            elif following.cohorts:
                self.progress.begin(following)
                many = len(following.cohorts)
                self.queue = [
                    (f"{cohort.name} cohort {number}/{many}", cohort)
                    for number, cohort in enumerate(following.cohorts, start=1)
                ]

    def suggest(self, trial_id: str) -> Any:
        """The next cohort; None while the round's last ones run; FINISHED at the end."""
        if not self.queue and self.live:  # one that fails may come back to the queue, in halves
            return None
        self._advance()
        if self.finished:
            return Searcher.FINISHED
        self.live.add(trial_id)
        title, cohort = self.queue.pop(0)
        self.progress.started(trial_id, cohort, title)
        return {**self.config, "cohort": cohort, "title": title}

    def on_trial_complete(
        self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False
    ) -> None:
        """Tune's word that a cohort has ended, well or not."""
        self.live.discard(trial_id)
        self.progress.stopped(trial_id)

    def gives_again(self, cohort: Cohort) -> bool:
        """Give a cohort that never began to another worker; False once all had died."""
        self.given_back[cohort] += 1
        if self.given_back[cohort] > self.workers:
            return False
        self.queue.insert(0, (f"{cohort.name} again", cohort))
        return True

    def halved(self, cohort: Cohort, reason: str) -> bool:
        """Try a cohort again, in halves; False where it is a single member."""
        halves = cohort.halves()
        # First in the queue: the round waits for them, and may end with nothing else to do.
        self.queue = [(f"{half.name} half", half) for half in halves] + self.queue
        if halves:
            self.progress.warn(f"{cohort.name}: {reason}; again, in halves")
        return bool(halves)

    def gave_up(self, cohort: Cohort, reason: str) -> None:
        """A cohort could not be trained; the next launch tries again."""
        self.errors.append(f"{cohort.name}: {reason}")
        self.progress.warn(f"could not train {cohort.name}: {reason}")

    def save(self, checkpoint_path: str) -> None:
        """Nothing to save: a relaunch plans from the records."""

    def restore(self, checkpoint_path: str) -> None:
        """Nothing to restore."""
