"""What a person sees while a study runs: a live bar on a terminal and in a
notebook, plain lines elsewhere.
"""

import math
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import replace

from rich.console import Console

from records.terminal import say
from study.planning.rounds import Round
from study.watching.leader import LONGEST_TITLE, MOST_WORKERS, Standing
from study.watching.live_line import LiveLine
from study.watching.time_left import TimeLeft
from trainables.cohorts.cohort import Cohort
from trainables.results import TrialResult
from trainables.settings.columns import name_of

LINE_SECONDS = 10.0
RATE_SECONDS = 60.0


class Progress:
    """Counts, current stage, best so far, and an estimate of what is left."""

    def __init__(self, console: Console, verbose: bool = False) -> None:
        self.console, self.verbose = console, verbose  # verbose: what Ray says is shown too
        self.done = self.total = self.failed = 0
        self.best: str | None = None  # a setting's mean: one seed's best would be luck
        self._best = -math.inf
        self.best_of: dict[tuple[str, str], float] = {}  # (measure, φ) → the same, among its own
        self.watcher: Callable[[Progress], None] | None = None  # is shown whatever changes
        self._ends: deque[float] = deque()  # when trials ended, of late
        self._scores: dict[str, list[float]] = defaultdict(list)
        self.stage = "starting the workers"
        self.began: float | None = None
        self._work = TimeLeft()
        self._fractions: dict[str, float] = {}  # cohort → how much of it is done
        self._live: dict[str, tuple[str, Cohort]] = {}  # those at work, with their titles
        self.door: int | None = None  # the port behind which Ray's dashboard opens
        self._last_line = 0.0
        self._line = LiveLine(console, self._texts()[0])

    def expect(self, done: int, total: int, missing: Mapping[str, float]) -> None:
        """What there is to do, or has become known: trials ended and in all, and what is missing.

        missing: GFLOP by kind of work.
        """
        self.done, self.total = done, total
        self._work.expect(missing)
        self._line.show(self._texts(), self.share)

    def give_back(self) -> None:
        """Leave the terminal as it was."""
        self._line.bars.stop()

    def __enter__(self) -> "Progress":
        self._line.bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._line.bars.stop()

    def begin(self, following: Round) -> None:
        """A round begins."""
        self.began = self.began or time.monotonic()
        self.stage = following.title
        members = sum(len(cohort.members) for cohort in following.cohorts)
        self._show(f"{following.title}: {members} in {len(following.cohorts)} cohorts")

    def started(self, cohort_id: str, cohort: Cohort, title: str = "") -> None:
        """A cohort was given to a worker."""
        self._live[cohort_id] = title or cohort.name, cohort
        self._work.started(cohort_id)

    def stopped(self, cohort_id: str) -> None:
        """It has ended, well or not."""
        self._live.pop(cohort_id, None)
        self._work.stopped(cohort_id)

    def at(self, cohort_id: str, cohort: Cohort, fraction: float) -> None:
        """A cohort's report: how much of it is done."""
        self._fractions[cohort_id] = fraction
        self._work.at(cohort_id, cohort.kind, fraction * cohort.cost)
        self._show()

    def trial_ended(self, result: TrialResult) -> None:
        """One more recorded trial; keeps the best setting by validation, never by test."""
        self.done += 1
        now = time.monotonic()
        while self._ends and self._ends[0] < now - RATE_SECONDS:
            self._ends.popleft()
        self._ends.append(now)
        if result.failure:
            self.failed += 1
            self.warn(f"failed: {name_of(result.trial.setting)}: {result.failure}")
        scores, main = self._scores[result.trial.setting.key], result.trial.setting.target.main
        scores.append(result.final.get(f"validation/{main.name}", math.nan))
        mean = sum(scores) / len(scores)
        if len(scores) < 2 or math.isnan(mean) or result.pruned:
            return
        if main.sign * mean > self._best:
            self._best, self.best = main.sign * mean, main.text(mean)
        place = main.name, result.trial.setting.link.name
        better = max if main.sign > 0 else min
        self.best_of[place] = better(mean, self.best_of.get(place, mean))

    def say(self, line: str) -> None:
        """Print a line that stays."""
        say(self.console, line)

    def warn(self, line: str) -> None:
        """Print what went wrong: on a quiet console, too."""
        quiet, self.console.quiet = self.console.quiet, False
        self.say(line)
        self.console.quiet = quiet

    @property
    def standing(self) -> Standing:
        """All that is seen of it from elsewhere; asked by other threads, too."""
        live = [*self._live.items()]
        workers = [
            (title[:LONGEST_TITLE], self._fractions.get(key, 0.0))
            for key, (title, _) in live[:MOST_WORKERS]
        ]
        return Standing(
            stage=self._texts()[0],
            done=self.done,
            total=self.total,
            failed=self.failed,
            share=self.share,
            left=self._work.seconds,
            per_minute=60 * self.rate(),
            workers=workers,
            more_workers=max(0, len(live) - MOST_WORKERS),
            door=self.door,
        )

    @property
    def share(self) -> float:
        """How much of the predicted work is done, 0 to 1."""
        return self._work.share

    def states(self) -> dict[str, int]:
        """Trials by what has become of them."""
        live = [cohort for _, cohort in self._live.values() if cohort.kind == "student"]
        running = min(sum(len(cohort.members) for cohort in live), self.total - self.done)
        return {
            "done": self.done - self.failed,
            "failed": self.failed,
            "running": running,
            "waiting": max(0, self.total - self.done - running),
        }

    def rate(self) -> float:
        """Trials that ended, a second, over the last minute."""
        now = time.monotonic()
        since = min(RATE_SECONDS, now - (self.began or now))
        ends = tuple(self._ends)
        old = next((n for n, end in enumerate(ends) if end >= now - RATE_SECONDS), len(ends))
        return (len(ends) - old) / since if since else 0.0

    def _show(self, line: str | None = None) -> None:
        if self.watcher:
            self.watcher(self)
        now = self.standing
        self._line.show(self._texts(), now.share, now.time_left)
        due = time.monotonic() - self._last_line > LINE_SECONDS
        if not self._line.is_live and (line or due):
            self._last_line = time.monotonic()
            self.say(replace(now, stage=line).says if line else now.says)

    def _texts(self) -> list[str]:
        """What is done, the longest first, each shorter one whole by itself."""
        failed = f", {self.failed} failed" if self.failed else ""
        best = f", best validation {self.best}" if self.best else ""
        counts = f"{self.done}/{self.total} trials{failed}"
        staged = f"{self.stage} · {counts}"
        return [f"{staged}{best}", staged, f"{counts}{best}", counts]
