"""LeNet-5 (LeCun et al. 1998): the network of published figures that are repeated here."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from trainables.networks.convolution import Convolution
from trainables.networks.kernels import LINEAR, RELU
from trainables.networks.perceptron import Perceptron
from trainables.randomness import generator

WHOLE = (6, 16, 120, 84)
HALF = (3, 8, 60, 42)  # the student of DAFL, by its authors' code
HALF_CHANNELS = (
    3,
    8,
    120,
    84,
)  # ZSKD's: no other halving has the printed 35,820 parameters
PRODUCTS = 416_520  # multiplications of one image in a LeNet-5 of widths WHOLE


class ConvPool(Convolution):
    """A 5×5 convolution, ReLU and 2×2 max pooling; images come and go flattened.

    x [..., B, inputs · side²] → [..., B, outputs · (side')²].
    """

    def __init__(
        self, inputs: int, outputs: int, side: int, padding: int, draw: torch.Generator
    ) -> None:
        super().__init__(inputs, outputs, 5, padding, draw)
        self.shape = (inputs, side, side)

    def forward(self, x: Tensor, activation: str = LINEAR) -> Tensor:
        """Maps of x; the ReLU is always there, and comes before the pooling."""
        assert activation == RELU  # as Perceptron calls its hidden layers
        found = super().forward(x.unflatten(-1, self.shape)).relu()
        pooled = functional.max_pool2d(found.flatten(0, -4), 2)
        return pooled.flatten(1).view(*x.shape[:-1], -1)


class LeNet5(Perceptron):
    """Two convolutions and three linear layers; images of 28×28 are padded to 32×32.

    widths: channels of the two convolutions, then units of the two hidden linear layers.
    """

    def __init__(self, widths: Sequence[int], draw: torch.Generator) -> None:
        first, second, *units = widths
        super().__init__((second * 25, *units, 10), draw)
        convolutions = [ConvPool(1, first, 28, 2, draw), ConvPool(first, second, 14, 0, draw)]
        self.layers = nn.ModuleList([*convolutions, *self.layers])


def lenet_parameters(widths: Sequence[int]) -> int:
    """Weights and biases of a LeNet-5 of these widths."""
    return sum(p.numel() for p in LeNet5(widths, generator("unused", 0)).parameters())
