"""What a trained student leaves: its curves and facts, and when its training failed."""

import math
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from trainables.objectives.calibration import Reliability
from trainables.objectives.metrics import integral_criterion
from trainables.settings.lineage import Lineage
from trainables.settings.trial import Trial

History = dict[str, list[float]]
"""Values by epoch under the metric's name: "train/loss", "validation/accuracy", "test/..."."""


@dataclass
class TrialResult:
    """What a trained student leaves: curves by epoch, facts of its teacher, or why it failed.

    history: for a setting with a rule, means over its parts; "part/..." holds each part's score.
    reliability: of the student and, through its link, of its "teacher", on the test set.
    pruned: when and why it was dropped before its last epoch.
    epochs: how many it was trained for, where that was selected.
    lineage: of a setting of a population, the numbers that led to its weights.
    answers: of a classification that is reported, which test objects it has right, `packed`; none
        where each seed has a test set of its own.
    teacher_answers: the same of its teacher through the link.
    """

    trial: Trial
    history: History
    facts: dict[str, float]
    seconds: float
    reliability: dict[str, Reliability] = field(default_factory=dict)
    failure: str | None = None
    device: str = "cpu"
    worker: str = field(default_factory=lambda: f"{platform.node()}:{os.getpid()}")
    pruned: str | None = None
    epochs: int | None = None
    lineage: Lineage = ()
    answers: str | None = None
    teacher_answers: str | None = None

    @property
    def final(self) -> dict[str, float]:
        """The last epoch's values, the area under the curve, and the calibration error."""
        last = {name: values[-1] for name, values in self.history.items() if values}
        curve = f"test/{self.trial.setting.target.task.curve.name}"
        # A method has its own kind of epoch, and areas over other numbers of epochs are others.
        comparable = self.trial.setting.method is None and self.epochs is None
        if self.failure is None and curve in last and comparable:
            points = zip(*self.curve(curve), strict=True)
            last[f"{curve}_integral"] = integral_criterion(*points)
        if self.failure is None and "student" in self.reliability:
            last["test/calibration_error"] = self.reliability["student"].error
        if self.trial.setting.rule:
            epochs = len(self.history.get("train/loss", ()))
            last["epochs_trained"] = float(epochs * self.trial.setting.parts)
        return last

    def curve(self, name: str) -> list[tuple[int, float]]:
        """What is recorded of a history: (epoch, value), or (part, value) of its parts' scores.

        Recorded are the epochs after which the test set was evaluated, of the other curves too,
        and the last epoch; of a method all, since each has its own kind of epoch.
        """
        if self.trial.setting.method:
            return list(enumerate(self.history[name]))
        schedule = self.trial.setting.schedule
        if self.epochs is not None:
            schedule = replace(schedule, epochs=self.epochs)
        values, measured = self.history[name], schedule.measured_epochs
        if is_test(name):
            return list(zip(measured, values, strict=False))  # shorter where the trial failed
        points = enumerate(values)
        if name.startswith("part/"):
            return list(points)
        return [(at, v) for at, v in points if at in measured or at == len(values) - 1]


def is_test(name: str) -> bool:
    """True for what is measured on the test set, after some epochs only."""
    return name.startswith("test/")


class Failure(NamedTuple):
    """The epoch in which a training failed, and why."""

    epoch: int
    reason: str


def failure_of(losses: Sequence[float]) -> Failure | None:
    """The first epoch whose training loss is NaN or infinite; None where all are finite."""
    for epoch, loss in enumerate(losses):
        if not math.isfinite(loss):
            return Failure(epoch, f"the training loss is {loss} in epoch {epoch}")
    return None


def history_before(history: History, epoch: int, measured: Sequence[int] | None = None) -> History:
    """What a history holds of the epochs before this one: what a failed training keeps.

    measured: the epochs after which the test set was evaluated; all, where it is None.
    """
    tests = epoch if measured is None else sum(each < epoch for each in measured)
    return {name: values[: tests if is_test(name) else epoch] for name, values in history.items()}
