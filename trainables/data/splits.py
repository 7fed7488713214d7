"""Which objects a random seed puts into each split, and which of them are held out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from trainables.randomness import generator


@dataclass(frozen=True)
class SplitRows:
    """The row numbers of the objects in each split, int64.

    test: empty where the domain has a test set of its own.
    """

    train: Tensor
    big: Tensor
    small: Tensor
    test: Tensor

    def of(self, split: str) -> Tensor:
        """The rows of "Train", "Big", "Small" or "Test"."""
        rows: Tensor = getattr(self, split.lower())
        return rows


@dataclass(frozen=True)
class HeldOut:
    """Positions within a split: those to learn from, and those kept for validation."""

    learn: Tensor
    validate: Tensor


def held_out_size(objects: int, share: float) -> int:
    """How many objects a part has that holds out this share of so many: all parts equally many.

    So folds of a number that they do not divide leave at most folds - 1 objects over.
    """
    if not share:
        return 0
    parts = math.floor(min(1 / share, 1e18) + 1e-9)
    return min(round(objects * share), objects // parts)


def hold_out(
    objects: int, share: float, seed: int, part: int = 0, groups: Tensor | None = None
) -> HeldOut:
    """Keep a random share of a split's positions for validation; share 0 keeps none.

    part: which of the 1 / share disjoint shares, that is, which fold of a cross-validation. All
    parts have held_out_size objects; what is left over is in none.
    groups: int64 [objects]; those of one group are held out together, but for the one group that
    a boundary may cut. Positions stay in ascending order, so that with share 0 training sees the
    split unchanged.
    """
    size = held_out_size(objects, share)
    first, last = size * part, size * (part + 1)
    draw = generator("held-out", seed)
    order = torch.randperm(objects, generator=draw) if groups is None else by_group(groups, draw)
    learn = torch.cat([order[:first], order[last:]])
    return HeldOut(learn.sort().values, order[first:last].sort().values)


def by_group(groups: Tensor, draw: torch.Generator) -> Tensor:
    """All positions, group by group in a random order of groups and objects: int64 [n]."""
    order = torch.randperm(len(groups), generator=draw)
    _, group = groups.unique(return_inverse=True)
    place = torch.randperm(int(group.max()) + 1, generator=draw)
    return order[place[group[order]].argsort(stable=True)]


def by_class(labels: Tensor, size: int, draw: torch.Generator) -> Tensor:
    """All positions in a random order, the first `size` of which have the classes' shares.

    labels int64 [n] → int64 [n]. Of a class with k objects there are k · size / n among the first,
    rounded down or up: up where the remainder is largest, and by chance among equal ones.
    """
    order = torch.randperm(len(labels), generator=draw)
    _, kinds, counts = labels.unique(return_inverse=True, return_counts=True)
    takes, remainders = counts * size // len(labels), counts * size % len(labels)
    chance = torch.randperm(len(counts), generator=draw)
    up = chance[remainders[chance].argsort(descending=True, stable=True)]
    takes[up[: size - int(takes.sum())]] += 1
    first = torch.zeros(len(labels), dtype=torch.bool)
    for kind, take in enumerate(takes.tolist()):
        first[(kinds[order] == kind).nonzero().flatten()[:take]] = True
    return torch.cat([order[first], order[~first]])


def pair_by_class(
    labels: Tensor, candidates: Tensor, draw: torch.Generator, class_map: Sequence[int]
) -> Tensor:
    """For each label a random row of `candidates` of the class that it corresponds to.

    labels int64 [n]; candidates: labels int64 [m] of the other domain; class_map: its class for
    each class of ours → rows, int64 [n].
    """
    rows = torch.empty_like(labels)
    for label, theirs in enumerate(class_map):
        mine = (labels == label).nonzero().flatten()
        found = (candidates == theirs).nonzero().flatten()
        if len(mine):
            rows[mine] = found[torch.randint(len(found), (len(mine),), generator=draw)]
    return rows
