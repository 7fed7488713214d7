"""A convolution for one network, or with stacked weights for N of them, member by member."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from trainables.networks.convolution_kernels import convolved, grouped
from trainables.networks.stacking.images import ImageLayer, Values, through
from trainables.networks.stacking.layers import Stackable


class Convolution(Stackable, ImageLayer):
    """x [..., B, inputs, H, W] → [..., B, outputs, H', W'], initialised as `nn.Conv2d` is.

    For one network the weight is [outputs, inputs, size, size]; for a stack weights and inputs
    have a further first dimension N.
    """

    needs_outputs = False
    blocked = True

    def __init__(
        self, inputs: int, outputs: int, size: int, padding: int, draw: torch.Generator
    ) -> None:
        super().__init__()
        bound = (inputs * size**2) ** -0.5

        def drawn(*shape: int) -> nn.Parameter:
            return nn.Parameter(torch.empty(shape).uniform_(-bound, bound, generator=draw))

        self.weight, self.bias = drawn(outputs, inputs, size, size), drawn(outputs)
        self.padding = padding

    @property
    def values(self) -> Values:
        """Weights and biases."""
        return self.weight, self.bias

    def one(self, x: Tensor, *own: Any) -> Tensor:
        """One member's maps."""
        weight, bias = own
        return convolved(x, weight, bias, padding=self.padding)

    def together(self, x: Tensor) -> Tensor:
        """All members' maps: members are groups."""
        return grouped(x, self.weight, self.bias, padding=self.padding)

    def forward(self, x: Tensor) -> Tensor:
        """The maps of x, for one network or for each member."""
        if self.weight.dim() > 4:
            return through([self], x)
        return functional.conv2d(x, self.weight, self.bias, padding=self.padding)
