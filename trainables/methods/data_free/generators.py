"""DAFL's generators: networks that make images of noise, for a teacher to judge."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from trainables.checks import check_real
from trainables.data.domains import PIXELS
from trainables.networks.convolution import Convolution
from trainables.networks.perceptron import Linear
from trainables.randomness import generator

SLOPE = 0.2  # of the leaky ReLUs
SIDE = 7  # pixels of the first feature maps, enlarged twice
CHANNEL = (-4, -2, -1)  # what a channel is normalised over: [..., B, C, H, W] but for C


@dataclass(frozen=True)
class PixelScale:
    """Mean and standard deviation of a domain's pixels, as teachers' inputs are normalised."""

    mean: float
    std: float

    def __post_init__(self) -> None:
        check_real(self, "mean")
        check_real(self, "std", above=0.0)


class ImageMaker(nn.Module, ABC):
    """z [..., B, latent] → images [..., B, 784] of the given scale.

    Mean and deviation are taken over all pixels of a batch, after a tanh, as in the authors'
    code, whose last normalisation is of a single channel. A pixel may so be black in every image.
    """

    products: int  # multiplications of an image

    def __init__(self, pixels: PixelScale) -> None:
        super().__init__()
        self.pixels = pixels

    def forward(self, z: Tensor) -> Tensor:
        """Noise to images."""
        drawn = normalised(torch.tanh(self.drawing(z)), (-1, -2))
        return self.pixels.mean + self.pixels.std * drawn

    @abstractmethod
    def drawing(self, z: Tensor) -> Tensor:
        """What the images are before they are scaled: [..., B, 784]."""


class PerceptronMaker(ImageMaker):
    """One hidden layer, normalised over the batch."""

    def __init__(self, latent: int, hidden: int, pixels: PixelScale, seed: int) -> None:
        super().__init__(pixels)
        draw = generator("init/generator", seed)
        self.first, self.second = Linear(latent, hidden, draw), Linear(hidden, PIXELS, draw)
        self.products = hidden * (latent + PIXELS)

    def drawing(self, z: Tensor) -> Tensor:
        """A layer, its normalisation, a layer."""
        hidden = functional.leaky_relu(normalised(self.first(z), (-2,)), SLOPE)
        result: Tensor = self.second(hidden)
        return result


class ConvolutionalMaker(ImageMaker):
    """The authors' generator with channels of its own: maps of 7×7 pixels, enlarged to 28×28.

    channels: of the first maps and the second, and of the third. The authors' have 128 and 64,
    at 8×8 to 32×32, and learn a scale and a shift with each normalisation; here those lie in the
    next layer's weights.
    """

    def __init__(
        self, latent: int, channels: Sequence[int], pixels: PixelScale, seed: int
    ) -> None:
        super().__init__(pixels)
        draw = generator("init/generator", seed)
        wide, narrow = channels
        self.first = Linear(latent, wide * SIDE * SIDE, draw)
        self.second = Convolution(wide, wide, 3, 1, draw)
        self.third = Convolution(wide, narrow, 3, 1, draw)
        self.last = Convolution(narrow, 1, 3, 1, draw)
        enlarged = wide * wide * PIXELS // 4 + (wide + 1) * narrow * PIXELS
        self.products = latent * wide * SIDE * SIDE + 9 * enlarged

    def drawing(self, z: Tensor) -> Tensor:
        """Three convolutions, two of them of enlarged maps."""
        maps = normalised(self.first(z).unflatten(-1, (-1, SIDE, SIDE)), CHANNEL)
        for layer in (self.second, self.third):
            maps = layer(_enlarged(maps))
            maps = functional.leaky_relu(normalised(maps, CHANNEL), SLOPE)
        result: Tensor = self.last(maps).flatten(-3)
        return result


def normalised(x: Tensor, over: Sequence[int]) -> Tensor:
    """To mean 0 and variance 1 over these dimensions."""
    variance, mean = torch.var_mean(x, dim=list(over), keepdim=True, correction=0)
    return (x - mean) * torch.rsqrt(variance + 1e-5)


def _enlarged(maps: Tensor) -> Tensor:
    """Each pixel twice as wide and as high: [..., H, W] → [..., 2H, 2W]."""
    return maps.repeat_interleave(2, -1).repeat_interleave(2, -2)
