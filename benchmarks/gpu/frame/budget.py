"""How long each part may take, and medians of repeats that keep to it."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from benchmarks.gpu import STARTED
from benchmarks.gpu.frame.device import synchronize
from trainables.networks.stack import Report


class OutOfTimeError(Exception):
    """The part's share of the time is used up."""


class Budget:
    """Seconds since the command began, and until which of them the present part may run.

    shares: of the whole time, by part, in their order; what a part leaves is the next one's.
    """

    def __init__(self, minutes: float, shares: Mapping[str, float]) -> None:
        self.started, self.whole, self.shares = STARTED, 60 * minutes, shares
        self.until = self.whole

    def begin(self, part: str) -> None:
        """From here on the time is this part's."""
        names = [*self.shares]
        before = names[: names.index(part) + 1]
        self.until = self.whole * sum(self.shares[name] for name in before)

    @property
    def spent(self) -> float:
        """Seconds since the command began."""
        return time.perf_counter() - self.started

    @property
    def left(self) -> float:
        """Seconds that the present part still has."""
        return self.until - self.spent

    def check(self, _: float = 0.0) -> None:
        """Raise OutOfTimeError where the part is over: a training may report to this."""
        if self.left < 0:
            raise OutOfTimeError


@dataclass(frozen=True)
class Measured:
    """Seconds of every repeat, and what the last of them gave."""

    seconds: list[float]
    result: Any

    @property
    def median(self) -> float:
        """The median's seconds."""
        return statistics.median(self.seconds)


def measured(
    run: Callable[[Report], Any], budget: Budget, repeats: int, device: torch.device
) -> Measured:
    """Up to so many repeats of a run, as many as fit, one at least.

    run is given what to report to. Raises OutOfTimeError where not even one fits.
    """
    seconds: list[float] = []
    result = None
    while len(seconds) < repeats and (not seconds or budget.left > 1.2 * max(seconds)):
        synchronize(device)
        started = time.perf_counter()
        try:
            result = run(budget.check)
        except OutOfTimeError:
            if not seconds:
                raise
            break
        synchronize(device)
        seconds.append(time.perf_counter() - started)
    return Measured(seconds, result)
