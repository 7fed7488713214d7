"""Invariant and spreading instance features: every object is its own class (Ye et al. 2019)."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from trainables.checks import check_real, check_whole
from trainables.methods.self_supervised.pretraining import SelfSupervised


def instance_loss(features: Tensor, views: Tensor, temperature: float) -> Tensor:
    """-Σ_i log P(i | x̂_i) - Σ_i Σ_{j≠i} log(1 - P(i | x_j)), over the batch's size (eq. 2–6).

    features, views: unit embeddings f_i and f̂_i [..., B, D] → [...]. P(i | x̂_i) is the softmax
    over k of f_kᵀ f̂_i / τ, P(i | x_j) that of f_kᵀ f_j / τ.
    """
    invariant = functional.log_softmax(features @ views.mT / temperature, dim=-2)
    among = functional.softmax(features @ features.mT / temperature, dim=-2)
    other = 1 - torch.eye(features.shape[-2], device=features.device)
    spreading = torch.log1p(-among * other).sum((-1, -2))
    return -(invariant.diagonal(dim1=-2, dim2=-1).sum(-1) + spreading) / features.shape[-2]


@dataclass(frozen=True, kw_only=True)
class InstanceFeatures(SelfSupervised):
    """temperature: τ. embedding: its size (128 in the paper); it is L2-normalised."""

    name: ClassVar[str] = "instance_features"
    temperature: float = 0.1
    embedding: int = 128

    def __post_init__(self) -> None:
        super().__post_init__()
        check_real(self, "temperature", above=0.0)
        check_whole(self, "embedding", at_least=1)

    def embedding_sizes(self, width: int) -> tuple[int, ...]:
        """One linear layer on the last hidden layer."""
        return (width, self.embedding)

    def loss(self, one: Tensor, other: Tensor) -> Tensor:
        """The instance loss of two views, both augmented as in the paper (§3.3): [...]."""
        unit, view = functional.normalize(one, dim=-1), functional.normalize(other, dim=-1)
        return instance_loss(unit, view, self.temperature)
