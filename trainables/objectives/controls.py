"""Controls: what a gain over hard labels may be worth without what the teacher says of an object.

LabelSmoothing softens labels without a teacher; ClassMeans keeps of the teacher what it says of a
class; ClassShuffle keeps its very answers, each with another object of the class. A teacher that
teaches more than its classes does better than all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from trainables.checks import check_real
from trainables.data.task import Classes
from trainables.objectives.answers import Answers
from trainables.objectives.distillation import SoftLabels
from trainables.objectives.losses import Terms, hard_cross_entropy, lambda_weights
from trainables.objectives.objective import ANSWERS, Objective
from trainables.randomness import generator

UNIFORM, CLASS_MEANS, CLASS_ANSWERS = "uniform", "class means", "answers exchanged in class"
UNTRAINED = "untrained network"  # of a setting whose teacher is one: Teacher.trained
LADDER = (UNIFORM, CLASS_MEANS, CLASS_ANSWERS, UNTRAINED, ANSWERS)
"""What soft labels may carry of a teacher, from nothing of it to all that it says."""


@dataclass(frozen=True, kw_only=True)
class LabelSmoothing(Objective):
    """(1 - ε) · CE(y, g(x)) + ε · CE(uniform, g(x)); it has no teacher.

    Szegedy et al. 2016, "Rethinking the Inception Architecture for Computer Vision", §7.
    amount: ε ∈ [0, 1), 0.1 there.
    """

    task: ClassVar[str] = Classes.kind
    carries: ClassVar[str] = UNIFORM
    amount: float = 0.1

    def __post_init__(self) -> None:
        check_real(self, "amount", at_least=0.0, below=1.0)
        super().__post_init__()

    @property
    def label(self) -> str:
        """With an unusual ε: "LabelSmoothing, ε 0.5"."""
        return self.name if self.amount == 0.1 else f"{self.name}, ε {self.amount:g}"

    @property
    def short(self) -> str:
        """As any objective's."""
        return f"{self.name} {self._values}"

    @property
    def needs_teacher(self) -> bool:
        """It reads nothing of one."""
        return False

    @property
    def is_plain(self) -> bool:
        """ε = 0."""
        return self.amount == 0.0

    def loss(
        self, student: Answers, teacher: Answers, labels: Tensor, numbers: Mapping[str, Tensor]
    ) -> Terms:
        """The soft term of the curves is the cross-entropy with the uniform distribution."""
        hard = hard_cross_entropy(student.outputs, labels)
        uniform = -student.outputs.log_softmax(-1).mean(-1).mean(-1)
        amount = numbers["amount"]
        return Terms((1 - amount) * hard + amount * uniform, hard, uniform)


@dataclass(frozen=True, kw_only=True)
class _OfClasses(SoftLabels):
    """The λ-loss with other soft labels than the teacher's of the object."""

    hard_label_weight: float = 0.5

    @property
    def weights(self) -> tuple[float, float]:
        """λ and 1 - λ, the second times T²."""
        return lambda_weights(
            self.hard_label_weight, self.temperature, self.soft_term_times_t_squared
        )

    @property
    def shape(self) -> tuple[Any, ...]:
        """Not with the others: it makes other soft labels of the same outputs."""
        return (type(self),)


@dataclass(frozen=True, kw_only=True)
class ClassMeans(_OfClasses):
    """The λ-loss with soft labels of classes: those of an object are the mean of its class's.

    The mean is over the objects that the student learns from, of the teacher's probabilities at T.
    hard_label_weight: λ ∈ [0, 1]; temperature: T; times T² as in Distillation.
    """

    carries: ClassVar[str] = CLASS_MEANS

    def prepare(self, teacher: Tensor, labels: Tensor, numbers: Mapping[str, Tensor]) -> Tensor:
        """For each object the mean over its class's of the teacher's probabilities at T."""
        return class_means(super().prepare(teacher, labels, numbers), labels)


@dataclass(frozen=True, kw_only=True)
class ClassShuffle(_OfClasses):
    """The λ-loss with the teacher's answers exchanged within a class, the same in all epochs.

    Each answer is as sharp as the teacher gives it, and right for another object of the class.
    hard_label_weight: λ ∈ [0, 1]; temperature: T; times T² as in Distillation.
    """

    carries: ClassVar[str] = CLASS_ANSWERS

    def prepare(self, teacher: Tensor, labels: Tensor, numbers: Mapping[str, Tensor]) -> Tensor:
        """For each object the teacher's probabilities at T of another of its class."""
        others = others_of_class(labels).unsqueeze(-1).expand_as(teacher)
        return super().prepare(teacher.gather(1, others), labels, numbers)


def class_means(values: Tensor, labels: Tensor) -> Tensor:
    """For each object the mean of its class's values [N, n, C], labels [N, n] → [N, n, C]."""
    classes = values.shape[-1]
    places = labels.unsqueeze(-1).expand(-1, -1, classes)
    sums = values.new_zeros(len(values), classes, classes).scatter_add_(1, places, values)
    objects = values.new_zeros(len(values), classes).scatter_add_(
        1, labels, values.new_ones(labels.shape)
    )
    return (sums / objects.clamp(min=1).unsqueeze(-1)).gather(1, places)


def others_of_class(labels: Tensor) -> Tensor:
    """For each object the position of another one of its class, each once: labels [N, n] → [N, n].

    The next of its class in a random order of positions, the same for all members; after the last
    the first. A seed differs from another by which objects stand there. An object that is alone
    in its class keeps its own place.
    """
    order = torch.randperm(labels.shape[-1], generator=generator("class shuffle", 0))
    order = order.to(labels.device)
    by_class = order[labels[:, order].argsort(dim=-1, stable=True)]  # class by class
    sorted_labels = labels.gather(1, by_class)
    places = torch.arange(labels.shape[-1], device=labels.device).expand_as(labels)
    starts = torch.searchsorted(sorted_labels, sorted_labels)
    ends = torch.searchsorted(sorted_labels, sorted_labels, right=True)
    following = starts + (places + 1 - starts) % (ends - starts)
    return torch.empty_like(labels).scatter_(1, by_class, by_class.gather(1, following))
