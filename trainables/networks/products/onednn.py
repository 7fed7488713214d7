"""Wide products by oneDNN, with bias and activation inside: autograd has no gradient for them."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from trainables.networks.products.layout import (
    LEAKY_RELU,
    LINEAR,
    SLOPE,
    apart,
    before,
    joined,
    member_by_member,
)

LARGE = 600_000  # multiply-adds; below, calling oneDNN member by member costs more than it saves
WIDE = 32  # outputs; below, oneDNN's kernels run half empty


def is_for(x: Tensor, weight: Tensor) -> bool:
    """Whether a layer of inputs [..., B, I] and weights [..., O, I] is fastest so."""
    outputs, inputs = weight.shape[-2:]
    large = outputs >= WIDE and x.shape[-2] * outputs * inputs >= LARGE
    return large and x.device.type == "cpu" and torch.backends.mkldnn.is_available()


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None, then: str = LINEAR) -> Tensor:
    """then(x Wᵀ + b): x [B, I] and W [O, I] in any layout, b [O] → [B, O]."""
    scalars = [SLOPE] if then == LEAKY_RELU else []
    result: Tensor = torch.ops.mkldnn._linear_pointwise(x, weight, bias, then, scalars, "")
    return result


def outputs_of(x: Tensor, weight: Tensor, bias: Tensor, sizes: Sequence[int], then: str) -> Tensor:
    """then(x Wᵀ + b) of members in groups, as kernels.shared_layer."""
    groups = zip(x, weight.split(list(sizes)), bias.split(list(sizes)), strict=True)
    return joined(
        [apart(linear(mine, w.flatten(0, 1), b.flatten(), then), len(w)) for mine, w, b in groups]
    )


def gradients_of(
    gradient: Tensor, x: Tensor, weight: Tensor, sizes: Sequence[int], *, of_inputs: bool
) -> tuple[Tensor | None, list[Tensor], Tensor]:
    """Of inputs, where wanted, of weights group by group, of biases.

    gradient [N, B, O]: with respect to what is before the activation. A group's weight gradients
    are one wide product again: gᵀ x, its members' rows below each other; so is the sum of its
    input gradients, over members and outputs.
    """
    of_x, of_weight, parts = [], [], list(sizes)
    for mine, w, g in zip(x, weight.split(parts), gradient.split(parts), strict=True):
        wide = g.transpose(1, 2).reshape(-1, mine.shape[0])  # [members · O, B]
        of_weight.append(linear(wide, mine.T).view_as(w))
        if of_inputs:
            of_x.append(linear(wide.T, w.flatten(0, 1).T))
    if gradient.shape[-1] % WIDE:
        gradient = member_by_member(gradient)
    return torch.stack(of_x) if of_x else None, of_weight, gradient.sum(1)


class Layers(torch.autograd.Function):
    """The same for autograd."""

    @staticmethod
    def forward(
        context: Any, x: Tensor, weight: Tensor, bias: Tensor, sizes: Sequence[int], then: str
    ) -> Tensor:
        context.sizes, context.then = sizes, then
        y = outputs_of(x, weight, bias, sizes, then)
        context.save_for_backward(x, weight, y)  # y tells the activations' gradients
        return y

    @staticmethod
    def backward(context: Any, *upstream: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, y = context.saved_tensors
        gradient, wanted = before(context.then, upstream[0], y), context.needs_input_grad[0]
        of_x, of_weight, of_bias = gradients_of(
            gradient, x, weight, context.sizes, of_inputs=wanted
        )
        return of_x, joined(of_weight), of_bias, None, None
