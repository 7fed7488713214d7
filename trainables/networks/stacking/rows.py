"""The objects of a stack's members: orders, batches, and what is gathered for them.

Nothing here makes the host wait for a device, or copies from one to the other, but `stack_equal`.
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from trainables.device import are_one


def shuffled(objects: int, generators: Sequence[torch.Generator]) -> Tensor:
    """An epoch's order for each member, from its own generator: int64 [N, objects]."""
    return torch.stack([torch.randperm(objects, generator=g) for g in generators])


def batches(order: Tensor, size: int) -> Iterator[Tensor]:
    """Consecutive batches of an order [N, n]: [N, B]; the last may be smaller."""
    yield from order.split(size, dim=1)


def gather_inputs(sources: Sequence[Tensor], rows: Tensor) -> Tensor:
    """Each member's rows of its own source: sources N × [n, D], rows [N, B] → float32 [N, B, D].

    Grey bytes become [0, 1]; float sources are taken as they are. One source of all is gathered
    from in one call.
    """
    first = sources[0]
    if are_one(sources):
        picked = first.index_select(0, rows.flatten()).view(*rows.shape, -1)
    else:
        picked = torch.empty(*rows.shape, first.shape[1], dtype=first.dtype, device=first.device)
        for source, mine, place in zip(sources, rows, picked, strict=True):
            torch.index_select(source, 0, mine, out=place)
    return picked.float().div_(255) if first.dtype == torch.uint8 else picked


def gather(sources: Sequence[Tensor], rows: Tensor) -> Tensor:
    """The same of whatever they are: sources N × [n, ...], rows [N, B] → [N, B, ...]."""
    if are_one(sources):
        return sources[0][rows]
    return torch.stack([source[mine] for source, mine in zip(sources, rows, strict=True)])


def stack_equal(tensors: Sequence[Tensor], device: torch.device) -> Tensor:
    """Members' tensors of equal shape as one on the device: N × [...] → [N, ...]."""
    return torch.stack(list(tensors)).to(device)
