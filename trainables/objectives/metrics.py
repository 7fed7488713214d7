"""How good the members of a stack are: accuracy and cross-entropy, or MSE, MAE and R².

Evaluating a student on 10,000 objects costs as much as an epoch of its training. So it is done
only when the curves need it (Schedule.measured_epochs), and the test set, which all members share,
goes through their first layers as one wide product.
"""

import base64
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from trainables.networks.stack import Stack
from trainables.objectives.balanced import mean_recall
from trainables.objectives.calibration import Reliability, measure
from trainables.objectives.losses import hard_cross_entropy

BLOCK = 1_000  # objects at a time: a block's activations stay in the CPU's cache


class Quality(NamedTuple):
    """Accuracy and mean cross-entropy of each member, [N]."""

    accuracy: Tensor
    cross_entropy: Tensor


class Deviation(NamedTuple):
    """MSE, MAE and R² of each member, [N]; R² against the mean of the values themselves."""

    mse: Tensor
    mae: Tensor
    r2: Tensor


def classified(logits: Tensor, labels: Tensor) -> Quality:
    """The quality of logits [N, n, C] for labels [N, n]."""
    accuracy = (logits.argmax(-1) == labels).float().mean(-1)
    return Quality(accuracy, hard_cross_entropy(logits, labels))


def deviating(answers: Tensor, values: Tensor) -> Deviation:
    """The deviation of predictions [N, n, 1] from values [N, n]."""
    gaps = answers - values.unsqueeze(-1)
    mse, mae = (gaps**2).mean((-2, -1)), gaps.abs().mean((-2, -1))
    return Deviation(mse, mae, 1 - mse / values.var(-1, correction=0))


class SharedSet:
    """Objects of classes that every member is evaluated on: inputs float [n, D], labels [n].

    balanced: whether the balanced accuracy is measured too.
    """

    def __init__(
        self, inputs: Tensor, labels: Tensor, device: torch.device, *, balanced: bool = False
    ) -> None:
        self.labels, self.balanced = labels.to(device), balanced
        self.blocks = [block.to(device) for block in inputs.split(BLOCK)]

    @torch.no_grad()
    def quality(self, stack: Stack) -> tuple[Tensor, ...]:
        """Every member's accuracy, cross-entropy and, if asked, balanced accuracy: each [N]."""
        correct, loss = torch.zeros(2, len(stack), device=self.labels.device)
        rights = []
        for logits, y in self._logits(stack):
            log_p = logits.log_softmax(1)
            picked = log_p.gather(1, y.expand(len(stack), 1, -1)).squeeze(1)
            loss -= picked.sum(-1)
            right = picked == log_p.amax(1)  # argmax would take ten times as long
            correct += right.sum(-1)
            rights += [right] if self.balanced else []
        found = Quality(correct / len(self.labels), loss / len(self.labels))
        if not self.balanced:
            return found
        return *found, mean_recall(torch.cat(rights, 1), self.labels)

    @torch.no_grad()
    def reliability(self, stack: Stack) -> tuple[list[Reliability], Tensor]:
        """Every member's reliability, over all objects, and which it has right: bool [N, n]."""
        return with_right(self._logits(stack))

    def _logits(self, stack: Stack) -> Iterator[tuple[Tensor, Tensor]]:
        """Blocks of logits [N, C, B] and labels [B]; sums over C are vectorised along B."""
        with stack.evaluating():
            for x, y in zip(self.blocks, self.labels.split(BLOCK), strict=True):
                yield stack.shared(x.unsqueeze(0), [len(stack)]).transpose(1, 2), y


def integral_criterion(epochs: Sequence[int], curve: Sequence[float]) -> float:
    """I: the area under a curve of the test loss over its epochs, by the trapezoid rule.

    Lower is better. The I of a mean curve is the mean of I. See docs/protocol, "The integral
    criterion".
    """
    points = itertools.pairwise(zip(epochs, curve, strict=True))
    return sum((after - before) * (a + b) / 2 for (before, a), (after, b) in points)


@torch.no_grad()
def own_quality(
    stack: Stack,
    inputs: Tensor,
    labels: Tensor,
    sizes: Sequence[int],
    quality: Callable[[Tensor, Tensor], tuple[Tensor, ...]],
    block: int | None = None,
) -> tuple[Tensor, ...]:
    """The quality of every member on its group's own objects: inputs [G, n, D], labels [N, n].

    sizes: members in each group; quality: `classified` or `deviating`; block: objects at a time,
    None for all at once.
    """
    return quality(_outputs(stack, inputs, sizes, block), labels)


@torch.no_grad()
def own_reliability(
    stack: Stack,
    inputs: Tensor,
    labels: Tensor,
    sizes: Sequence[int],
    block: int | None = None,
) -> tuple[list[Reliability], Tensor]:
    """The same for reliability, and which objects are right: inputs [G, n, D], classes [N, n]."""
    return with_right([(_outputs(stack, inputs, sizes, block).transpose(1, 2), labels)])


def with_right(answers: Iterable[tuple[Tensor, Tensor]]) -> tuple[list[Reliability], Tensor]:
    """The reliability of logits [N, C, B] for labels [B] or [N, B], block by block, and which
    objects each member has right: bool [N, n].
    """
    right: list[Tensor] = []

    def noted() -> Iterator[tuple[Tensor, Tensor]]:
        for logits, y in answers:
            picked = logits.gather(1, y.expand(len(logits), -1).unsqueeze(1)).squeeze(1)
            right.append(picked == logits.amax(1))
            yield logits, y

    return measure(noted()), torch.cat(right, 1)


def _outputs(stack: Stack, inputs: Tensor, sizes: Sequence[int], block: int | None) -> Tensor:
    """Of every member on its group's own objects, so many at a time: [N, n, outputs]."""
    with stack.evaluating():
        if block is None or block >= inputs.shape[1]:
            return stack.shared(inputs, sizes)
        parts = [stack.shared(x.contiguous(), sizes) for x in inputs.split(block, 1)]
    return torch.cat(parts, 1)


Network = Callable[[Tensor], Tensor]
"""Objects [B, D] that all members see, or each its own [N, B, D] → logits [N, B, C]."""


@torch.no_grad()
def quality(
    network: Network, blocks: Iterable[tuple[Tensor, Tensor]], *, balanced: bool = False
) -> tuple[Tensor, ...]:
    """Accuracy, mean cross-entropy and, if asked, balanced accuracy: each [N].

    blocks: objects [B, D] and labels [B] that all members share, or [N, B, D] and [N, B].
    """
    right: Tensor | float = 0.0
    loss: Tensor | float = 0.0
    objects, rights, labels = 0, [], []
    for x, y in blocks:
        logits = network(x)
        picked = logits.gather(-1, y.expand(len(logits), -1).unsqueeze(-1)).squeeze(-1)
        loss = loss + (logits.logsumexp(-1) - picked).sum(-1)
        hits = logits.argmax(-1) == y
        right = right + hits.sum(-1)
        objects += y.shape[-1]
        if balanced:
            rights.append(hits)
            labels.append(y)
    found = torch.as_tensor(right) / objects, torch.as_tensor(loss) / objects
    if not balanced:
        return found
    return *found, mean_recall(torch.cat(rights, 1), torch.cat(labels, -1))


def packed(right: Tensor) -> str:
    """Which of n objects are answered rightly, bool [n], as text: n, a colon, bits in base 64.

    10,000 objects take 1.7 KB.
    """
    bits = np.packbits(right.cpu().numpy())
    return f"{len(right)}:{base64.b64encode(bits.tobytes()).decode()}"


def unpacked(text: str) -> np.ndarray:
    """What was packed: ones and zeros, int8 [n]."""
    count, _, bits = text.partition(":")
    found = np.unpackbits(np.frombuffer(base64.b64decode(bits), np.uint8), count=int(count))
    return found.astype(np.int8)
