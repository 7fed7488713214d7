"""Matrix products of a stack, member by member, at the rate that the machine has.

On CPUs the fp32 products go to oneDNN: its kernels use AVX-512 on every CPU that has it, where
MKL's batched product falls back on AMD (a Zen 5 core: 200 against 68 GFLOP/s for a student's
first layer). It is called by the operator that PyTorch's own compiler calls. No bit of a member's
result depends on how many share a product (a test says so). On GPUs cuBLAS does it all.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

LARGE = 2**18  # multiply-adds of one product; below, a call costs more than the batched product


def product(x: Tensor, weight: Tensor) -> Tensor:
    """X Wᵀ, of one model or member by member: x [..., B, I], W [..., O, I] → [..., B, O]."""
    if weight.dim() == 2:
        return functional.linear(x, weight)
    if _to_onednn(x, weight):
        return _multiplied(x, weight, [1] * len(weight))
    return torch.bmm(x, weight.transpose(1, 2))


def shared_product(x: Tensor, weight: Tensor, sizes: Sequence[int]) -> Tensor:
    """X Wᵀ where members stand in groups of equal input: x [G, B, I], W [N, O, I] → [N, B, O].

    sizes: members of each group, in the order of the members. A group is one wide product.
    """
    if _to_onednn(x, weight):
        return _multiplied(x, weight, sizes)
    parts = [
        _apart(mine @ wide.flatten(0, 1).T, len(wide))
        for mine, wide in zip(x, weight.split(list(sizes)), strict=True)
    ]
    return torch.cat(parts)


def _to_onednn(x: Tensor, weight: Tensor) -> bool:
    large = x.shape[-2] * weight.shape[-2] * weight.shape[-1] >= LARGE
    return large and x.device.type == "cpu" and torch.backends.mkldnn.is_available()


def _linear(x: Tensor, weight: Tensor) -> Tensor:
    """X Wᵀ by oneDNN: x [B, I], W [O, I], in any layout → [B, O]."""
    result: Tensor = torch.ops.mkldnn._linear_pointwise(x, weight, None, "none", [], "")
    return result


def _apart(wide: Tensor, members: int) -> Tensor:
    """[B, members · O] → [members, B, O]."""
    return wide.view(len(wide), members, -1).transpose(0, 1)


def _multiplied(x: Tensor, weight: Tensor, sizes: Sequence[int]) -> Tensor:
    result: Tensor = _Products.apply(x, weight, sizes)
    return result


class _Products(torch.autograd.Function):
    """shared_product with its gradients written out, each a product of oneDNN's too."""

    @staticmethod
    def forward(context: Any, x: Tensor, weight: Tensor, sizes: Sequence[int]) -> Tensor:
        context.save_for_backward(x, weight)
        context.sizes = list(sizes)
        groups = zip(x, weight.split(context.sizes), strict=True)
        return torch.cat([_apart(_linear(mine, w.flatten(0, 1)), len(w)) for mine, w in groups])

    @staticmethod
    def backward(context: Any, *upstream: Tensor) -> tuple[Tensor | None, Tensor, None]:
        x, weight = context.saved_tensors
        of_x, of_weight = [], []
        gradients = upstream[0].split(context.sizes)
        for mine, w, g in zip(x, weight.split(context.sizes), gradients, strict=True):
            wide = g.transpose(1, 2).reshape(-1, mine.shape[0])  # [members · O, B]
            of_weight.append(_linear(wide, mine.T).view_as(w))
            if context.needs_input_grad[0]:
                of_x.append(_linear(wide.T, w.flatten(0, 1).T))
        gradient = of_weight[0] if len(of_weight) == 1 else torch.cat(of_weight)
        return (torch.stack(of_x) if of_x else None), gradient, None
