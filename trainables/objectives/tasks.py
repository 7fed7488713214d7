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
    """Losses and qualities, of answers [N, B, outputs] and labels [N, B].

    soft_targets: of the teacher's answers and temperature [N], what the student is held to.
    distillation: of student, soft targets, labels, weights [N, 2] and temperature [N].
    hard: of answers and labels alone, [N]; quality: a target's measures, each [N].
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


def _as_they_are(answers: Tensor, _: Tensor) -> Tensor:
    return answers


CLASSES = Task(softened, distillation_loss, hard_cross_entropy, classified)
NUMBERS = Task(_as_they_are, _numbers, lambda g, y: squared_error(g, y.unsqueeze(-1)), deviating)
BROADCAST = Task(
    _as_they_are,
    _broadcast_numbers,
    lambda g, y: broadcast_squared_error(g, y.unsqueeze(-1)),
    deviating,
)


def task_of(target: Domain, *, broadcast: bool) -> Task:
    """Classes, or numbers, broadcast as published or not."""
    if target.is_classification:
        return CLASSES
    return BROADCAST if broadcast else NUMBERS
