"""Links in which nothing is learned: noise and dilation."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from trainables.checks import check_real, check_whole
from trainables.data.domains import FEATURES, TABLE
from trainables.links.link import Link
from trainables.networks.vae import Vae


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

    def __call__(self, images: Tensor, generator: torch.Generator, vae: Vae | None) -> Tensor:
        """The images under fresh noise."""
        noise = torch.randn(images.shape, generator=generator).to(images.device)
        return (images + self.std * noise).clamp_(0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class FeatureNoise(Noise):
    """x + std · N(0, 1) on standardised features, which have no bounds to clip to."""

    maps: ClassVar[str] = TABLE
    teacher_inputs: ClassVar[int] = FEATURES

    def __call__(self, images: Tensor, generator: torch.Generator, vae: Vae | None) -> Tensor:
        """The features under fresh noise."""
        noise = torch.randn(images.shape, generator=generator).to(images.device)
        return images + self.std * noise


@dataclass(frozen=True, kw_only=True)
class Dilation(Link):
    """A convolution with a fixed 3×3 kernel, dilation 2, no padding: 28×28 → 24×24 = 576 values.

    `scaled` divides the kernel by its sum, so that images stay in [0, 1]; the published code
    did not (docs/protocol, "What was run").
    """

    name: ClassVar[str] = "dilation"
    teacher_inputs: ClassVar[int] = 24 * 24
    makes_source: ClassVar[bool] = True
    scaled: bool = True

    def __call__(self, images: Tensor, generator: torch.Generator, vae: Vae | None) -> Tensor:
        """Each pixel becomes the mean (unscaled: the sum) of five pixels, two apart."""
        kernel = torch.tensor([[1.0, 0, 1], [0, 1, 0], [1, 0, 1]], device=images.device)
        if self.scaled:
            kernel = kernel / kernel.sum()
        pictures = images.reshape(-1, 1, 28, 28)
        return torch.nn.functional.conv2d(pictures, kernel[None, None], dilation=2).flatten(1)
