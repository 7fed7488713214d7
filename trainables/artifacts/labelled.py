"""Which objects of a split stay when a part of it is held out."""

import torch
from torch import Tensor

from trainables.data.domain import Domain
from trainables.data.splits import HeldOut, hold_out


def parts_of(domain: Domain, split: str, held_out: float, seed: int, part: int = 0) -> HeldOut:
    """Positions within a split to learn from, and those of this part, held out by this seed."""
    objects, groups = domain.split_sizes[split], domain.groups(split, seed)
    return hold_out(objects, held_out, seed, part, groups)


def labelled_rows(
    domain: Domain, labels: str, held_out: float, seed: int, part: int = 0
) -> Tensor:
    """Rows of `domain.load().train` whose labels may be used: int64 [n].

    labels: "all" of Train, or those of "small", less its held-out part.
    """
    rows = domain.rows(seed)
    if labels == "all":
        return rows.train
    return rows.small[parts_of(domain, "Small", held_out, seed, part).learn]


def without_held_out(
    domain: Domain, split: str, withheld_from: str, held_out: float, seed: int, part: int
) -> Tensor:
    """Rows of a split, less those that are held out of another: int64 [n]."""
    rows, theirs = domain.rows(seed).of(split), domain.rows(seed).of(withheld_from)
    held = parts_of(domain, withheld_from, held_out, seed, part).validate
    return rows[~torch.isin(rows, theirs[held])]
