"""Which objects a random seed puts into each split, and which of them are held out."""

from dataclasses import dataclass

import torch
from torch import Tensor

from trainables.data.datasets import TABLES, DomainData, Images, load, load_table
from trainables.data.domains import FASHION_MNIST, IMAGE_SPLITS, MNIST, TABLE_SPLITS
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


def split_rows(domain: str, seed: int) -> SplitRows:
    """Train, and its random partition into Big (59,000) and Small (1,000) by this seed.

    Bike sharing has no test set of its own: the seed draws 10,000 of its rows and divides them
    into Test (1,000), Small (300) and Big (8,700). As published, it draws the first 10,000.
    """
    draw = generator(f"split/{domain}", seed)
    if domain in TABLES:
        objects = TABLE_SPLITS["Train"] + TABLE_SPLITS["Test"]
        order = torch.randperm(TABLES[domain], generator=draw)[:objects]
        test, small, big = order.split([TABLE_SPLITS[name] for name in ("Test", "Small", "Big")])
        return SplitRows(torch.cat([small, big]), big, small, test)
    order = torch.randperm(IMAGE_SPLITS["Train"], generator=draw)
    small, big = order[: IMAGE_SPLITS["Small"]], order[IMAGE_SPLITS["Small"] :]
    return SplitRows(
        torch.arange(IMAGE_SPLITS["Train"]), big, small, torch.empty(0, dtype=torch.int64)
    )


@dataclass(frozen=True)
class HeldOut:
    """Positions within a split: those to learn from, and those kept for validation."""

    learn: Tensor
    validate: Tensor


def hold_out(objects: int, share: float, seed: int, part: int = 0) -> HeldOut:
    """Keep a random share of a split's positions for validation; share 0 keeps none.

    part: which of the 1 / share disjoint shares, that is, which fold of a cross-validation.
    Positions stay in ascending order, so that with share 0 training sees the split unchanged.
    """
    first, last = round(objects * share * part), round(objects * share * (part + 1))
    order = torch.randperm(objects, generator=generator("held-out", seed))
    learn = torch.cat([order[:first], order[last:]])
    return HeldOut(learn.sort().values, order[first:last].sort().values)


def pair_with_digits(labels: Tensor, digits: Images, draw: torch.Generator) -> Tensor:
    """For each label a random row of `digits` of the same class: garment class k with digit k.

    labels: int64 [n] → rows of `digits`, int64 [n].
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
    """Rows of FashionMNIST-Train whose labels a VAE may use: all, or Small less its held-out part.

    labels: "all" or "small", as in VaeRecipe.
    """
    rows = split_rows(FASHION_MNIST, seed)
    if labels == "all":
        return rows.train
    return rows.small[hold_out(len(rows.small), held_out, seed, part).learn]


def source_split(domain: str, split: str, seed: int) -> Images:
    """The objects of Train, Big or Small of a domain for this seed; of a table also of Test.

    Raises ValueError for GeneratedMNIST, which is no data set: a VAE makes it.
    """
    if domain in TABLES:
        return load_table(domain)[split_rows(domain, seed).of(split)]
    if domain not in (FASHION_MNIST, MNIST):
        raise ValueError(f"{domain} is made by a VAE: see trainables.artifacts.generated_mnist")
    return load(domain).train[split_rows(domain, seed).of(split)]


def domain_of(name: str, seed: int) -> DomainData:
    """The data of a domain; that of a table is all rows, and the test set of this seed."""
    if name in TABLES:
        return DomainData(load_table(name), source_split(name, "Test", seed))
    return load(name)
