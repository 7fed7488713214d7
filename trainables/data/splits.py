"""Which objects a seed puts into each split, and which of them are held out."""

from dataclasses import dataclass

import torch
from torch import Tensor

from trainables.data.datasets import TABLES, DomainData, Images, load, load_table
from trainables.data.domains import FASHION_MNIST, IMAGE_SPLITS, MNIST, TABLE_SPLITS
from trainables.randomness import generator


def domain_of(name: str, seed: int) -> DomainData:
    """A domain that is there; of a table all rows, and the test set of this seed."""
    if name in TABLES:
        return DomainData(load_table(name), source_split(name, "Test", seed))
    return load(name)


@dataclass(frozen=True)
class Rows:
    """Which objects of a domain form each split: int64 row numbers.

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


def split_rows(domain: str, seed: int) -> Rows:
    """Train, and its seeded random partition into Big (59,000) and Small (1,000).

    Of the bike sharing table: Test (1,000), Small (300), Big (8,700) of a seeded random 10,000
    rows; as published, of the first 10,000 (PROTOCOL.md §5, row 5).
    """
    draw = generator(f"split/{domain}", seed)
    if domain in TABLES:
        objects = TABLE_SPLITS["Train"] + TABLE_SPLITS["Test"]
        order = torch.randperm(TABLES[domain], generator=draw)[:objects]
        test, small, big = order.split([TABLE_SPLITS[name] for name in ("Test", "Small", "Big")])
        return Rows(torch.cat([small, big]), big, small, test)
    order = torch.randperm(IMAGE_SPLITS["Train"], generator=draw)
    small, big = order[: IMAGE_SPLITS["Small"]], order[IMAGE_SPLITS["Small"] :]
    return Rows(torch.arange(IMAGE_SPLITS["Train"]), big, small, torch.empty(0, dtype=torch.int64))


@dataclass(frozen=True)
class HeldOut:
    """Positions within a split: those to learn from and those kept for validation."""

    learn: Tensor
    validate: Tensor


def hold_out(objects: int, share: float, seed: int, part: int = 0) -> HeldOut:
    """A seeded random share of a split's positions, kept for validation; share 0 keeps none.

    part: which of the 1 / share disjoint shares: the folds of a cross-validation. Positions to
    learn from stay in their order, so that without validation nothing moves.
    """
    first, last = round(objects * share * part), round(objects * share * (part + 1))
    order = torch.randperm(objects, generator=generator("held-out", seed))
    learn = torch.cat([order[:first], order[last:]])
    return HeldOut(learn.sort().values, order[first:last].sort().values)


def pair_with_digits(labels: Tensor, digits: Images, draw: torch.Generator) -> Tensor:
    """For each label a random row of `digits` of the same class: class k with digit k.

    labels: int64 [n] → rows int64 [n].
    """
    rows = torch.empty_like(labels)
    for label in range(10):
        mine = (labels == label).nonzero().flatten()
        candidates = (digits.labels == label).nonzero().flatten()
        if len(mine):
            chosen = torch.randint(len(candidates), (len(mine),), generator=draw)
            rows[mine] = candidates[chosen]
    return rows


def labelled_garments(labels: str, held_out: float, seed: int, part: int = 0) -> Tensor:
    """Rows of FashionMNIST-Train whose labels may be used: all, or Small less its held-out part.

    labels: "all" or "small", as in VaeRecipe.
    """
    rows = split_rows(FASHION_MNIST, seed)
    if labels == "all":
        return rows.train
    return rows.small[hold_out(len(rows.small), held_out, seed, part).learn]


def source_split(domain: str, split: str, seed: int) -> Images:
    """One of Train, Big, Small of a domain that is there, for this seed; of a table also Test."""
    if domain in TABLES:
        return load_table(domain)[split_rows(domain, seed).of(split)]
    if domain not in (FASHION_MNIST, MNIST):
        raise ValueError(f"{domain} is made by a VAE: see trainables.artifacts.generated_mnist")
    return load(domain).train[split_rows(domain, seed).of(split)]
