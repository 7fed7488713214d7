"""Barlow Twins: two views agree, and no unit repeats another (Zbontar et al. 2021)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, cast

import torch
from torch import Tensor

from trainables.checks import check_flag, check_real, check_whole
from trainables.methods.normalising import normalised
from trainables.methods.self_supervised.pretraining import SelfSupervised
from trainables.networks.perceptron import Linear, Mlp
from trainables.networks.products.layout import LINEAR, RELU


def cross_correlation(one: Tensor, other: Tensor) -> Tensor:
    """C_ij = Σ_b z^A_bi z^B_bj / (√Σ_b (z^A_bi)² √Σ_b (z^B_bj)²), centred over the batch (eq. 2).

    one, other [..., B, D] → [..., D, D].
    """
    correlation: Tensor = _standardised(one).mT @ _standardised(other)
    return correlation


def _standardised(z: Tensor) -> Tensor:
    """Each unit centred, its squares over the batch summing to 1."""
    centred = z - z.mean(-2, keepdim=True)
    sizes: Tensor = centred.norm(dim=-2, keepdim=True)
    return centred / sizes.clamp(min=1e-6)


def redundancy_loss(correlation: Tensor, weight: float) -> Tensor:
    """Σ_i (1 - C_ii)² + λ Σ_i Σ_{j≠i} C_ij² (eq. 1): [..., D, D] → [...]; zero where C = I."""
    diagonal = correlation.diagonal(dim1=-2, dim2=-1)
    apart = correlation.square().sum((-1, -2)) - diagonal.square().sum(-1)
    return (1 - diagonal).square().sum(-1) + weight * apart


class _Normalised(Mlp):
    """A perceptron whose last hidden layer is normalised over the batch before its ReLU."""

    def forward(self, x: Tensor, sizes: Sequence[int] | None = None) -> Tensor:
        """As any perceptron's."""
        *hidden, middle, last = cast(list[Linear], list(self.layers))
        for each in hidden:
            x, sizes = each(x, RELU, sizes), None
        outputs: Tensor = last(normalised(middle(x, LINEAR, sizes), (-2,)).relu())
        return outputs

    def traced(self, x: Tensor, sizes: Sequence[int] | None = None) -> None:
        """Its gradients are autograd's."""


@dataclass(frozen=True, kw_only=True)
class BarlowTwins(SelfSupervised):
    """weight: the paper's λ. embedding: the width of both layers of the projector.

    normalised: whether the projector's hidden layer is normalised over the batch before its ReLU,
        as in the paper; but without a learned scale and shift.
    """

    name: ClassVar[str] = "barlow_twins"
    weight: float = 0.0051
    embedding: int = 256
    normalised: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        check_real(self, "weight", at_least=0.0)
        check_whole(self, "embedding", at_least=1)
        check_flag(self, "normalised")

    def embedding_sizes(self, width: int) -> tuple[int, ...]:
        """A projector of two layers (the paper has three, of 8,192 units)."""
        return (width, self.embedding, self.embedding)

    def encoder(self, sizes: Sequence[int], draw: torch.Generator) -> Mlp:
        """The hidden layers and the projector."""
        return _Normalised(sizes, draw) if self.normalised else super().encoder(sizes, draw)

    def loss(self, one: Tensor, other: Tensor) -> Tensor:
        """The redundancy loss of the views' cross-correlation: [...]."""
        return redundancy_loss(cross_correlation(one, other), self.weight)
