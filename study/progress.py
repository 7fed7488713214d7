"""What a person sees while a study runs: a live bar on a terminal, plain lines elsewhere."""

import math
import time
from collections import defaultdict
from datetime import timedelta
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from study.rounds import Round
from trainables.cohort import Cohort
from trainables.member import TrialResult

LINE_SECONDS = 10.0


class Progress:
    """Counts, current stage, best so far, and an estimate of what is left.

    The estimate is the predicted work that is left at the rate seen since work began.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self.done = self.total = self.failed = 0
        self.cost = math.inf
        self.best: str | None = None  # a setting's mean: one seed's best would be luck
        self._best = -math.inf
        self._scores: dict[str, list[float]] = defaultdict(list)
        self.stage = "starting the workers"
        self.began: float | None = None
        self._fractions: dict[str, float] = {}  # cohort → GFLOP done of it
        self._live: dict[str, int] = {}  # cohort → trials in it
        self._last_line = 0.0
        self._bars = Bars(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}"),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bars.add_task(self._text(), total=None, left="")

    def expect(self, done: int, total: int, predicted_cost: float) -> None:
        """What there is to do: trials ended and in all, GFLOP of what is missing."""
        self.done, self.total, self.cost = done, total, max(predicted_cost, 1e-9)
        self._bars.update(self._task, total=self.cost, description=self._text())

    def give_back(self) -> None:
        """Leave the terminal as it was."""
        self._bars.stop()

    def __enter__(self) -> "Progress":
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def begin(self, following: Round) -> None:
        """A round begins."""
        self.began = self.began or time.monotonic()
        self.stage = following.title
        members = sum(len(cohort.members) for cohort in following.cohorts)
        self._show(f"{following.title}: {members} in {len(following.cohorts)} cohorts")

    def started(self, cohort_id: str, cohort: Cohort) -> None:
        """A cohort was given to a worker."""
        self._live[cohort_id] = len(cohort.members) if cohort.kind == "student" else 0

    def stopped(self, cohort_id: str) -> None:
        """It has ended, well or not."""
        self._live.pop(cohort_id, None)

    def at(self, cohort_id: str, cohort: Cohort, fraction: float) -> None:
        """A cohort's report: how much of it is done."""
        self._fractions[cohort_id] = fraction * cohort.cost
        self._show()

    def trial_ended(self, result: TrialResult) -> None:
        """One more recorded trial; keeps the best setting by validation, never by test."""
        self.done += 1
        if result.failure:
            self.failed += 1
            self.say(f"failed: {result.trial.setting.name()}: {result.failure}")
        scores, main = self._scores[result.trial.setting.key], result.trial.setting.domain.main
        scores.append(result.final.get(f"validation/{main.name}", math.nan))
        mean = sum(scores) / len(scores)
        if len(scores) > 1 and main.sign * mean > self._best and not result.pruned:
            self._best, self.best = main.sign * mean, main.text(mean)

    def say(self, line: str) -> None:
        """Print a line that stays."""
        self.console.print(line, highlight=False, markup=False, soft_wrap=True)

    @property
    def summary(self) -> str:
        """The stage, how much is done, and how long the rest takes."""
        spent = min(sum(self._fractions.values()), self.cost)
        parts = (self._text(), f"{spent / self.cost:.0%}", self._left(spent))
        return ", ".join(part for part in parts if part)

    def _show(self, line: str | None = None) -> None:
        spent = min(sum(self._fractions.values()), self.cost)
        left = self._left(spent)
        self._bars.update(self._task, completed=spent, description=self._text(), left=left)
        due = time.monotonic() - self._last_line > LINE_SECONDS
        if not self.console.is_terminal and (line or due):
            self._last_line = time.monotonic()
            percent = f"{spent / self.cost:.0%}"
            said = (line, percent, left) if line else (self.summary,)
            self.say(", ".join(part for part in said if part))

    def _left(self, spent: float) -> str:
        if self.began is None or spent < 0.02 * self.cost:
            return ""
        elapsed = time.monotonic() - self.began
        seconds = elapsed * (self.cost - spent) / spent
        return f"about {timedelta(seconds=round(seconds))} left"

    def _text(self) -> str:
        failed = f", {self.failed} failed" if self.failed else ""
        best = f", best validation {self.best}" if self.best else ""
        return f"{self.stage} · {self.done}/{self.total} trials{failed}{best}"
