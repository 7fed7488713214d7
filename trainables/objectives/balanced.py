"""Accuracy where some classes have many more objects than others: the mean recall of classes."""

import torch
from torch import Tensor


def balanced_accuracy(logits: Tensor, labels: Tensor) -> Tensor:
    """The balanced accuracy of N members: logits [N, n, C], labels int64 [N, n] → [N]."""
    return mean_recall(logits.argmax(-1) == labels, labels)


def mean_recall(right: Tensor, labels: Tensor) -> Tensor:
    """The mean, over the classes that occur, of the share of their objects that are right.

    right: bool [N, n]; labels: int64 [N, n], or [n] where members share them → [N]. Brodersen et
    al. 2010, "The balanced accuracy and its posterior distribution". Of no objects it is NaN.
    """
    labels = labels.expand_as(right)
    classes = int(labels.max()) + 1 if labels.numel() else 0
    hits, objects = torch.zeros(2, len(right), classes, device=right.device)
    hits.scatter_add_(1, labels, right.float())
    objects.scatter_add_(1, labels, torch.ones_like(right, dtype=torch.float))
    recalls: Tensor = (hits / objects.clamp(min=1)).sum(1)
    recalls /= (objects > 0).sum(1)
    return recalls
