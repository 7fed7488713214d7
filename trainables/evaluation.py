"""How good the members of a stack are: accuracy and mean cross-entropy.

Evaluating every epoch on 10,000 objects costs a student more than its training does, so the
test set that all members share goes through their first layers as one wide product.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

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
        weight, bias = stack.parameters["layers.0.weight"], stack.parameters["layers.0.bias"]
        members, inputs, outputs = weight.shape
        wide = weight.transpose(1, 2).reshape(members * outputs, inputs)
        correct, loss = torch.zeros(2, members, device=weight.device)
        for x, y in zip(self.blocks, self.labels.split(BLOCK), strict=True):
            first = functional.linear(x, wide, bias.flatten())
            first = first.to_dense() if first.is_mkldnn else first
            logits = stack.rest(first.view(len(y), members, outputs).transpose(0, 1))
            classes = logits.transpose(1, 2)  # [N, C, B]: reductions over C run along B
            picked = classes.gather(1, y.expand(members, 1, -1)).squeeze(1)
            loss += (classes.logsumexp(1) - picked).sum(-1)
            correct += (classes.argmax(1) == y).sum(-1)
        return Quality(correct / len(self.labels), loss / len(self.labels))


@torch.no_grad()
def own_quality(stack: Stack, inputs: Tensor, labels: Tensor) -> Quality:
    """Every member on objects of its own: inputs float [N, n, D], labels [N, n]."""
    logits = stack(inputs)
    accuracy = (logits.argmax(-1) == labels).float().mean(-1)
    return Quality(accuracy, hard_cross_entropy(logits, labels))
