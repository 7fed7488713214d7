"""The linear layers of a stack, at the speed that the machine can give.

On CPUs large fp32 products go to oneDNN. Its kernels use AVX-512 on every CPU that has it, where
MKL's batched product falls back to AVX2 on AMD (on a Zen 5 core 200 against 68 GFLOP/s for a
student's first layer), and they add the bias and apply the activation while the result is still
in a register. The operator called is the one that PyTorch's own compiler emits. On GPUs cuBLAS
does it all. The measurements are in benchmarks/README.md, "limit".

No bit of a member's result depends on how many members share a product, on a CPU with one thread;
a test says so. MKL chooses its path by the alignment of what it is given and by the number of
products, so there are a few detours below for batches and layers of odd sizes.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

LARGE = 600_000  # multiply-adds; below, calling oneDNN member by member costs more than it saves
WIDE = 32  # outputs; below, oneDNN's kernels run half empty
LINEAR, RELU, LEAKY_RELU = "none", "relu", "leaky_relu"  # activations, by oneDNN's names
SLOPE = 0.01  # of the LeakyReLU: PyTorch's default
ALIGNED = 4  # floats, 16 bytes: of a member's values, so that all begin at such an address
EVEN = 8  # objects of a padded batch
FEW = 4  # objects; below, a member's rows of a wide product depend on those beside them


def layer(x: Tensor, weight: Tensor, bias: Tensor, activation: str = LINEAR) -> Tensor:
    """activation(x Wᵀ + b), for one model or for each member of a stack.

    x [..., B, I], weight [..., O, I], bias [..., O] → [..., B, O].
    """
    if weight.dim() == 2:
        return _activated(functional.linear(x, weight, bias), activation)
    if _to_onednn(x, weight):
        return _layers(_member_by_member(x), weight, bias, [1] * len(weight), activation)
    batch, inputs, outputs = x.shape[-2], x.shape[-1], weight.shape[-2]
    odd = batch == 1 or batch * inputs % ALIGNED or batch * outputs % ALIGNED
    if odd and x.device.type == "cpu":
        x = functional.pad(x, (0, 0, 0, -batch % EVEN))
    elif inputs % ALIGNED:
        x = _member_by_member(x)
    return _activated(_Small.apply(x, weight, bias)[:, :batch], activation)


def shared_layer(
    x: Tensor, weight: Tensor, bias: Tensor, sizes: Sequence[int], activation: str = LINEAR
) -> Tensor:
    """The same for members in groups that share their input; a group is one wide product.

    x [G, B, I], weight [N, O, I], bias [N, O] → [N, B, O]. sizes: members in each group, in the
    order of the members.
    """
    if _to_onednn(x, weight):
        return _layers(x, weight, bias, sizes, activation)
    if x.device.type == "cpu" and (weight.shape[-2] < WIDE or x.shape[-2] < FEW):
        return layer(repeated(x, sizes), weight, bias, activation)
    parts = [
        _apart(mine @ wide.flatten(0, 1).T, len(wide))
        for mine, wide in zip(x, weight.split(list(sizes)), strict=True)
    ]
    products = _joined(parts)
    if weight.shape[-2] % WIDE:  # sums over objects take so many columns at a time
        products = _member_by_member(products)
    return _activated(products + bias.unsqueeze(1), activation)


def repeated(x: Tensor, sizes: Sequence[int]) -> Tensor:
    """Each group's input once for each of its members: [G, ...], sizes G → [N, ...]."""
    return x.expand(sizes[0], *x.shape[1:]) if len(sizes) == 1 else for_members(x, sizes)


def for_members(by_group: Tensor, sizes: Sequence[int]) -> Tensor:
    """The same as a copy, always."""
    return by_group.index_select(0, _groups(tuple(sizes), by_group.device))


@cache
def _groups(sizes: tuple[int, ...], device: torch.device) -> Tensor:
    """Of each member the place of its group: int64 [N].

    Made once: where it is made anew, the host waits for the device.
    """
    places = [group for group, size in enumerate(sizes) for _ in range(size)]
    return torch.tensor(places, device=device)


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
    """then(x Wᵀ + b) by oneDNN: x [B, I] and W [O, I] in any layout, b [O] → [B, O]."""
    scalars = [SLOPE] if then == LEAKY_RELU else []
    result: Tensor = torch.ops.mkldnn._linear_pointwise(x, weight, bias, then, scalars, "")
    return result


def _apart(wide: Tensor, members: int) -> Tensor:
    """Split a wide product into its members: [B, members · O] → [members, B, O]."""
    return wide.view(len(wide), members, -1).transpose(0, 1)


def _joined(parts: Sequence[Tensor]) -> Tensor:
    """Concatenate, without a copy where there is one part."""
    return parts[0] if len(parts) == 1 else torch.cat(list(parts))


def _member_by_member(x: Tensor) -> Tensor:
    """The same [N, B, I], in memory too: in a wide product members' rows lie side by side."""
    side_by_side = 0 < x.stride(0) < x.stride(1)
    return x.contiguous() if side_by_side and x.device.type == "cpu" else x


class _Small(torch.autograd.Function):
    """x Wᵀ + b member by member, for small layers: PyTorch's batched product.

    Computed as (W xᵀ + b)ᵀ, so that the batch is the last dimension: a last layer's ten outputs
    would be too few columns for the kernel to be fast.
    """

    @staticmethod
    def forward(context: Any, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        context.save_for_backward(x, weight)
        return torch.baddbmm(bias.unsqueeze(2), weight, x.transpose(1, 2)).transpose(1, 2)

    @staticmethod
    def backward(context: Any, *upstream: Tensor) -> tuple[Tensor | None, ...]:
        (x, weight), gradient = context.saved_tensors, upstream[0]
        of_x = torch.bmm(gradient, weight) if context.needs_input_grad[0] else None
        return of_x, _products(gradient.transpose(1, 2), x), gradient.sum(1)


def _products(a: Tensor, b: Tensor) -> Tensor:
    """The products a b: [N, O, B], [N, B, I] → [N, O, I]."""
    if a.device.type != "cpu":
        return torch.bmm(a, b)
    members, inputs = len(a), b.shape[2]
    if a.shape[1] * inputs % ALIGNED:
        b = functional.pad(b, (0, -inputs % ALIGNED))
    if members == 1 == a.shape[1]:  # a single product of one row would go a way of its own
        a, b = torch.cat([a, a]), torch.cat([b, b])
    return torch.bmm(a, b)[:members, :, :inputs]


def _layers(
    x: Tensor, weight: Tensor, bias: Tensor, sizes: Sequence[int], activation: str
) -> Tensor:
    result: Tensor = _Layers.apply(x, weight, bias, sizes, activation)
    return result


class _Layers(torch.autograd.Function):
    """shared_layer by oneDNN, with gradients written out: autograd has none for its operator.

    They are oneDNN products too.
    """

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
        context.save_for_backward(x, weight, y)  # y tells the activations' gradients
        return y

    @staticmethod
    def backward(context: Any, *upstream: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, y = context.saved_tensors
        gradient = _before(context.then, upstream[0], y)
        of_x, of_weight, sizes = [], [], context.sizes
        for mine, w, g in zip(x, weight.split(sizes), gradient.split(sizes), strict=True):
            # A group's weight gradients are one wide product again: gᵀ x, its members' rows
            # below each other; so is the sum of its input gradients, over members and outputs.
            wide = g.transpose(1, 2).reshape(-1, mine.shape[0])  # [members · O, B]
            of_weight.append(_linear(wide, mine.T).view_as(w))
            if context.needs_input_grad[0]:  # not for a first layer
                of_x.append(_linear(wide.T, w.flatten(0, 1).T))
        of_inputs = torch.stack(of_x) if of_x else None
        if gradient.shape[-1] % WIDE:
            gradient = _member_by_member(gradient)
        return of_inputs, _joined(of_weight), gradient.sum(1), None, None


def _before(then: str, gradient: Tensor, y: Tensor) -> Tensor:
    """The gradient with respect to an activation's input, from that of its output y."""
    match then:
        case "relu":
            gradient = torch.ops.aten.threshold_backward(gradient, y, 0)
        case "leaky_relu":
            gradient = torch.ops.aten.leaky_relu_backward(gradient, y, SLOPE, True)
    return gradient
