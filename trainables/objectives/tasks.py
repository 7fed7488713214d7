"""What a network of a domain learns by without a teacher, and how good it is."""

from collections.abc import Callable

from torch import Tensor

from trainables.data.domain import Domain
from trainables.data.measures import BALANCED_ACCURACY
from trainables.objectives.balanced import balanced_accuracy
from trainables.objectives.losses import (
    broadcast_squared_error,
    hard_cross_entropy,
    squared_error,
)
from trainables.objectives.metrics import classified, deviating

Loss = Callable[[Tensor, Tensor], Tensor]
"""Outputs [N, B, outputs] and labels [N, B] → [N]."""
Measured = Callable[[Tensor, Tensor], tuple[Tensor, ...]]
"""Outputs [N, n, outputs] and labels [N, n] → the domain's measures, each [N]."""


def hard_loss(domain: Domain, *, broadcast: bool = False) -> Loss:
    """The loss of a network that learns from labels alone.

    broadcast: of a regression as published, every answer against every value.
    """
    if domain.is_classification:
        return hard_cross_entropy
    loss = broadcast_squared_error if broadcast else squared_error
    return lambda answers, values: loss(answers, values.unsqueeze(-1))


def quality_of(domain: Domain) -> Measured:
    """The measures of a domain, in its order, of outputs for labels."""
    if not domain.is_classification:
        return deviating
    return _with_balanced if BALANCED_ACCURACY in domain.measures else classified


def _with_balanced(logits: Tensor, labels: Tensor) -> tuple[Tensor, ...]:
    return *classified(logits, labels), balanced_accuracy(logits, labels)
