"""Normalisation over a batch, of one network or of a stack."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from trainables.networks.stacking.layers import Stackable

EPSILON = 1e-5  # PyTorch's
CHANNEL = (-4, -2, -1)  # of [..., B, C, H, W]: what a channel is normalised over


class ChannelNorm(Stackable):
    """Maps [..., B, C, H, W], each channel normalised, scaled and shifted as learned.

    scale, shift: [C] each. As batch normalisation in training; there are no running statistics.
    """

    def __init__(self, channels: int, epsilon: float) -> None:
        super().__init__()
        self.epsilon = epsilon
        self.scale = nn.Parameter(torch.ones(channels))
        self.shift = nn.Parameter(torch.zeros(channels))

    def forward(self, maps: Tensor) -> Tensor:
        """The maps, of one network or of a stack."""
        scale, shift = (v[..., None, :, None, None] for v in (self.scale, self.shift))
        return scale * normalised(maps, CHANNEL, self.epsilon) + shift


def normalised(x: Tensor, over: Sequence[int], epsilon: float = EPSILON) -> Tensor:
    """X brought to mean 0 and variance 1 over these dimensions; ε is added to the variance."""
    variance, mean = torch.var_mean(x, dim=list(over), keepdim=True, correction=0)
    return (x - mean) * torch.rsqrt(variance + epsilon)
