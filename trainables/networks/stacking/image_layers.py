"""PyTorch's layers of images for a stack: what they do for one member, and for all at once."""

from typing import Any

from torch import Tensor, nn
from torch.nn import functional

from trainables.networks.convolution_kernels import (
    apart,
    convolved,
    grouped,
    max_pooled,
    side_by_side,
)
from trainables.networks.stacking.images import ImageLayer, Values


class Conv2d(ImageLayer, nn.Conv2d):
    """nn.Conv2d for a stack."""

    needs_outputs = False

    @property
    def blocked(self) -> bool:  # type: ignore[override]  # a constant of others
        """Other paddings are of PyTorch's own layouts."""
        return self.padding_mode == "zeros"

    @property
    def values(self) -> Values:
        """Weights and biases."""
        return self.weight, self.bias

    def one(self, x: Tensor, *own: Any) -> Tensor:
        """One member's maps."""
        weight, bias = own
        if self.padding_mode != "zeros" or isinstance(self.padding, str):
            found: Tensor = self._conv_forward(x, weight, bias)
            return found
        options = self.stride, self.padding, self.dilation, self.groups
        return convolved(x, weight, bias, *options)

    def together(self, x: Tensor) -> Tensor:
        """All members' maps: members are groups."""
        padding: Any = self.padding
        if self.padding_mode != "zeros":
            around, padding = self._reversed_padding_repeated_twice, 0
            padded = functional.pad(x.flatten(0, 1), around, self.padding_mode)
            x = padded.unflatten(0, x.shape[:2])
        return grouped(x, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)


class Normalised(ImageLayer, nn.modules.batchnorm._BatchNorm):
    """Batch normalisation for a stack: each member's running statistics are its own."""

    needs_outputs = False

    @property
    def blocked(self) -> bool:  # type: ignore[override]  # a constant of others
        """OneDNN knows it with all its values."""
        return None not in self.values

    @property
    def values(self) -> Values:
        """Running statistics, weights and biases; how many batches there were."""
        statistics = self.running_mean, self.running_var
        return *statistics, self.weight, self.bias, self.num_batches_tracked

    def one(self, x: Tensor, *own: Any) -> Tensor:
        """One member's objects [B, C, ...] normalised, in training by themselves."""
        mean, variance, weight, bias, batches = own
        kept = 0.0 if self.momentum is None else self.momentum
        if self.training and batches is not None:
            batches.add_(1)
            if self.momentum is None:  # members have seen as many, each
                kept = 1.0 / int(batches.flatten()[0])
        alone = self.training or mean is None
        return functional.batch_norm(x, mean, variance, weight, bias, alone, kept, self.eps)

    def together(self, x: Tensor) -> Tensor:
        """All members' objects: their channels lie side by side, and each is normalised alone."""
        flat = [None if value is None else value.flatten() for value in self.values]
        return apart(self.one(side_by_side(x), *flat), len(x))


def elementwise(kind: type[nn.Module], *, whole: bool) -> type[nn.Module]:
    """A layer that takes each number alone.

    whole: whether it is one call for all members on a CPU, too: it rounds nothing, so that nothing
    depends on where a tensor ends.
    """

    def one(self: nn.Module, x: Tensor, *own: Any) -> Tensor:
        found: Tensor = kind.forward(self, x)
        return found

    ways = {"one": one, "together": one, "blocked": kind is nn.ReLU}
    return type(kind.__name__, (ImageLayer, kind), ways | {"forward": one} if whole else ways)


def pooling(kind: type[nn.Module]) -> type[nn.Module]:
    """A layer to which members' objects are all alike."""

    def one(self: nn.Module, x: Tensor, *own: Any) -> Tensor:
        found: Tensor = kind.forward(self, x)
        return found

    def together(self: nn.Module, x: Tensor) -> Tensor:
        of_all: Tensor = kind.forward(self, x.flatten(0, 1))
        found: Tensor = of_all.unflatten(0, x.shape[:2])
        return found

    return type(kind.__name__, (ImageLayer, kind), {"one": one, "together": together})


class MaxPool2d(pooling(nn.MaxPool2d)):  # type: ignore[misc]  # a base made anew
    """nn.MaxPool2d for a stack."""

    needs_outputs = False

    @property
    def blocked(self) -> bool:
        """OneDNN's takes neighbours."""
        return self.dilation in (1, (1, 1))

    def one(self, x: Tensor, *own: Any) -> Tensor:
        """One member's maps."""
        windows = self.kernel_size, self.stride, self.padding, self.dilation
        found: Tensor = max_pooled(x, *windows, ceil_mode=self.ceil_mode)
        return found


ReLU = elementwise(nn.ReLU, whole=True)
