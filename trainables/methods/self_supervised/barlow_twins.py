"""Barlow Twins: two views agree, and no unit repeats another (Zbontar et al. 2021)."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from trainables.checks import check_real, check_whole
from trainables.methods.self_supervised.pretraining import SelfSupervised


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


@dataclass(frozen=True, kw_only=True)
class BarlowTwins(SelfSupervised):
    """weight: the paper's λ. embedding: the width of both layers of the projector."""

    name: ClassVar[str] = "barlow_twins"
    weight: float = 0.0051
    embedding: int = 256

    def __post_init__(self) -> None:
        super().__post_init__()
        check_real(self, "weight", at_least=0.0)
        check_whole(self, "embedding", at_least=1)

    def embedding_sizes(self, width: int) -> tuple[int, ...]:
        """A projector of two layers (the paper has three, of 8,192 units)."""
        return (width, self.embedding, self.embedding)

    def loss(self, one: Tensor, other: Tensor) -> Tensor:
        """The redundancy loss of the views' cross-correlation: [...]."""
        return redundancy_loss(cross_correlation(one, other), self.weight)
