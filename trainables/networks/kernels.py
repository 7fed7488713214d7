"""The linear layers of a stack, at the speed that the machine can give.

On CPUs large fp32 products go to oneDNN. Its kernels use AVX-512 on every CPU that has it, where
MKL's batched product falls back to AVX2 on AMD (on a Zen 5 core 200 against 68 GFLOP/s for a
student's first layer), and they add the bias and apply the activation while the result is still
in a register. The operator called is the one that PyTorch's own compiler emits. On GPUs cuBLAS
does it all. The measurements are in docs/speed.md, "limit".

No bit of a member's result depends on how many members share a product, on a CPU with one thread;
a test says so. MKL chooses its path by the alignment of what it is given and by the number of
products, so there are a few detours below for batches and layers of odd sizes.
"""

from collections.abc import Sequence
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

from trainables.networks.products import batched, onednn
from trainables.networks.products.batched import Small
from trainables.networks.products.layout import (
    ALIGNED,
    LINEAR,
    activated,
    apart,
    joined,
    member_by_member,
)
from trainables.networks.products.traced import TracedLayer

EVEN = 8  # objects of a padded batch
FEW = 4  # objects; below, a member's rows of a wide product depend on those beside them


def layer(x: Tensor, weight: Tensor, bias: Tensor, activation: str = LINEAR) -> Tensor:
    """activation(x Wᵀ + b), for one model or for each member of a stack.

    x [..., B, I], weight [..., O, I], bias [..., O] → [..., B, O].
    """
    if weight.dim() == 2:
        return activated(functional.linear(x, weight, bias), activation)
    if onednn.is_for(x, weight):
        return _layers(member_by_member(x), weight, bias, [1] * len(weight), activation)
    batch = x.shape[-2]
    if _is_odd(x, weight):
        x = functional.pad(x, (0, 0, 0, -batch % EVEN))
    elif x.shape[-1] % ALIGNED:
        x = member_by_member(x)
    return activated(Small.apply(x, weight, bias)[:, :batch], activation)


def shared_layer(
    x: Tensor, weight: Tensor, bias: Tensor, sizes: Sequence[int], activation: str = LINEAR
) -> Tensor:
    """The same for members in groups that share their input; a group is one wide product.

    x [G, B, I], weight [N, O, I], bias [N, O] → [N, B, O]. sizes: members in each group, in the
    order of the members.
    """
    if onednn.is_for(x, weight):
        return _layers(x, weight, bias, sizes, activation)
    if _is_narrow(x, weight):
        return layer(repeated(x, sizes), weight, bias, activation)
    parts = [
        apart(mine @ wide.flatten(0, 1).T, len(wide))
        for mine, wide in zip(x, weight.split(list(sizes)), strict=True)
    ]
    products = joined(parts)
    if weight.shape[-2] % onednn.WIDE:  # sums over objects take so many columns at a time
        products = member_by_member(products)
    return activated(products + bias.unsqueeze(1), activation)


def traced_layer(
    x: Tensor, weight: Tensor, bias: Tensor, sizes: Sequence[int] | None, activation: str
) -> TracedLayer | None:
    """The same without autograd; sizes: None where each member has its own input [N, B, I].

    None where a layer of such inputs has no gradients written out.
    """
    if sizes is not None and not onednn.is_for(x, weight):
        if not _is_narrow(x, weight):
            return None
        x, sizes = repeated(x, sizes), None
    if sizes is None and onednn.is_for(x, weight):
        x, sizes = member_by_member(x), [1] * len(weight)
    if sizes is not None:
        y = onednn.outputs_of(x, weight, bias, sizes, activation)
        return TracedLayer(x, weight, y, activation, sizes)
    if _is_odd(x, weight):
        return None
    if x.shape[-1] % ALIGNED:
        x = member_by_member(x)
    y = activated(batched.outputs_of(x, weight, bias), activation)
    return TracedLayer(x, weight, y, activation, None)


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


def _is_odd(x: Tensor, weight: Tensor) -> bool:
    """Whether a batched product of a CPU's would round by the number of members."""
    (batch, inputs), outputs = x.shape[-2:], weight.shape[-2]
    odd = batch == 1 or batch * inputs % ALIGNED or batch * outputs % ALIGNED
    return bool(odd) and x.device.type == "cpu"


def _is_narrow(x: Tensor, weight: Tensor) -> bool:
    """Whether a product of a CPU's is no better for being wide."""
    return x.device.type == "cpu" and (weight.shape[-2] < onednn.WIDE or x.shape[-2] < FEW)


def _layers(
    x: Tensor, weight: Tensor, bias: Tensor, sizes: Sequence[int], activation: str
) -> Tensor:
    result: Tensor = onednn.Layers.apply(x, weight, bias, sizes, activation)
    return result
