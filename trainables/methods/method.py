"""What every way to transfer says of itself: its name, what it gets, what it costs, how it runs.

A method is a frozen dataclass in a module of its own, with its losses beside it. It is recorded,
hashed and tabulated by its name and fields; a cohort holds the seeds of one setting.
"""

import itertools
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

from trainables.checks import check_choice
from trainables.data.domains import FASHION_MNIST, MNIST, PIXELS, STUDENT_HIDDEN_SIZES
from trainables.identity import canonical

if TYPE_CHECKING:
    from trainables.artifacts.artifact import Artifact
    from trainables.artifacts.workshop import Workshop
    from trainables.networks.stack import Report
    from trainables.results import TrialResult
    from trainables.settings.setting import Setting
    from trainables.settings.trial import Trial


@dataclass(frozen=True, kw_only=True)
class Method(ABC):
    """How a student is made instead of by the λ-loss alone.

    domain: whose test set the student is asked about; MNIST where published figures are.
    small: whether the student also learns from the 1,000 labelled objects of Small.
    """

    name: ClassVar[str]
    domain: str = FASHION_MNIST
    small: bool = False

    def __post_init__(self) -> None:
        check_choice(self, "domain", (FASHION_MNIST, MNIST))

    @property
    def asks_teacher(self) -> bool:
        """True where the setting must have a teacher, else it must have none."""
        return False

    @property
    def gets(self) -> str:
        """What it learns from, in a few words: "labelled MNIST-Big, unlabelled Big"."""
        return f"{self.knowledge} + Small" if self.small else self.knowledge

    @property
    @abstractmethod
    def knowledge(self) -> str:
        """What it gets besides Small."""

    @property
    def labels(self) -> int:
        """Labelled objects of any domain that it sees itself; a teacher's are not counted."""
        return 1_000 if self.small else 0

    @property
    def variant(self) -> str:
        """What tells settings of this method apart, beside domain and Small; may be empty."""
        return ""

    @property
    def label(self) -> str:
        """Name and variant, as tables show them."""
        parts = (self.name, self.variant, "+ Small" if self.small else "")
        return " ".join(part for part in parts if part)

    @property
    def student_sizes(self) -> tuple[int, ...]:
        """Layer sizes of the student."""
        return (PIXELS, *STUDENT_HIDDEN_SIZES, 10)

    def columns(self) -> dict[str, Any]:
        """What it adds to a setting's row: names, what it gets, its own numbers."""
        numbers = " ".join(f"{f.name}={canonical(getattr(self, f.name))}" for f in fields(self))
        return {
            "method": self.label,
            "gets": self.gets,
            "labels": self.labels,
            "method_parameters": f"{self.name} {numbers}",
        }

    def artifacts(self, trial: "Trial") -> "list[Artifact]":
        """What is made once for this trial, beside its teacher's logits."""
        return []

    @abstractmethod
    def work(self, setting: "Setting") -> float:
        """Predicted work of one seed, in GFLOP, elementwise passes counted in."""

    @abstractmethod
    def train(
        self, trials: "Sequence[Trial]", workshop: "Workshop", report: "Report"
    ) -> "list[TrialResult]":
        """Train the seeds of one setting as one stack; results in the order of the trials."""


def weights_of(sizes: Sequence[int]) -> int:
    """Weights without biases of a perceptron of these layer sizes."""
    return sum(a * b for a, b in itertools.pairwise(sizes))
