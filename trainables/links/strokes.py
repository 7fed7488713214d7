"""Links for drawn characters: strokes blurred, made thicker or thinner. Nothing is learned.

They bring the student's pictures nearer to the teacher's, which is trained on its own as they are.
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from trainables.checks import check_real
from trainables.links.link import Link


@dataclass(frozen=True, kw_only=True)
class Blur(Link):
    """A Gaussian blur of the same size; its kernel ends 3 standard deviations away.

    std: in pixels, > 0. Outside of the picture is 0.
    """

    name: ClassVar[str] = "blur"
    std: float = 0.7

    def __post_init__(self) -> None:
        check_real(self, "std", above=0.0, at_most=10.0)

    def __call__(self, objects: Tensor, generator: torch.Generator) -> Tensor:
        """Rows and columns one after the other, each channel by itself."""
        reach = max(1, round(3 * self.std))
        places = torch.arange(-reach, reach + 1, device=objects.device, dtype=objects.dtype)
        kernel = torch.exp(-((places / self.std) ** 2) / 2)
        kernel = kernel / kernel.sum()
        planes = objects.flatten(0, 1).unsqueeze(1)
        down = functional.conv2d(planes, kernel[None, None, :, None], padding=(reach, 0))
        both = functional.conv2d(down, kernel[None, None, None, :], padding=(0, reach))
        return both.view(objects.shape)


@dataclass(frozen=True, kw_only=True)
class Thickness(Link):
    """Light strokes on dark made thicker, or thinner: a greyscale dilation, or erosion, of 3×3.

    change: in pixels by which each edge moves outwards, from -2 to 2. A part of a pixel is that
        share of the way to the next whole one.
    """

    name: ClassVar[str] = "thickness"
    change: float = 0.5

    def __post_init__(self) -> None:
        check_real(self, "change", at_least=-2.0, at_most=2.0)

    def __call__(self, objects: Tensor, generator: torch.Generator) -> Tensor:
        """The brightest, or the darkest, of each pixel and its neighbours."""
        sign, left, now = (-1 if self.change < 0 else 1), abs(self.change), objects
        while left > 0:
            moved = sign * functional.max_pool2d(sign * now, 3, stride=1, padding=1)
            now, left = torch.lerp(now, moved, min(left, 1.0)), left - 1
        return now
