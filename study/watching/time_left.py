"""How much of a study's work is done, and how long the rest is likely to take."""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping

from trainables.cohorts.rates import RATE, RATES, nominal_seconds

TRUSTED = 5.0  # seconds of a worker after which a kind's own rate counts as much as the guess


class TimeLeft:
    """The predicted work of each kind that is left, at the rate seen in that kind.

    Of a kind that has not begun, or hardly, the rate is guessed: as much faster or slower than in
    RATES as the kinds that were seen are. A cohort's time counts from report to report.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._predicted: dict[str, float] = {}  # GFLOP by kind
        self._done: dict[str, float] = {}  # cohort at work → GFLOP done of it
        self._seen: dict[str, float] = defaultdict(float)  # GFLOP done, by kind
        self._seconds: dict[str, float] = defaultdict(float)  # of workers, by kind
        self._since: dict[str, float] = {}  # cohort at work → when it was heard of last
        self._workers = 1  # at once, at most

    def expect(self, missing: Mapping[str, float]) -> None:
        """What is missing beside what was seen to be done, GFLOP by kind."""
        seen = self._seen
        self._predicted = {k: seen.get(k, 0.0) + missing.get(k, 0.0) for k in {*seen, *missing}}

    def started(self, cohort_id: str) -> None:
        """A worker has got a cohort."""
        self._since[cohort_id] = self._clock()
        self._workers = max(self._workers, len(self._since))

    def at(self, cohort_id: str, kind: str, work: float) -> None:
        """A cohort's report: GFLOP done of it."""
        now = self._clock()
        self._seen[kind] += work - self._done.get(cohort_id, 0.0)
        self._done[cohort_id] = work
        self._seconds[kind] += now - self._since.get(cohort_id, now)
        if cohort_id in self._since:
            self._since[cohort_id] = now

    def stopped(self, cohort_id: str) -> None:
        """It has ended, well or not."""
        self._since.pop(cohort_id, None)
        self._done.pop(cohort_id, None)

    @property
    def share(self) -> float:
        """How much is done of the time that all takes at RATES, 0 to 1."""
        whole = nominal_seconds(self._predicted)
        return min(nominal_seconds(dict(self._seen)) / whole, 1.0) if whole else 0.0

    @property
    def seconds(self) -> float | None:
        """How long the rest takes; None where nothing was seen yet."""
        seen, busy = dict(self._seen), sum(self._seconds.values())
        if not busy or not any(seen.values()):
            return None
        speed = nominal_seconds(seen) / busy  # this machine's, as a multiple of RATES

        def rate(kind: str) -> float:
            guessed = speed * RATES.get(kind, RATE)
            spent = self._seconds.get(kind, 0.0)
            return (seen.get(kind, 0.0) + TRUSTED * guessed) / (spent + TRUSTED)

        left = {k: max(0.0, work - seen.get(k, 0.0)) for k, work in self._predicted.items()}
        return sum(work / rate(kind) for kind, work in left.items()) / self._workers
