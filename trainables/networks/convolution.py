"""A convolution for one network, or with stacked weights for N of them, member by member."""

from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional

from trainables.networks.stacking.layers import Stackable, each


class Convolution(Stackable):
    """x [..., B, inputs, H, W] → [..., B, outputs, H', W'], initialised as `nn.Conv2d` is.

    For one network the weight is [outputs, inputs, size, size]; for a stack weights and inputs
    have a further first dimension N.
    """

    def __init__(
        self, inputs: int, outputs: int, size: int, padding: int, draw: torch.Generator
    ) -> None:
        super().__init__()
        bound = (inputs * size**2) ** -0.5

        def drawn(*shape: int) -> nn.Parameter:
            return nn.Parameter(torch.empty(shape).uniform_(-bound, bound, generator=draw))

        self.weight, self.bias = drawn(outputs, inputs, size, size), drawn(outputs)
        self.padding = padding

    def forward(self, x: Tensor) -> Tensor:
        """The maps of x, for one network or for each member."""
        convolved = partial(functional.conv2d, padding=self.padding)
        if self.weight.dim() == 4:
            return convolved(x, self.weight, self.bias)
        return each(convolved, x, self.weight, self.bias)
