"""Convolution and pooling of one network's maps, at the speed that a core can give.

On CPUs a pixel's channels lie side by side (PyTorch's `channels_last`): its own max pooling is ten
to fifteen times as fast then, and oneDNN's convolutions some 10 %. Kept for gradients is what
they read: of a pooling the places of the maxima, not the maps that they were chosen from.
On a GPU the members of a stack are groups. Measured: docs/speed.md, "convolution".
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

aten = torch.ops.aten
Size = int | tuple[int, ...]  # of both sides, or of height and width


def convolved(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Size = 1,
    padding: Size = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Tensor:
    """The convolution that `functional.conv2d` is: [B, C, H, W] → [B, C', H', W']."""
    if not _by_us(x):
        return functional.conv2d(by_pixel(x), weight, bias, stride, padding, dilation, groups)
    options = _pair(stride), _pair(padding), _pair(dilation), groups
    result: Tensor = _Convolved.apply(x, weight, bias, *options)
    return result


def max_pooled(
    x: Tensor,
    size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """The pooling that `functional.max_pool2d` is: [B, C, H, W] → [B, C, H', W']."""
    if not _by_us(x):
        x = by_pixel(x)
        return functional.max_pool2d(x, size, stride, padding, dilation, ceil_mode=ceil_mode)
    options = _pair(size if stride is None else stride), _pair(padding), _pair(dilation)
    result: Tensor = _MaxPooled.apply(x, _pair(size), *options, ceil_mode)
    return result


def grouped(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """Members' convolutions as one, whose groups they are.

    x [N, B, C, H, W], weight [N, C', ...], bias [N, C'] → [N, B, C', H', W']. groups: of each.
    """
    flat = None if bias is None else bias.flatten()
    groups *= len(weight)
    wide = functional.conv2d(
        side_by_side(x), weight.flatten(0, 1), flat, stride, padding, dilation, groups
    )
    return apart(wide, len(weight))


def side_by_side(x: Tensor) -> Tensor:
    """Members' channels beside each other: [N, B, C, ...] → [B, N · C, ...]."""
    return x.transpose(0, 1).flatten(1, 2)


def apart(x: Tensor, members: int) -> Tensor:
    """The opposite: [B, N · C, ...] → [N, B, C, ...]."""
    members_apart: Tensor = x.unflatten(1, (members, -1))
    return members_apart.transpose(0, 1)


def by_pixel(x: Tensor) -> Tensor:
    """The same maps [B, C, H, W]; on a CPU, a pixel's channels lie side by side in memory."""
    if x.device.type != "cpu" or x.layout != torch.strided:
        return x
    if x.shape[1] > 1:
        return x.contiguous(memory_format=torch.channels_last)
    # PyTorch takes a single channel for either layout and goes by its strides alone.
    height, width = x.shape[2:]
    found: Tensor = x.contiguous().as_strided(x.shape, (height * width, 1, width, 1))
    return found


def by_channel(x: Tensor) -> Tensor:
    """The same maps, a channel's pixels side by side again; its gradient comes by pixel."""
    if not _by_us(x):
        return x.contiguous()
    result: Tensor = _ByChannel.apply(x)
    return result


def _by_us(x: Tensor) -> bool:
    return x.device.type == "cpu" and x.layout == torch.strided and torch.is_grad_enabled()


def _pair(size: Size) -> list[int]:
    return [size, size] if isinstance(size, int) else [*size]


class _Convolved(torch.autograd.Function):
    """A convolution whose bias's gradient is a sum: oneDNN's own costs four times as much."""

    @staticmethod
    def forward(
        context: Any, x: Tensor, weight: Tensor, bias: Tensor | None, *options: Any
    ) -> Tensor:
        x = by_pixel(x)
        context.save_for_backward(x, weight)
        context.options = options
        maps: Tensor = functional.conv2d(x, weight, bias, *options)
        return maps

    @staticmethod
    def backward(context: Any, *upstream: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = context.saved_tensors
        stride, padding, dilation, groups = context.options
        of_x, of_weight, of_bias = context.needs_input_grad[:3]
        gradient = by_pixel(upstream[0])
        for_x, for_weight, _ = aten.convolution_backward(
            gradient, x, weight, None, stride, padding, dilation, False, [0, 0], groups,
            [of_x, of_weight, False],
        )  # fmt: skip
        for_bias = gradient.sum((0, 2, 3)) if of_bias else None
        return for_x, for_weight, for_bias, None, None, None, None


class _MaxPooled(torch.autograd.Function):
    """A pooling that does not keep the maps it reads: of those its gradient needs the shape."""

    @staticmethod
    def forward(context: Any, x: Tensor, *options: Any) -> Tensor:
        maxima, places = aten.max_pool2d_with_indices(by_pixel(x), *options)
        context.save_for_backward(places)
        context.options, context.shape = options, x.shape
        result: Tensor = maxima
        return result

    @staticmethod
    def backward(context: Any, *upstream: Tensor) -> tuple[Tensor | None, ...]:
        (places,) = context.saved_tensors
        unread = torch.empty(
            context.shape, dtype=upstream[0].dtype, memory_format=torch.channels_last
        )
        gradient: Tensor = aten.max_pool2d_with_indices_backward(
            by_pixel(upstream[0]), unread, *context.options, places
        )
        return gradient, *[None] * len(context.options)


class _ByChannel(torch.autograd.Function):
    """What is next to the maps mixes their gradient's layout with theirs, at a tenth the speed."""

    @staticmethod
    def forward(context: Any, x: Tensor) -> Tensor:
        return x.contiguous()

    @staticmethod
    def backward(context: Any, *upstream: Tensor) -> Tensor:
        return by_pixel(upstream[0])
