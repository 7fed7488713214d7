"""Layers of a stack, member by member, at the rate that the machine has.

On CPUs the fp32 products go to oneDNN: its kernels use AVX-512 on every CPU that has it, where
MKL's batched product falls back on AMD (a Zen 5 core: 200 against 68 GFLOP/s for a student's
first layer), and they add the bias and rectify while the result is in a register. It is called by
the operator that PyTorch's own compiler calls. No bit of a member's result depends on how many
share a product (a test says so). On GPUs cuBLAS does it all.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

LARGE = 600_000  # multiply-adds of one product; below, a call costs more than the batched product
WIDE = 32  # outputs; below, oneDNN's kernels are half empty
LINEAR, RELU, LEAKY_RELU = "none", "relu", "leaky_relu"  # by oneDNN's names
SLOPE = 0.01  # of the LeakyReLU, PyTorch's default


def layer(x: Tensor, weight: Tensor, bias: Tensor, activation: str = LINEAR) -> Tensor:
    """activation(x Wᵀ + b), of one model or member by member.

    x [..., B, I], weight [..., O, I], bias [..., O] → [..., B, O].
    """
    if weight.dim() == 2:
        return _activated(functional.linear(x, weight, bias), activation)
    if _to_onednn(x, weight):
        return _layers(x, weight, bias, [1] * len(weight), activation)
    return _activated(_Small.apply(x, weight, bias), activation)


def shared_layer(
    x: Tensor, weight: Tensor, bias: Tensor, sizes: Sequence[int], activation: str = LINEAR
) -> Tensor:
    """The same where members stand in groups of equal input, a group being one wide product.

    x [G, B, I], weight [N, O, I], bias [N, O] → [N, B, O]. sizes: members of each group, in the
    order of the members.
    """
    if _to_onednn(x, weight):
        return _layers(x, weight, bias, sizes, activation)
    parts = [
        _apart(mine @ wide.flatten(0, 1).T, len(wide))
        for mine, wide in zip(x, weight.split(list(sizes)), strict=True)
    ]
    return _activated(_joined(parts) + bias.unsqueeze(1), activation)


def _activated(x: Tensor, activation: str) -> Tensor:
    match activation:
        case "relu":
            return functional.relu(x)
        case "leaky_relu":
            return functional.leaky_relu(x, SLOPE)
    return x


def _to_onednn(x: Tensor, weight: Tensor) -> bool:
    outputs, inputs = weight.shape[-2:]
    large = outputs >= WIDE and x.shape[-2] * outputs * inputs >= LARGE
    return large and x.device.type == "cpu" and torch.backends.mkldnn.is_available()


def _linear(x: Tensor, weight: Tensor, bias: Tensor | None = None, then: str = LINEAR) -> Tensor:
    """then(X Wᵀ + b) by oneDNN: x [B, I], W [O, I], in any layout, b [O] → [B, O]."""
    scalars = [SLOPE] if then == LEAKY_RELU else []
    result: Tensor = torch.ops.mkldnn._linear_pointwise(x, weight, bias, then, scalars, "")
    return result


def _apart(wide: Tensor, members: int) -> Tensor:
    """[B, members · O] → [members, B, O]."""
    return wide.view(len(wide), members, -1).transpose(0, 1)


def _joined(parts: Sequence[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(list(parts))


class _Small(torch.autograd.Function):
    """x Wᵀ + b member by member, for small layers: the batched product.

    Laid out with the batch last: ten columns, a last layer's, would be a poor shape for it.
    """

    @staticmethod
    def forward(context: Any, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        context.save_for_backward(x, weight)
        return torch.baddbmm(bias.unsqueeze(2), weight, x.transpose(1, 2)).transpose(1, 2)

    @staticmethod
    def backward(context: Any, *upstream: Tensor) -> tuple[Tensor | None, ...]:
        (x, weight), gradient = context.saved_tensors, upstream[0]
        of_x = torch.bmm(gradient, weight) if context.needs_input_grad[0] else None
        return of_x, torch.bmm(gradient.transpose(1, 2), x), gradient.sum(1)


def _layers(
    x: Tensor, weight: Tensor, bias: Tensor, sizes: Sequence[int], activation: str
) -> Tensor:
    result: Tensor = _Layers.apply(x, weight, bias, sizes, activation)
    return result


class _Layers(torch.autograd.Function):
    """shared_layer with its gradients written out, each a product of oneDNN's too."""

    @staticmethod
    def forward(
        context: Any, x: Tensor, weight: Tensor, bias: Tensor, sizes: Sequence[int], then: str
    ) -> Tensor:
        context.sizes, context.then = list(sizes), then
        groups = zip(x, weight.split(context.sizes), bias.split(context.sizes), strict=True)
        y = _joined(
            [
                _apart(_linear(mine, w.flatten(0, 1), b.flatten(), then), len(w))
                for mine, w, b in groups
            ]
        )
        context.save_for_backward(x, weight, y)
        return y

    @staticmethod
    def backward(context: Any, *upstream: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, y = context.saved_tensors
        gradient = _before(context.then, upstream[0], y)
        of_x, of_weight, sizes = [], [], context.sizes
        for mine, w, g in zip(x, weight.split(sizes), gradient.split(sizes), strict=True):
            wide = g.transpose(1, 2).reshape(-1, mine.shape[0])  # [members · O, B]
            of_weight.append(_linear(wide, mine.T).view_as(w))
            if context.needs_input_grad[0]:
                of_x.append(_linear(wide.T, w.flatten(0, 1).T))
        of_inputs = torch.stack(of_x) if of_x else None
        return of_inputs, _joined(of_weight), gradient.sum(1), None, None


def _before(then: str, gradient: Tensor, y: Tensor) -> Tensor:
    """The gradient before an activation, from what came after it."""
    match then:
        case "relu":
            gradient = torch.ops.aten.threshold_backward(gradient, y, 0)
        case "leaky_relu":
            gradient = torch.ops.aten.leaky_relu_backward(gradient, y, SLOPE, True)
    return gradient
