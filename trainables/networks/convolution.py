"""A convolution for one network, or with stacked weights for N of them, member by member."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class Convolution(nn.Module):
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
        if self.weight.dim() == 4:
            return functional.conv2d(x, self.weight, self.bias, padding=self.padding)
        members = zip(x, self.weight, self.bias, strict=True)
        return torch.stack([functional.conv2d(*one, padding=self.padding) for one in members])
