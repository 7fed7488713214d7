"""What a network is trained for: classes or numbers, each with its losses and its qualities."""

from collections.abc import Callable
from typing import NamedTuple

from torch import Tensor

from trainables.data.domains import Domain
from trainables.objectives.losses import (
    Terms,
    broadcast_regression_loss,
    broadcast_squared_error,
    distillation_loss,
    hard_cross_entropy,
    regression_loss,
    softened,
    squared_error,
)
from trainables.objectives.metrics import classified, deviating


class Task(NamedTuple):
    """The losses and the quality of a network's outputs [N, B, outputs] for labels [N, B].

    soft_targets: teacher's outputs, temperature [N] → what the student imitates.
    distillation: student's outputs, soft targets, labels, weights [N, 2], temperature [N] → terms.
    hard: outputs, labels → the loss of a network that learns from labels alone, [N].
    quality: outputs, labels → the domain's measures, each [N].
    """

    soft_targets: Callable[[Tensor, Tensor], Tensor]
    distillation: Callable[[Tensor, Tensor, Tensor, Tensor, Tensor], Terms]
    hard: Callable[[Tensor, Tensor], Tensor]
    quality: Callable[[Tensor, Tensor], tuple[Tensor, ...]]


def _numbers(
    student: Tensor, teacher: Tensor, values: Tensor, weights: Tensor, _: Tensor
) -> Terms:
    return regression_loss(student, teacher, values.unsqueeze(-1), weights)


def _broadcast_numbers(
    student: Tensor, teacher: Tensor, values: Tensor, weights: Tensor, _: Tensor
) -> Terms:
    return broadcast_regression_loss(student, teacher, values.unsqueeze(-1), weights)


def _as_they_are(outputs: Tensor, _: Tensor) -> Tensor:
    return outputs


CLASSES = Task(softened, distillation_loss, hard_cross_entropy, classified)
NUMBERS = Task(_as_they_are, _numbers, lambda g, y: squared_error(g, y.unsqueeze(-1)), deviating)
BROADCAST = Task(
    _as_they_are,
    _broadcast_numbers,
    lambda g, y: broadcast_squared_error(g, y.unsqueeze(-1)),
    deviating,
)


def task_of(domain: Domain, *, broadcast: bool) -> Task:
    """The task of a domain: classes, or numbers, with the published broadcast loss or without."""
    if domain.is_classification:
        return CLASSES
    return BROADCAST if broadcast else NUMBERS
