"""LeNet-5 (LeCun et al. 1998), also the network of published figures that are repeated here."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor, nn
from torch.nn import functional

from trainables.data.domain import Shape
from trainables.errors import BadInputError
from trainables.networks.convolution import Convolution
from trainables.networks.kernels import repeated
from trainables.networks.network import DrawnNetwork, image_shape
from trainables.networks.perceptron import Mlp
from trainables.networks.products.layout import LINEAR, RELU
from trainables.networks.stacking.image_layers import MaxPool2d, ReLU
from trainables.networks.stacking.images import through
from trainables.randomness import generator

WHOLE = (6, 16, 120, 84)
HALF = (3, 8, 60, 42)  # the student of DAFL, by its authors' code
HALF_CHANNELS = (3, 8, 120, 84)  # ZSKD's: no other halving has the printed 35,820 parameters
WIDE = (32, 48, 100, 100)  # Ganin and Lempitsky's for MNIST, where maps keep their size
DIGITS: Shape = (1, 28, 28)
THEN = ReLU(), MaxPool2d(2)  # of a stack's convolutions
LEAST = 12  # pixels of a side: less leaves nothing after the second pooling


class ConvPool(Convolution):
    """A 5×5 convolution, ReLU and 2×2 max pooling; images come and go flattened.

    shape: of an image, (channels, height, width); x [..., B, D] → [..., B, D'].
    """

    def __init__(self, shape: Shape, outputs: int, padding: int, draw: torch.Generator) -> None:
        super().__init__(shape[0], outputs, 5, padding, draw)
        self.shape = shape

    def forward(
        self, x: Tensor, activation: str = LINEAR, sizes: Sequence[int] | None = None
    ) -> Tensor:
        """Maps of x; the ReLU is always there, and comes before the pooling."""
        assert activation == RELU  # as Mlp calls its hidden layers
        x = x if sizes is None else repeated(x, sizes)
        maps = x.unflatten(-1, self.shape)
        if self.weight.dim() > 4:
            return through([self, *THEN], maps).flatten(-3)
        return functional.max_pool2d(super().forward(maps).relu(), 2).flatten(-3)


class LeNet(Mlp):
    """Two convolutions and three linear layers; images of 28×28 are padded to 32×32.

    widths: channels of the two convolutions, then units of the two hidden linear layers.
    shape: of an image, (channels, height, width).
    padding: of the second convolution; at 2 it keeps the maps' size, as the first does.
    """

    def __init__(
        self,
        widths: Sequence[int],
        draw: torch.Generator,
        shape: Shape = DIGITS,
        outputs: int = 10,
        padding: int = 0,
    ) -> None:
        channels, more, *units = widths
        halved = (channels, *(side // 2 for side in shape[1:]))
        pooled = more * math.prod((side - 4 + 2 * padding) // 2 for side in halved[1:])
        super().__init__((pooled, *units, outputs), draw)
        convolutions = [ConvPool(shape, channels, 2, draw), ConvPool(halved, more, padding, draw)]
        self.layers = nn.ModuleList([*convolutions, *self.layers])


@dataclass(frozen=True, kw_only=True)
class LeNet5(DrawnNetwork):
    """LeNet-5 for images of 12×12 and more: its first convolution keeps their size."""

    @property
    def features(self) -> Mapping[str, str]:
        """The activations of the hidden layers: of the last, [B, 84], and C5's, [B, 120]."""
        return {"hidden": "layers.3", "c5": "layers.2"}

    def initialised(self, shape: Shape, outputs: int, draw: torch.Generator) -> LeNet:
        """The network of flat images [B, D]."""
        _, height, width = image_shape(self, shape)
        if min(height, width) < LEAST:
            raise BadInputError(
                f"LeNet5 reads images of at least {LEAST}×{LEAST} pixels, and given are "
                f"{height}×{width}: give a larger size, or ConvNet(channels=(16,))"
            )
        return LeNet(WHOLE, draw, shape, outputs)


@cache
def lenet_parameters(widths: tuple[int, ...], padding: int = 0) -> int:
    """Weights and biases of a LeNet-5 of these widths."""
    draw = generator("unused", 0)
    return sum(p.numel() for p in LeNet(widths, draw, padding=padding).parameters())


@cache
def lenet_products(widths: tuple[int, ...], padding: int = 0) -> int:
    """Multiplications of one image of DIGITS."""
    weights = list(LeNet(widths, generator("unused", 0), padding=padding).parameters())
    maps = [28 * 28, (10 + 2 * padding) ** 2, 1, 1, 1]
    return sum(w.numel() * area for w, area in zip(weights[::2], maps, strict=True))
