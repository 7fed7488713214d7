"""The study's losses, as pure functions over any leading dimensions: docs/protocol, "Losses".

Each returns one value for each leading index (a member of a stack): the mean over its batch.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional


def hard_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy with the true labels at T = 1.

    logits [..., B, C], labels int64 [..., B] → [...].
    """
    log_probabilities = functional.log_softmax(logits, dim=-1)
    return -log_probabilities.gather(-1, labels.unsqueeze(-1)).squeeze(-1).mean(-1)


def soft_cross_entropy(student: Tensor, teacher: Tensor, temperature: Tensor) -> Tensor:
    """Cross-entropy of the student with the teacher's soft labels, both at temperature T.

    student, teacher: logits [..., B, C]; temperature [...] > 0 → [...]. Its gradient shrinks as
    1/T²; multiply by T² to undo that (Hinton et al. 2015, §2).
    """
    t = temperature[..., None, None]
    targets = functional.softmax(teacher / t, dim=-1)
    return -(targets * functional.log_softmax(student / t, dim=-1)).sum(-1).mean(-1)


class Terms(NamedTuple):
    """The loss and its two terms before weighting, each [...]."""

    loss: Tensor
    hard: Tensor
    soft: Tensor


def distillation_loss(
    student: Tensor, soft_targets: Tensor, labels: Tensor, weights: Tensor, temperature: Tensor
) -> Terms:
    """w_hard · CE(y, g(x)) at T = 1 plus w_soft · CE(f(φ(x)), g(x)) at temperature T.

    student: logits [..., B, C]; soft_targets: the teacher's probabilities at T, [..., B, C] (see
    `softened`); labels int64 [..., B]; weights [..., 2]; temperature [...]. With `lambda_weights`
    this is the λ-loss of Orlov and Grabovoy, with `hinton_weights` that of Hinton et al. 2015.
    Only the loss has a gradient; the two terms are for the records.
    """
    return Terms(*_Distillation.apply(student, soft_targets, labels, weights, temperature))


def softened(teacher: Tensor, temperature: Tensor) -> Tensor:
    """The teacher's probabilities at T: logits [..., B, C], temperature [...] → [..., B, C]."""
    classes_first = teacher.transpose(-1, -2) / temperature[..., None, None]
    return classes_first.contiguous().softmax(-2).transpose(-1, -2)


class _Distillation(torch.autograd.Function):
    """The terms, and the gradient w_hard · (p - y) + w_soft/T · (p_T - q), a mean over the batch.

    p and p_T are the student's probabilities at 1 and T, q the soft targets. The gradient is
    written out and made in the forward pass, for speed. Classes stand before objects in memory:
    sums over only ten classes can then be vectorised along the batch.
    """

    @staticmethod
    def forward(
        context: Any, student: Tensor, targets: Tensor, labels: Tensor, weights: Tensor, t: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        logits, q = student.transpose(-1, -2).contiguous(), targets.transpose(-1, -2)
        y, t, objects = labels.unsqueeze(-2), t[..., None, None], labels.shape[-1]
        log_p, log_soft = logits.log_softmax(-2), (logits / t).log_softmax(-2)
        hard = -log_p.gather(-2, y).squeeze(-2).mean(-1)
        soft = -(q * log_soft).sum(-2).mean(-1)
        of_hard, of_soft = (weights / objects)[..., None, None].unbind(-3)
        # In place from here on: log_p becomes p - y, log_soft becomes p_T - q.
        gradient = log_p.exp_().scatter_add_(-2, y, torch.full_like(y, -1, dtype=log_p.dtype))
        gradient.mul_(of_hard).add_(log_soft.exp_().sub_(q).mul_(of_soft / t))
        context.save_for_backward(gradient)
        context.mark_non_differentiable(hard, soft)
        return weights[..., 0] * hard + weights[..., 1] * soft, hard, soft

    @staticmethod
    def backward(context: Any, *upstream: Tensor) -> tuple[Tensor | None, ...]:
        (gradient,) = context.saved_tensors
        found = gradient * upstream[0][..., None, None]
        return found.transpose(-1, -2), None, None, None, None


def squared_error(answers: Tensor, values: Tensor) -> Tensor:
    """Mean squared error: answers, values [..., B, 1] → [...].

    Raises ValueError where the shapes differ: (B, 1) against (B,) would broadcast to (B, B), and
    all that a network can learn from that is the mean of the values.
    """
    if answers.shape != values.shape:
        raise ValueError(
            f"answers {[*answers.shape]} against values {[*values.shape]}: their shapes must agree"
        )
    return ((answers - values) ** 2).mean((-2, -1))


def broadcast_squared_error(answers: Tensor, values: Tensor) -> Tensor:
    """Every answer against every value, as published: the mean over all B² pairs.

    answers, values [..., B, 1] → [...]. See docs/protocol, "What is wrong with it, and ours".
    """
    return squared_error(*torch.broadcast_tensors(answers, values.transpose(-1, -2)))


def regression_loss(student: Tensor, teacher: Tensor, values: Tensor, weights: Tensor) -> Terms:
    """w_hard · ‖y - g(x)‖² + w_soft · ‖g(x) - f(φ(x))‖²: the λ-loss of Orlov and Grabovoy.

    student, teacher: predictions [..., B, 1]; values y [..., B, 1], all in one unit; weights
    [..., 2].
    """
    return _weighted(squared_error(student, values), squared_error(student, teacher), weights)


def broadcast_regression_loss(
    student: Tensor, teacher: Tensor, values: Tensor, weights: Tensor
) -> Terms:
    """The same as published: the hard term broadcasts; in the soft term the shapes agreed."""
    hard = broadcast_squared_error(student, values)
    return _weighted(hard, squared_error(student, teacher), weights)


def _weighted(hard: Tensor, soft: Tensor, weights: Tensor) -> Terms:
    return Terms(weights[..., 0] * hard + weights[..., 1] * soft, hard, soft)


def lambda_weights(
    hard_label_weight: float, temperature: float, times_t_squared: bool
) -> tuple[float, float]:
    """(λ, 1 - λ), the second times T² where wanted: docs/protocol, "Losses"."""
    return hard_label_weight, (1 - hard_label_weight) * _factor(temperature, times_t_squared)


def hinton_weights(temperature: float, times_t_squared: bool) -> tuple[float, float]:
    """(1, 1), the second times T² where wanted."""
    return 1.0, _factor(temperature, times_t_squared)


def _factor(temperature: float, times_t_squared: bool) -> float:
    return temperature**2 if times_t_squared else 1.0
