"""Reliability: how often a network is right among the objects of which it is so sure.

Guo et al. 2017, "On Calibration of Modern Neural Networks", §2, with 15 bins of equal width; its
one number is the expected calibration error (ECE, eq. 3).
"""

from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor

BINS = 15


class Reliability(NamedTuple):
    """For each bin of confidence: its objects' number, mean confidence, and share right."""

    objects: list[float]
    confidence: list[float]
    accuracy: list[float]

    @property
    def error(self) -> float:
        """The expected calibration error: |confidence - accuracy| averaged over objects."""
        total = sum(self.objects)
        gaps = (
            n * abs(c - a)
            for n, c, a in zip(self.objects, self.confidence, self.accuracy, strict=True)
        )
        return sum(gaps) / total if total else 0.0


def measure(blocks: Iterable[tuple[Tensor, Tensor]]) -> list[Reliability]:
    """The reliability of N networks at T = 1, from blocks of logits [N, C, B].

    Labels are [B], or [N, B]. An empty bin has confidence and accuracy 0.
    """
    sums: Tensor | None = None
    for logits, labels in blocks:
        if sums is None:
            sums = torch.zeros(3, logits.shape[0], BINS, device=logits.device)
        confidence, answer = logits.softmax(1).max(1)
        place = (confidence.nan_to_num(0.0) * BINS).long().clamp(0, BINS - 1)
        right = (answer == labels).float()
        for row, values in zip(sums, (torch.ones_like(right), confidence, right), strict=True):
            row.scatter_add_(1, place, values)
    assert sums is not None, "no block was given"
    count, *parts = sums.cpu()
    means = [part / count.clamp(min=1) for part in parts]
    return [
        Reliability(*(_rounded(values[member]) for values in (count, *means)))
        for member in range(count.shape[0])
    ]


def _rounded(values: Tensor) -> list[float]:
    return [round(value, 5) for value in values.tolist()]
