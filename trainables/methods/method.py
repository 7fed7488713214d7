"""How a method trains: its predicted work, the artifacts that it needs, and its training.

A method is a frozen dataclass in a module of its own, with its losses beside it. To write one,
subclass TrainableMethod, give it a `name`, what it gets (`knowledge`), `work` and `train`; it is
recorded, hashed and tabulated by its name and fields. A cohort holds the seeds of one setting.

What differs by domain (shape, classes, sizes of splits) it reads from the setting's target.
"""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from trainables.artifacts.artifact import Artifact
from trainables.artifacts.workshop import Workshop
from trainables.checks import check_flag
from trainables.distillation.requirements import all_logits_for
from trainables.errors import BadInputError
from trainables.networks.network import Perceptron
from trainables.networks.stack import Report
from trainables.results import TrialResult
from trainables.settings.method import Method
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial


@dataclass(frozen=True, kw_only=True)
class TrainableMethod(Method):
    """A method with its training."""

    small_may_be: ClassVar[tuple[bool, ...]] = (False, True)
    """Whether there is a choice to learn from Small's labels too."""

    def __post_init__(self) -> None:
        check_flag(self, "small")
        if self.small not in self.small_may_be:
            does = "never" if self.small else "always"
            raise BadInputError(
                f"{type(self).__name__}.small is {self.small}, and {self.name} {does} learns from "
                "Small: leave small away"
            )

    def artifacts(self, trial: Trial) -> list[Artifact]:
        """What is made once for this trial, beside its teacher's logits."""
        return []

    def needs(self, trial: Trial) -> list[Artifact]:
        """All that must be made before: its teacher's logits, and what is made once beside."""
        return [*all_logits_for(trial), *self.artifacts(trial)]

    @abstractmethod
    def work(self, setting: Setting) -> float:
        """Predicted work of one seed, in GFLOP, elementwise passes counted in."""

    @abstractmethod
    def train(
        self, trials: Sequence[Trial], workshop: Workshop, report: Report
    ) -> list[TrialResult]:
        """Train the seeds of one setting as one stack; results in the order of the trials.

        Where the setting has a rule, no label that is held out of Small is learnt from.
        """


def method_of(trial: Trial) -> TrainableMethod:
    """The method that makes this trial's student.

    Raises TypeError where it has none, or one that cannot train.
    """
    method = trial.setting.method
    if not isinstance(method, TrainableMethod):
        raise TypeError(f"{method!r} cannot train: it is no TrainableMethod")
    return method


def sizes_of(setting: Setting) -> tuple[int, ...]:
    """Layer sizes of the student, which is a perceptron: inputs, hidden layers, outputs."""
    student = setting.student
    assert isinstance(student, Perceptron)  # as the setting has checked
    return setting.target.inputs, *student.hidden, setting.target.outputs
