"""Member by member, for small layers: PyTorch's batched product.

Computed as (W xᵀ + b)ᵀ, so that the batch is the last dimension: a last layer's ten outputs would
be too few columns for the kernel to be fast.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from trainables.networks.products.layout import ALIGNED


def outputs_of(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """X Wᵀ + b: [N, B, I], [N, O, I], [N, O] → [N, B, O]."""
    return torch.baddbmm(bias.unsqueeze(2), weight, x.transpose(1, 2)).transpose(1, 2)


def gradients_of(
    gradient: Tensor, x: Tensor, weight: Tensor, *, of_inputs: bool
) -> tuple[Tensor | None, Tensor, Tensor]:
    """Of inputs, where wanted, of weights, of biases; from that of the outputs [N, B, O]."""
    of_x = torch.bmm(gradient, weight) if of_inputs else None
    return of_x, _products(gradient.transpose(1, 2), x), gradient.sum(1)


def _products(a: Tensor, b: Tensor) -> Tensor:
    """The products a b: [N, O, B], [N, B, I] → [N, O, I]."""
    if a.device.type != "cpu":
        return torch.bmm(a, b)
    members, inputs = len(a), b.shape[2]
    if a.shape[1] * inputs % ALIGNED:
        b = functional.pad(b, (0, -inputs % ALIGNED))
    if a.shape[1] == 1:
        # A single product of one row would go a way of its own, and so would, on a Cascade Lake,
        # rows with another stride, though of a dimension of one, and objects side by side.
        rows, b = a.reshape(members, -1), b.contiguous()
        if members == 1:
            rows, b = torch.cat([rows, rows]), torch.cat([b, b])
        a = rows.unsqueeze(2).transpose(1, 2)
    return torch.bmm(a, b)[:members, :, :inputs]


class Small(torch.autograd.Function):
    """The same for autograd."""

    @staticmethod
    def forward(context: Any, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        context.save_for_backward(x, weight)
        return outputs_of(x, weight, bias)

    @staticmethod
    def backward(context: Any, *upstream: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = context.saved_tensors
        return gradients_of(upstream[0], x, weight, of_inputs=context.needs_input_grad[0])
