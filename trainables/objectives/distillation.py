"""The λ-loss and Hinton's, which learn a teacher's soft labels, and the λ-loss of numbers.

docs/protocol, "Losses"; the arithmetic is in trainables.objectives.losses.
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import torch
from torch import Tensor

from trainables.checks import check_flag
from trainables.data.task import Classes, Numbers
from trainables.objectives.answers import Answers
from trainables.objectives.losses import (
    Terms,
    broadcast_regression_loss,
    distillation_loss,
    hinton_weights,
    lambda_weights,
    regression_loss,
    softened,
)
from trainables.objectives.objective import (
    COLUMNS,
    HARD_LABEL_WEIGHT,
    PLAIN,
    TEMPERATURE,
    Objective,
)


def weights_of(numbers: Mapping[str, Tensor]) -> Tensor:
    """The weights of the hard and the soft term, [N, 2]."""
    return torch.stack((numbers["hard"], numbers["soft"]), -1)


@dataclass(frozen=True, kw_only=True)
class SoftLabels(Objective):
    """w_hard · CE(y, g(x)) at T = 1 + w_soft · CE(f(φ(x)), g(x)) at temperature T.

    soft_term_times_t_squared: whether the soft term is multiplied by T², which undoes that its
    gradient shrinks as 1/T² (Hinton et al. 2015, §2).
    """

    task: ClassVar[str] = Classes.kind
    any_layout: ClassVar[bool] = True
    temperature: float = 1.0
    soft_term_times_t_squared: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        check_flag(self, "soft_term_times_t_squared")

    @property
    @abstractmethod
    def weights(self) -> tuple[float, float]:
        """(w_hard, w_soft)."""

    @property
    def shape(self) -> tuple[Any, ...]:
        """One stack for all of them: its members differ in the two weights and T alone."""
        return (SoftLabels,)

    @property
    def variant(self) -> str:
        """Says where there is no T²."""
        return "" if self.soft_term_times_t_squared else ", no T²"

    def numbers(self) -> dict[str, float]:
        """Both weights, and T."""
        hard, soft = self.weights
        return {"hard": hard, "soft": soft, TEMPERATURE: self.temperature}

    def prepare(self, teacher: Tensor, labels: Tensor, numbers: Mapping[str, Tensor]) -> Tensor:
        """The teacher's probabilities at T."""
        return softened(teacher, numbers[TEMPERATURE])

    def loss(
        self, student: Answers, teacher: Answers, labels: Tensor, numbers: Mapping[str, Tensor]
    ) -> Terms:
        """See distillation_loss."""
        weights, t = weights_of(numbers), numbers[TEMPERATURE]
        return distillation_loss(student.outputs, teacher.outputs, labels, weights, t)


@dataclass(frozen=True, kw_only=True)
class Distillation(SoftLabels):
    """The λ-loss of Orlov and Grabovoy: λ · hard + (1 - λ) · soft, the soft term at T, times T².

    hard_label_weight: λ ∈ [0, 1]; at 1 the teacher has no weight. temperature: T ∈ [0.001, 10⁴].
    soft_term_times_t_squared: False leaves T² away.
    """

    hard_label_weight: float = 0.5

    @property
    def weights(self) -> tuple[float, float]:
        """λ and 1 - λ, the second times T²."""
        return lambda_weights(
            self.hard_label_weight, self.temperature, self.soft_term_times_t_squared
        )

    @property
    def short(self) -> str:
        """The usual objective needs no name."""
        return self._values + self.variant


@dataclass(frozen=True, kw_only=True)
class Imitation(Distillation):
    """λ · CE(y, g(x)) + (1 - λ) · CE(σ(f(x*)/T), g(x)): the teacher's answers alone at T.

    Eq. 4 of Lopez-Paz et al. 2016, whose λ is our 1 - λ; their code multiplies the second term by
    T², and its student, too, stays at 1: at a high T it learns small logits.
    """

    @property
    def shape(self) -> tuple[Any, ...]:
        """A stack of its own."""
        return (Imitation,)

    @property
    def short(self) -> str:
        """It is not the usual objective."""
        return f"{self.label} {self._values}"

    def loss(
        self, student: Answers, teacher: Answers, labels: Tensor, numbers: Mapping[str, Tensor]
    ) -> Terms:
        """See distillation_loss, the student's temperature being 1."""
        one = torch.ones_like(numbers[TEMPERATURE])
        weights = weights_of(numbers)
        return distillation_loss(student.outputs, teacher.outputs, labels, weights, one)


@dataclass(frozen=True, kw_only=True)
class Hinton(SoftLabels):
    """Hinton et al. 2015, §2, as published with weights of one: hard + soft at T, times T²."""

    @property
    def weights(self) -> tuple[float, float]:
        """1 and 1, the second times T²."""
        return hinton_weights(self.temperature, self.soft_term_times_t_squared)

    def parameters(self) -> dict[str, Any]:
        """Both terms weigh the same, as for λ = ½: the loss is twice that one."""
        return {COLUMNS[HARD_LABEL_WEIGHT]: 0.5, **super().parameters()}


@dataclass(frozen=True, kw_only=True)
class Regression(Objective):
    """λ · ‖y - g(x)‖² + (1 - λ) · ‖g(x) - f(φ(x))‖²: the λ-loss of Orlov and Grabovoy for numbers.

    hard_label_weight: λ ∈ [0, 1]. broadcast: the hard term as published, every answer against
    every value of the batch (docs/protocol, "What is wrong with it, and ours").
    """

    task: ClassVar[str] = Numbers.kind
    any_layout: ClassVar[bool] = True
    hard_label_weight: float = 0.5
    broadcast: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        check_flag(self, "broadcast")

    @property
    def variant(self) -> str:
        """Says where the loss is the published one."""
        return ", broadcast" if self.broadcast else ""

    @property
    def short(self) -> str:
        """The usual objective needs no name."""
        return self._values + self.variant

    def alone(self, learnt: str = Numbers.kind) -> Objective:
        """λ = 1, by the same hard term."""
        return replace(self, hard_label_weight=1.0)

    def numbers(self) -> dict[str, float]:
        """λ and 1 - λ."""
        hard, soft = lambda_weights(self.hard_label_weight, 1.0, times_t_squared=False)
        return {"hard": hard, "soft": soft}

    def loss(
        self, student: Answers, teacher: Answers, labels: Tensor, numbers: Mapping[str, Tensor]
    ) -> Terms:
        """See regression_loss and broadcast_regression_loss."""
        terms = broadcast_regression_loss if self.broadcast else regression_loss
        values, weights = labels.unsqueeze(-1), weights_of(numbers)
        return terms(student.outputs.contiguous(), teacher.outputs, values, weights)


PLAIN[Classes.kind] = Distillation(hard_label_weight=1.0)
PLAIN[Numbers.kind] = Regression(hard_label_weight=1.0)
