"""What a trained student leaves."""

import os
import platform
from dataclasses import dataclass, field

from trainables.objectives.calibration import Reliability
from trainables.objectives.metrics import integral_criterion
from trainables.settings.trial import Trial

History = dict[str, list[float]]


@dataclass
class TrialResult:
    """What a trained student leaves: curves by epoch, facts of its teacher, or why it failed.

    history: for a setting with a rule, means over its parts; "part/..." holds each part's score.
    reliability: of the student and, through its link, of its "teacher", on the test set.
    pruned: when and why it was dropped before its last epoch.
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

    @property
    def final(self) -> dict[str, float]:
        """The last epoch's values, and what sums up the curve and the last answers."""
        last = {name: values[-1] for name, values in self.history.items() if values}
        curve = f"test/{self.trial.setting.domain.curve.name}"
        method = self.trial.setting.method  # whose epochs are not like the others'
        if self.failure is None and curve in last and method is None:
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

        That is the epochs measured on the test set, of the other curves too, and the last; of a
        method all, each having its own kind of epoch.
        """
        if self.trial.setting.method:
            return list(enumerate(self.history[name]))
        values, measured = self.history[name], self.trial.setting.schedule.measured_epochs
        if _is_test(name):
            return list(zip(measured, values, strict=False))  # shorter where the trial failed
        points = enumerate(values)
        if name.startswith("part/"):
            return list(points)
        return [(at, v) for at, v in points if at in measured or at == len(values) - 1]


def _is_test(name: str) -> bool:
    return name.startswith("test/")
