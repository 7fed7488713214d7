"""Clients that have some labels each: their objects, equally many or not."""

import torch
from torch import Tensor


def partition_labels(
    labels: Tensor,
    classes: int,
    clients: int,
    each: int,
    draw: torch.Generator,
    *,
    unequal: bool = False,
) -> list[Tensor]:
    """Give client k the labels k, ..., k + each - 1 (mod classes), equally many objects of each.

    Dinh et al. 2020, §5.1. labels int64 [n] → places of each client's objects.
    unequal: as many as `unequal_sizes` says, by client and label; that deals all objects.
    Raises ValueError where a label has fewer objects than clients.
    """
    owners: dict[int, list[int]] = {label: [] for label in range(classes)}
    for client in range(clients):
        for step in range(each):
            owners[(client + step) % classes].append(client)
    found = {one: int((labels == one).sum()) for one, mine in owners.items() if mine}
    least = min(count // len(owners[one]) for one, count in found.items())
    parts: list[list[Tensor]] = [[] for _ in range(clients)]
    if least < 1:
        raise ValueError(f"of {clients} clients some get no object: a class of Big has too few")
    for one, count in found.items():
        mine = owners[one]
        places = (labels == one).nonzero().flatten()
        places = places[torch.randperm(len(places), generator=draw)]
        sizes = unequal_sizes(count, len(mine), draw) if unequal else [least] * len(mine)
        for client, part in zip(mine, places[: sum(sizes)].split(sizes), strict=True):
            parts[client].append(part)
    return [torch.cat(part) for part in parts]


def unequal_sizes(objects: int, clients: int, draw: torch.Generator) -> list[int]:
    """How many of a label's objects each of its clients gets, in the code of Dinh et al.

    One after the other takes, of what is left, a share between 1 / (clients + 1) and a half, but
    one object at least; the last takes the rest.
    """
    sizes, left = [], objects
    for after in range(clients - 1, 0, -1):
        least, most = max(left // (clients + 1), 1), max(min(left // 2, left - after), 2)
        size = int(torch.randint(least, max(most, least + 1), (), generator=draw))
        sizes.append(size)
        left -= size
    return [*sizes, left]


def padded(owned: list[Tensor]) -> Tensor:
    """Each client's places, repeated in turn to the length of the longest: [clients, n]."""
    longest = torch.arange(max(map(len, owned)))
    return torch.stack([places[longest % len(places)] for places in owned])


def mini_batch(owned: Tensor, objects: Tensor, size: int, draw: torch.Generator) -> Tensor:
    """A mini-batch of each client's own objects: padded rows [K, n] → [K, size].

    objects: how many are each client's, before they repeat: [K].
    """
    if bool((objects == owned.shape[1]).all()):
        places = torch.randint(owned.shape[1], (len(owned), size), generator=draw)
    else:
        places = (torch.rand(len(owned), size, generator=draw) * objects[:, None]).long()
    return owned.gather(1, places.to(owned.device))
