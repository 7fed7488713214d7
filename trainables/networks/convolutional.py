"""Convolutional networks of PyTorch's own layers, for images of any size."""

import math
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from torch import Tensor, nn

from trainables.checks import check_whole
from trainables.data.domain import Shape
from trainables.errors import BadInputError
from trainables.networks.network import Network, check_widths, image_shape
from trainables.networks.stacking.images import Call, Joined

STAGES = 4  # of a ResNet: each doubles the channels, all but the first halve the sides
BLOCKS = 2  # residual blocks of a stage of ResNet-18


@dataclass(frozen=True, kw_only=True)
class ConvNet(Network):
    """Convolutions of 3×3, each with ReLU and 2×2 max pooling, then linear layers.

    channels: of the convolutions. hidden: units of hidden linear layers, with ReLU.
    """

    channels: tuple[int, ...]
    hidden: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        check_widths(self, "channels", at_least=1)
        check_widths(self, "hidden", at_least=0)

    @property
    def features(self) -> Mapping[str, str]:
        """The last maps [B, channels[-1], H, W], and what the last layer reads [B, F]."""
        return {"maps": "maps", "hidden": "hidden" if self.hidden else "flat"}

    def build(self, shape: Shape, outputs: int) -> nn.Module:
        """A chain of PyTorch's layers; raises BadInputError where poolings leave no pixel."""
        channels, *sides = image_shape(self, shape)
        left = [side >> len(self.channels) for side in sides]
        if min(left) < 1:
            raise BadInputError(
                f"ConvNet halves its images {len(self.channels)} times, and nothing is left of "
                f"{sides[0]}×{sides[1]} pixels: give fewer channels than {self.channels}, or "
                "larger images"
            )
        maps: list[nn.Module] = []
        for before, after in pairwise((channels, *self.channels)):
            maps += [nn.Conv2d(before, after, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        widths = (self.channels[-1] * math.prod(left), *self.hidden)
        hidden = [part for pair in pairwise(widths) for part in (nn.Linear(*pair), nn.ReLU())]
        parts: dict[str, nn.Module] = {"maps": nn.Sequential(*maps), "flat": nn.Flatten()}
        if hidden:
            parts["hidden"] = nn.Sequential(*hidden)
        parts["last"] = nn.Linear(widths[-1], outputs)
        return nn.Sequential(OrderedDict(parts))


@dataclass(frozen=True, kw_only=True)
class PictureNet(Network):
    """From pictures to pictures of the same sides: a linear map of each pixel's channels, to which
    a chain of 3×3 convolutions adds what the pixel's surroundings say.

    channels: of the chain's inner maps, with ReLU. The k-th convolution is dilated 2^k-fold, so
    that few of them see far (Yu and Koltun 2016).
    """

    channels: tuple[int, ...]

    def __post_init__(self) -> None:
        check_widths(self, "channels", at_least=1)

    def build(self, shape: Shape, outputs: int) -> nn.Module:
        """Outputs [B, C' · H · W]; raises BadInputError where outputs are no such pictures."""
        channels, *sides = image_shape(self, shape)
        made, left = divmod(outputs, math.prod(sides))
        if left or not made:
            raise BadInputError(
                f"PictureNet makes pictures of the {sides[0]}×{sides[1]} pixels that it reads, "
                f"and {outputs} values are none: give both domains one size"
            )
        widths = (channels, *self.channels, made)
        parts: list[nn.Module] = []
        for depth, (before, after) in enumerate(pairwise(widths)):
            reach = 2**depth
            parts += [nn.Conv2d(before, after, 3, padding=reach, dilation=reach), nn.ReLU()]
        chain = nn.Sequential(*parts[:-1])
        return nn.Sequential(_Sum(nn.Conv2d(channels, made, 1), chain), nn.Flatten())


class _Sum(Joined):
    """The sum of two modules' outputs."""

    def __init__(self, one: nn.Module, other: nn.Module) -> None:
        super().__init__()
        self.one, self.other = one, other

    def join(self, x: Tensor, call: Call) -> Tensor:
        """Of both, for the same inputs."""
        return call(self.one, x) + call(self.other, x)


@dataclass(frozen=True, kw_only=True)
class ResNet18(Network):
    """ResNet-18 (He et al. 2016) as torchvision has it, fitted to small images.

    The first convolution is 3×3 and nothing is pooled before the first stage, as in the paper's
    networks for CIFAR-10 (§4.2). Its parameters have torchvision's names.
    width: channels of the first stage, doubled by each that follows; 64 in the paper.
    """

    width: int = 16

    def __post_init__(self) -> None:
        check_whole(self, "width", at_least=1)

    def is_proven(self, shape: Shape) -> bool:
        """On all images."""
        return bool(image_shape(self, shape))

    @property
    def features(self) -> Mapping[str, str]:
        """The last maps [B, 8 · width, H/8, W/8], and their means [B, 8 · width]."""
        return {"maps": "layer4", "hidden": "flatten"}

    def build(self, shape: Shape, outputs: int) -> nn.Module:
        """Blocks in a chain, initialised as torchvision does."""
        channels, *_ = image_shape(self, shape)
        parts: dict[str, nn.Module] = {
            "conv1": nn.Conv2d(channels, self.width, 3, padding=1, bias=False),
            "bn1": nn.BatchNorm2d(self.width),
            "relu": nn.ReLU(inplace=True),
        }
        widths = (self.width, *(self.width << stage for stage in range(STAGES)))
        for stage, (before, after) in enumerate(pairwise(widths), start=1):
            parts[f"layer{stage}"] = _stage(before, after, stride=1 if stage == 1 else 2)
        parts |= {
            "avgpool": nn.AdaptiveAvgPool2d(1),
            "flatten": nn.Flatten(),
            "fc": nn.Linear(widths[-1], outputs),
        }
        network = nn.Sequential(OrderedDict(parts))
        for part in network.modules():
            if isinstance(part, nn.Conv2d):
                nn.init.kaiming_normal_(part.weight, mode="fan_out", nonlinearity="relu")
        return network


def _stage(before: int, after: int, stride: int) -> nn.Sequential:
    shortcut = None
    if stride > 1:
        shortcut = nn.Sequential(
            nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after)
        )
    first = Block(before, after, stride, shortcut)
    return nn.Sequential(first, *(Block(after, after) for _ in range(BLOCKS - 1)))


class Block(Joined):
    """Torchvision's BasicBlock, for a stack too: the same layers by the same names.

    Two convolutions of 3×3, each normalised; their outputs are added to the shortcut's.
    """

    def __init__(
        self, before: int, after: int, stride: int = 1, shortcut: nn.Module | None = None
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(after)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(after, after, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(after)
        self.downsample = shortcut

    def join(self, x: Tensor, call: Call) -> Tensor:
        """The sum of both ways, after a ReLU."""
        short = x if self.downsample is None else call(self.downsample, x)
        x = call(self.relu, call(self.bn1, call(self.conv1, x)))
        return call(self.relu, call(self.bn2, call(self.conv2, x)) + short)
