"""What is done to images before a network sees them: random changes, and normalisation.

Objects are flattened, [..., B, D] with D = channels · height · width; their values are in [0, 1].
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from trainables.checks import check_flag, check_real, check_whole
from trainables.errors import BadInputError

BLOCK = 10_000  # objects whose statistics are computed at a time
DRAWS = 6  # of an object: whether and how far; the same, whichever changes are asked for


@dataclass(frozen=True, kw_only=True)
class Augment:
    """Random changes of images while a network is trained, drawn for each object anew.

    They are applied in this order; what comes in from outside of an image is 0.
    rotation: degrees; by an angle between -rotation and rotation, bilinearly.
    crop: pixels; moved by up to so many in each direction, that is, a random crop of the image
        with such a margin (He et al. 2016, §4.2).
    flip: mirrored left to right, with probability ½.
    erase: the share of an image's area that a square covers, set to 0. It is centred anywhere, so
        that part of it may lie outside (Cutout: DeVries and Taylor 2017, §3.2).

    A teacher's answers stay those for the objects as they are.
    """

    rotation: float = 0.0
    crop: int = 0
    flip: bool = False
    erase: float = 0.0

    def __post_init__(self) -> None:
        check_real(self, "rotation", at_least=0.0, at_most=180.0)
        check_whole(self, "crop", at_least=0)
        check_flag(self, "flip")
        check_real(self, "erase", at_least=0.0, below=1.0)
        if not (self.rotation or self.crop or self.flip or self.erase):
            raise BadInputError(
                "Augment() changes nothing: give rotation, crop, flip or erase, or augment=None"
            )

    def check(self, shape: Sequence[int], name: str) -> None:
        """Raise BadInputError unless objects of this shape can be changed so; name: of whose."""
        if len(shape) != 3:
            raise BadInputError(
                f"augment changes images, and {name} has rows of {math.prod(shape)} features: "
                "leave augment away"
            )
        if self.crop >= min(shape[1:]):
            raise BadInputError(
                f"Augment.crop is {self.crop}: give fewer pixels than the {min(shape[1:])} that "
                f"an image of {name} is high or wide"
            )

    def __call__(
        self, x: Tensor, shape: Sequence[int], generators: Sequence[torch.Generator]
    ) -> Tensor:
        """Change images x [G, B, D] of this shape (C, H, W); group g draws from generator g.

        What a group draws and gets does not depend on the others.
        """
        drawn = torch.stack(
            [torch.rand(x.shape[1], DRAWS, generator=g, dtype=torch.float64) for g in generators]
        ).flatten(0, 1)
        angle, down, right, mirror, *centre = drawn.unbind(1)  # each [G · B]
        images = x.reshape(-1, *shape)
        if self.rotation:
            images = _rotated(images, (2 * angle - 1) * self.rotation)
        if self.crop or self.flip:
            moves = [((2 * self.crop + 1) * u).floor().long() for u in (down, right)]
            images = _moved(images, moves, self.crop, (mirror < 0.5) & self.flip)
        if self.erase:
            images = _erased(images, centre, self.erase)
        return images.reshape(x.shape)


def _rotated(images: Tensor, degrees: Tensor) -> Tensor:
    """Images [M, C, H, W], each turned anticlockwise about its centre by its own angle [M]."""
    height, width = images.shape[2:]
    # Angles stay on the CPU, in float64: so a rotation is the same wherever it is applied.
    sine, cosine = (f(degrees.deg2rad()).view(-1, 1, 1) for f in (torch.sin, torch.cos))
    y = torch.arange(height, dtype=torch.float64).view(-1, 1) - (height - 1) / 2
    x = torch.arange(width, dtype=torch.float64) - (width - 1) / 2
    # grid_sample's coordinates: -1 and 1 are the outer edges of the outer pixels.
    across, down = (cosine * x - sine * y) * 2 / width, (sine * x + cosine * y) * 2 / height
    grid = torch.stack([across, down], dim=-1).to(images)
    return functional.grid_sample(images, grid, align_corners=False)


def _moved(images: Tensor, moves: Sequence[Tensor], margin: int, mirrored: Tensor) -> Tensor:
    """Images [M, C, H, W] cropped at moves (down, right) [M] of their margin, some mirrored."""
    count, channels, height, width = images.shape
    rows = moves[0].unsqueeze(1) + torch.arange(height)
    columns = moves[1].unsqueeze(1) + torch.arange(width)
    columns = torch.where(mirrored.unsqueeze(1), columns.flip(1), columns)
    wide = functional.pad(images, [margin] * 4)
    places = rows.unsqueeze(2) * wide.shape[3] + columns.unsqueeze(1)  # [M, H, W]
    index = places.view(count, 1, -1).expand(-1, channels, -1).to(images.device)
    return wide.flatten(2).gather(2, index).view(images.shape)


def _erased(images: Tensor, centre: Sequence[Tensor], share: float) -> Tensor:
    """Images [M, C, H, W] with a square set to 0, its centre (down, right) [M] in [0, 1)."""
    side = max(1, round(math.sqrt(share * images.shape[2] * images.shape[3])))
    inside = []
    for drawn, length in zip(centre, images.shape[2:], strict=True):
        first = (drawn * length).floor().unsqueeze(1) - side // 2
        place = torch.arange(length)
        inside.append((place >= first) & (place < first + side))
    hole = inside[0].unsqueeze(2) & inside[1].unsqueeze(1)
    return images.masked_fill(hole.unsqueeze(1).to(images.device), 0.0)


class ChannelScale(NamedTuple):
    """Mean and standard deviation of each channel, over all pixels of the training objects.

    A channel that is constant among these objects gets the deviation 1.
    """

    means: list[float]
    deviations: list[float]

    def inputs(self, x: Tensor) -> Tensor:
        """Objects [..., D] in [0, 1], each channel standardised."""
        means, deviations = torch.tensor([self.means, self.deviations], device=x.device)
        channels = x.unflatten(-1, (len(self.means), -1))
        standardised: Tensor = (channels - means.unsqueeze(1)) / deviations.unsqueeze(1)
        return standardised.flatten(-2)


def channel_scale(pixels: Tensor, shape: Sequence[int]) -> ChannelScale:
    """The scale of images [n, D], bytes or floats in [0, 1], of a shape (C, H, W)."""
    means, deviations = channel_moments(pixels, shape)
    deviations[deviations == 0] = 1.0
    return ChannelScale(means.tolist(), deviations.tolist())


def channel_moments(pixels: Tensor, shape: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation (ddof 0) of each channel of such images as values in [0, 1].

    float64 [C] each; all values of a channel are one sample. A constant one has the deviation 0.
    """
    unit = unit_of(pixels)
    channels = pixels.reshape(len(pixels), shape[0], -1)
    values = channels[:, 0].numel()
    blocks = channels.split(BLOCK)
    means = torch.stack([block.double().sum((0, 2)) for block in blocks]).sum(0) / values
    gaps = [(block.double() - means.view(-1, 1)).square().sum((0, 2)) for block in blocks]
    deviations = (torch.stack(gaps).sum(0) / values).sqrt()
    deviations[channels.amax((0, 2)) == channels.amin((0, 2))] = 0.0
    return means / unit, deviations / unit


def unit_of(pixels: Tensor) -> float:
    """What stands for 1 in stored pixels: 255 in bytes, 1 in floats."""
    return 255.0 if pixels.dtype == torch.uint8 else 1.0
