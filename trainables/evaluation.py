"""How good the members of a stack are: accuracy and mean cross-entropy.

Evaluating every epoch on 10,000 objects costs a student more than its training does, so the
test set that all members share goes through their first layers as one wide product.
"""

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from trainables.calibration import Reliability, measure
from trainables.losses import hard_cross_entropy
from trainables.stack import Stack

BLOCK = 1_000  # objects at a time: a block's activations stay in the CPU's cache


class Quality(NamedTuple):
    """Accuracy and mean cross-entropy of each member, [N]."""

    accuracy: Tensor
    cross_entropy: Tensor


class SharedSet:
    """Objects that every member is asked about: inputs float [n, D], labels [n].

    For stacks of Perceptrons. On a CPU the inputs are kept in oneDNN's layout: its fp32 product
    uses AVX-512 on every CPU that has it, where MKL's falls back on AMD (197 against 106
    GFLOP/s on a Zen 5 core).
    """

    def __init__(self, inputs: Tensor, labels: Tensor, device: torch.device) -> None:
        self.labels = labels.to(device)
        self.blocks = [block.to(device) for block in inputs.split(BLOCK)]
        if device.type == "cpu" and torch.backends.mkldnn.is_available():
            self.blocks = [block.to_mkldnn() for block in self.blocks]

    @torch.no_grad()
    def quality(self, stack: Stack) -> Quality:
        """Every member's quality, over all objects."""
        members = len(stack.parameters["layers.0.weight"])
        correct, loss = torch.zeros(2, members, device=self.labels.device)
        for logits, y in self._answers(stack):
            picked = logits.gather(1, y.expand(members, 1, -1)).squeeze(1)
            loss += (logits.logsumexp(1) - picked).sum(-1)
            correct += (logits.argmax(1) == y).sum(-1)
        return Quality(correct / len(self.labels), loss / len(self.labels))

    @torch.no_grad()
    def reliability(self, stack: Stack) -> list[Reliability]:
        """Every member's reliability, over all objects."""
        return measure(self._answers(stack))

    def _answers(self, stack: Stack) -> Iterator[tuple[Tensor, Tensor]]:
        """Blocks of logits [N, C, B] (reductions over C run along B) and labels [B]."""
        weight, bias = stack.parameters["layers.0.weight"], stack.parameters["layers.0.bias"]
        members, inputs, outputs = weight.shape
        wide = weight.transpose(1, 2).reshape(members * outputs, inputs)
        for x, y in zip(self.blocks, self.labels.split(BLOCK), strict=True):
            first = functional.linear(x, wide, bias.flatten())
            first = first.to_dense() if first.is_mkldnn else first
            logits = stack.rest(first.view(len(y), members, outputs).transpose(0, 1))
            yield logits.transpose(1, 2), y


def integral_criterion(curve: Sequence[float]) -> float:
    """I: the area under a curve of test cross-entropy over epochs 0, 1, ..., by trapezoids.

    Seed 003 names it; PROTOCOL.md §4. Lower is better. The I of a mean curve is the mean of I.
    """
    return sum((a + b) / 2 for a, b in itertools.pairwise(curve))


@torch.no_grad()
def own_quality(stack: Stack, inputs: Tensor, labels: Tensor) -> Quality:
    """Every member on objects of its own: inputs float [N, n, D], labels [N, n]."""
    logits = stack(inputs)
    accuracy = (logits.argmax(-1) == labels).float().mean(-1)
    return Quality(accuracy, hard_cross_entropy(logits, labels))
