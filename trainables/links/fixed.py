"""Links in which nothing is learned: noise and dilation."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from trainables.checks import check_flag, check_real, check_whole
from trainables.data.domain import TABLE, Shape
from trainables.links.link import Link


@dataclass(frozen=True, kw_only=True)
class Noise(Link):
    """x + std · N(0, 1), clipped to [0, 1].

    The paper writes N(0, 1/10): std 0.1 if that is a standard deviation, 0.316 if a variance. Its
    code used 0.08 (docs/protocol, "What was run").
    """

    name: ClassVar[str] = "noise"
    makes_source: ClassVar[bool] = True
    std: float = 0.1
    draws: int = 50

    def __post_init__(self) -> None:
        check_real(self, "std", at_least=0.0)
        check_whole(self, "draws", at_least=1)

    @property
    def samples(self) -> int:
        """The default 50: a fresh draw for each epoch of the standard schedule."""
        return self.draws

    def __call__(self, objects: Tensor, generator: torch.Generator) -> Tensor:
        """The images under fresh noise."""
        noise = torch.randn(objects.shape, generator=generator).to(objects.device)
        return (objects + self.std * noise).clamp_(0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class FeatureNoise(Noise):
    """x + std · N(0, 1) on standardised features, which have no bounds to clip to."""

    maps: ClassVar[str] = TABLE

    def __call__(self, objects: Tensor, generator: torch.Generator) -> Tensor:
        """The features under fresh noise."""
        noise = torch.randn(objects.shape, generator=generator).to(objects.device)
        return objects + self.std * noise


@dataclass(frozen=True, kw_only=True)
class Dilation(Link):
    """A convolution with a fixed 3×3 kernel, dilation 2, no padding: 28×28 → 24×24.

    `scaled` divides the kernel by its sum, so that images stay in [0, 1]; the published code
    did not (docs/protocol, "What was run").
    """

    name: ClassVar[str] = "dilation"
    makes_source: ClassVar[bool] = True
    scaled: bool = True

    def __post_init__(self) -> None:
        check_flag(self, "scaled")

    def shape(self, shape: Shape) -> Shape:
        """Four less in height and width."""
        channels, height, width = shape
        return channels, height - 4, width - 4

    def __call__(self, objects: Tensor, generator: torch.Generator) -> Tensor:
        """Each pixel becomes the mean (unscaled: the sum) of five pixels, two apart."""
        kernel = torch.tensor([[1.0, 0, 1], [0, 1, 0], [1, 0, 1]], device=objects.device)
        if self.scaled:
            kernel = kernel / kernel.sum()
        channels = objects.flatten(0, 1).unsqueeze(1)
        found = torch.nn.functional.conv2d(channels, kernel[None, None], dilation=2)
        return found.view(*objects.shape[:2], *found.shape[2:])
