"""Controls: what a gain over hard labels may be worth without what the teacher says of an object.

LabelSmoothing softens labels without a teacher; ClassMeans keeps of the teacher what it says of a
class. A teacher that teaches more than similarities of classes does better than both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from torch import Tensor

from trainables.checks import check_real
from trainables.data.task import Classes
from trainables.objectives.answers import Answers
from trainables.objectives.distillation import SoftLabels
from trainables.objectives.losses import Terms, hard_cross_entropy, lambda_weights
from trainables.objectives.objective import Objective


@dataclass(frozen=True, kw_only=True)
class LabelSmoothing(Objective):
    """(1 - ε) · CE(y, g(x)) + ε · CE(uniform, g(x)); it has no teacher.

    Szegedy et al. 2016, "Rethinking the Inception Architecture for Computer Vision", §7.
    amount: ε ∈ [0, 1), 0.1 there.
    """

    task: ClassVar[str] = Classes.kind
    amount: float = 0.1

    def __post_init__(self) -> None:
        check_real(self, "amount", at_least=0.0, below=1.0)
        super().__post_init__()

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
class ClassMeans(SoftLabels):
    """The λ-loss with soft labels of classes: those of an object are the mean of its class's.

    The mean is over the objects that the student learns from, of the teacher's probabilities at T.
    hard_label_weight: λ ∈ [0, 1]; temperature: T; times T² as in Distillation.
    """

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
        return (ClassMeans,)

    def prepare(self, teacher: Tensor, labels: Tensor, numbers: Mapping[str, Tensor]) -> Tensor:
        """For each object the mean over its class's of the teacher's probabilities at T."""
        return class_means(super().prepare(teacher, labels, numbers), labels)


def class_means(values: Tensor, labels: Tensor) -> Tensor:
    """For each object the mean of its class's values [N, n, C], labels [N, n] → [N, n, C]."""
    classes = values.shape[-1]
    places = labels.unsqueeze(-1).expand(-1, -1, classes)
    sums = values.new_zeros(len(values), classes, classes).scatter_add_(1, places, values)
    objects = values.new_zeros(len(values), classes).scatter_add_(
        1, labels, values.new_ones(labels.shape)
    )
    return (sums / objects.clamp(min=1).unsqueeze(-1)).gather(1, places)
