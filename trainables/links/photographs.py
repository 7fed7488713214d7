"""Images over photographs, in grey (Ganin and Lempitsky 2015, §4.1)."""

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import torch
from torch import Tensor

from trainables.checks import check_flag
from trainables.data.domain import Shape
from trainables.links.link import Link

HEIGHT, WIDTH = 427, 640  # of the photographs


@dataclass(frozen=True, kw_only=True)
class PhotographBlend(Link):
    """An image over a random patch of a photograph: |x - patch|, averaged over the three colours.

    The paper took patches of 500 photographs and kept the colours. Ours come from the two that
    scikit-learn ships, some 480,000 places, and are grey, as all images of the study are.

    binarised: whether an image's pixel that is not black is white, as in the code by which MNIST-M
        is commonly made.
    """

    name: ClassVar[str] = "blend"
    makes_source: ClassVar[bool] = True
    binarised: bool = False

    def __post_init__(self) -> None:
        check_flag(self, "binarised")

    def is_proven(self, shape: Shape) -> bool:
        """On grey images that fit into a photograph; to try it would load them at every start."""
        channels, height, width = shape
        return channels == 1 and height <= HEIGHT and width <= WIDTH

    def __call__(self, objects: Tensor, generator: torch.Generator) -> Tensor:
        """The images [n, 1, H, W], each over a patch of its own."""
        if self.binarised:
            objects = (objects > 0).to(objects.dtype)
        photographs, (high, wide) = _photographs(), objects.shape[-2:]
        which = torch.randint(len(photographs), (len(objects), 1, 1), generator=generator)
        height, width = photographs.shape[1:3]
        tops = torch.randint(height - high + 1, (len(objects), 1, 1), generator=generator)
        lefts = torch.randint(width - wide + 1, (len(objects), 1, 1), generator=generator)
        rows, columns = torch.arange(high)[:, None], torch.arange(wide)
        patches = photographs[which, tops + rows, lefts + columns].float().div_(255)
        patches = patches.unsqueeze(1).to(objects.device)  # [n, 1, H, W, 3]
        return (objects.unsqueeze(-1) - patches).abs().mean(-1)


@cache
def _photographs() -> Tensor:
    """Uint8 [2, 427, 640, 3]."""
    from sklearn.datasets import load_sample_images

    return torch.stack([torch.tensor(image) for image in load_sample_images().images])
