"""DAFL's generators: networks that turn noise into images, which a teacher judges."""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from trainables.checks import check_real
from trainables.data.domain import Shape
from trainables.methods.normalising import CHANNEL, EPSILON, ChannelNorm, normalised
from trainables.networks.convolution import Convolution
from trainables.networks.perceptron import Linear
from trainables.randomness import generator

SLOPE = 0.2  # of the LeakyReLUs
ENLARGED = 4  # times, in two steps: how much larger an image is than the first feature maps
WIDE_EPSILON = 0.8  # what the authors gave instead of PyTorch's


@dataclass(frozen=True)
class PixelScale:
    """Mean and standard deviation of a domain's pixels; inputs are often normalised by them."""

    mean: float
    std: float

    def __post_init__(self) -> None:
        check_real(self, "mean")
        check_real(self, "std", above=0.0)


class ImageGenerator(nn.Module, ABC):
    """z [..., B, latent] → images [..., B, D] of the given scale.

    Mean and deviation are taken over all values of a batch, after a tanh, as in the authors' code,
    whose last normalisation has a single channel. So a pixel can be black in every image.
    """

    products: int  # multiplications for an image

    def __init__(self, pixels: PixelScale) -> None:
        super().__init__()
        self.pixels = pixels

    def forward(self, z: Tensor) -> Tensor:
        """The images that the noise z becomes."""
        drawn = normalised(torch.tanh(self.drawing(z)), (-1, -2))
        return self.pixels.mean + self.pixels.std * drawn

    @abstractmethod
    def drawing(self, z: Tensor) -> Tensor:
        """The images before tanh and scaling: [..., B, D]."""


class PerceptronGenerator(ImageGenerator):
    """A generator with one hidden layer, normalised over the batch."""

    def __init__(
        self, latent: int, hidden: int, pixels: PixelScale, shape: Shape, seed: int
    ) -> None:
        super().__init__(pixels)
        draw, outputs = generator("init/generator", seed), math.prod(shape)
        self.first, self.second = Linear(latent, hidden, draw), Linear(hidden, outputs, draw)
        self.products = hidden * (latent + outputs)

    def drawing(self, z: Tensor) -> Tensor:
        """Linear, normalised over the batch, LeakyReLU, linear."""
        hidden = functional.leaky_relu(normalised(self.first(z), (-2,)), SLOPE)
        result: Tensor = self.second(hidden)
        return result


class ConvolutionalGenerator(ImageGenerator):
    """The authors' convolutional generator in other sizes: maps that are enlarged twice.

    channels: those of the first two layers' maps, and of the third's. The authors have 128 and
    64, on maps of 8×8 to 32×32. shape: of an image, (channels, height, width); what enlarged maps
    have beyond it, where a side is no multiple of four, is cut off.
    learned: whether normalisations have a learned scale and shift, as in the authors' code, and
        those behind convolutions its ε, 0.8.
    """

    def __init__(
        self,
        latent: int,
        channels: Sequence[int],
        pixels: PixelScale,
        shape: Shape,
        seed: int,
        *,
        learned: bool = False,
    ) -> None:
        super().__init__(pixels)
        draw = generator("init/generator", seed)
        (wide, narrow), (colours, *self.sides) = channels, shape
        self.first_maps = wide, *(math.ceil(side / ENLARGED) for side in self.sides)
        first = math.prod(self.first_maps)
        self.first = Linear(latent, first, draw)
        self.second = Convolution(wide, wide, 3, 1, draw)
        self.third = Convolution(wide, narrow, 3, 1, draw)
        self.last = Convolution(narrow, colours, 3, 1, draw)
        self.norms = nn.ModuleList(
            ChannelNorm(maps, epsilon) if learned else _Plain()
            for maps, epsilon in ((wide, EPSILON), (wide, WIDE_EPSILON), (narrow, WIDE_EPSILON))
        )
        area = first // wide
        enlarged = wide * wide * 4 * area + (wide + colours) * narrow * 16 * area
        self.products = latent * first + 9 * enlarged

    def drawing(self, z: Tensor) -> Tensor:
        """A linear layer and three convolutions, the first two on enlarged maps."""
        first, *others = self.norms
        maps = first(self.first(z).unflatten(-1, self.first_maps))
        for layer, norm in zip((self.second, self.third), others, strict=True):
            maps = functional.leaky_relu(norm(layer(_enlarged(maps))), SLOPE)
        height, width = self.sides
        result: Tensor = self.last(maps)[..., :height, :width].flatten(-3)
        return result


class _Plain(nn.Module):
    """Maps [..., B, C, H, W], each channel normalised over the batch."""

    def forward(self, maps: Tensor) -> Tensor:
        return normalised(maps, CHANNEL)


def _enlarged(maps: Tensor) -> Tensor:
    """Each pixel twice as wide and as high: [..., H, W] → [..., 2H, 2W]."""
    return maps.repeat_interleave(2, -1).repeat_interleave(2, -2)
