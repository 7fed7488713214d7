"""The data in memory: images as grey bytes, tables as floats, and their splits for a seed."""

import math
import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor

from trainables.data.bike_sharing import cyc15, raw15, read_hours
from trainables.data.domains import IMAGE_SPLITS, TABLE_SPLITS
from trainables.data.download import DATASETS, ensure
from trainables.errors import BadInputError
from trainables.networks.perceptron import PIXELS
from trainables.randomness import generator
from trainables.recipes import BIKES, BIKES_PUBLISHED, SOURCE, TARGET

TABLES = {BIKES: 17_379, BIKES_PUBLISHED: 10_000}
"""Of how many rows of hour.csv, from the first, a seed draws its 10,000."""


@dataclass(frozen=True)
class Images:
    """Labelled images: `pixels` uint8 [n, 784], `labels` int64 [n].

    Of a table: `pixels` are its features, float32 [n, 15], `labels` its values, float32 [n].
    """

    pixels: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, rows: Tensor) -> "Images":
        return Images(self.pixels[rows], self.labels[rows])

    def inputs(self) -> Tensor:
        """The pixels as float32 in [0, 1], [n, 784]: no further normalisation (PROTOCOL §1).

        A table's features as they are.
        """
        return self.pixels.float() / 255 if self.pixels.dtype == torch.uint8 else self.pixels

    def to(self, device: torch.device) -> "Images":
        """The same images on a device."""
        return Images(self.pixels.to(device), self.labels.to(device))


@dataclass(frozen=True)
class Domain:
    """Objects to train on, of which a seed draws splits, and to test on: 60,000 and 10,000."""

    train: Images
    test: Images


def domain_of(name: str, seed: int) -> Domain:
    """A domain that is there; of a table all rows, and the test set of this seed."""
    if name in TABLES:
        return Domain(load_table(name), source_split(name, "Test", seed))
    return load(name)


@lru_cache(maxsize=2)
def load(name: str) -> Domain:
    """FashionMNIST or MNIST, verified; fetched first where missing.

    Raises BadInputError where the data cannot be had.
    """
    folder = DATASETS[name].folder(ensure(name))
    train, test = (
        Images(
            read_idx(folder / f"{part}-images-idx3-ubyte").view(-1, PIXELS),
            read_idx(folder / f"{part}-labels-idx1-ubyte").long(),
        )
        for part in ("train", "t10k")
    )
    return Domain(train, test)


def read_idx(path: Path) -> Tensor:
    """The bytes of an idx file (LeCun et al.): uint8, of the shape that its header says.

    (torchvision reads them too, but takes two seconds of every worker to import.)
    Raises BadInputError where header and content disagree.
    """
    content = path.read_bytes()
    start = 4 + 4 * content[3] if len(content) > 3 else 4
    shape = struct.unpack(f">{content[3]}I", content[4:start]) if len(content) >= start else ()
    if content[:3] != b"\0\0\x08" or not shape or math.prod(shape) != len(content) - start:
        raise BadInputError(f"{path} is no idx file of bytes, or cut short: delete it")
    return torch.frombuffer(bytearray(content), dtype=torch.uint8)[start:].view(shape)


@lru_cache(maxsize=2)
def load_table(name: str) -> Images:
    """All hours of the bike sharing table in the features of this domain; fetched if missing.

    Raises BadInputError where the data cannot be had.
    """
    hours = read_hours(DATASETS["BikeSharing"].folder(ensure("BikeSharing")) / "hour.csv")
    features = cyc15(hours) if name == BIKES else raw15(hours)
    return Images(features.float(), hours["cnt"].float())


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
    rows = split_rows(TARGET, seed)
    if labels == "all":
        return rows.train
    return rows.small[hold_out(len(rows.small), held_out, seed, part).learn]


def source_split(domain: str, split: str, seed: int) -> Images:
    """One of Train, Big, Small of a domain that is there, for this seed; of a table also Test."""
    if domain in TABLES:
        return load_table(domain)[split_rows(domain, seed).of(split)]
    if domain not in (TARGET, SOURCE):
        raise ValueError(f"{domain} is made by a VAE: see trainables.artifacts.generated_mnist")
    return load(domain).train[split_rows(domain, seed).of(split)]
