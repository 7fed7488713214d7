"""The data in memory: images as grey bytes, the table as floats."""

import math
import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor

from trainables.data.bike_sharing import cyc15, raw15, read_hours
from trainables.data.domains import BIKE_SHARING, BIKE_SHARING_PUBLISHED, PIXELS
from trainables.data.download import ensure
from trainables.data.sources import DATASETS
from trainables.errors import BadInputError

TABLES = {BIKE_SHARING: 17_379, BIKE_SHARING_PUBLISHED: 10_000}
"""The domains that are tables, each with the number of rows of hour.csv, from the first, among
which a random seed draws its 10,000."""


@dataclass(frozen=True)
class Images:
    """Labelled images: `pixels` uint8 [n, 784], `labels` int64 [n].

    Also used for a table: `pixels` are then its features, float32 [n, 15], and `labels` the values
    to predict, float32 [n].
    """

    pixels: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, rows: Tensor) -> "Images":
        return Images(self.pixels[rows], self.labels[rows])

    def inputs(self) -> Tensor:
        """The pixels as float32 in [0, 1], [n, 784]; a table's features as they are."""
        return self.pixels.float() / 255 if self.pixels.dtype == torch.uint8 else self.pixels

    def to(self, device: torch.device) -> "Images":
        """The same images on a device."""
        return Images(self.pixels.to(device), self.labels.to(device))


@dataclass(frozen=True)
class DomainData:
    """The objects of a domain: those that a seed splits for training, and the test set."""

    train: Images
    test: Images


@lru_cache(maxsize=2)
def load(name: str) -> DomainData:
    """FashionMNIST or MNIST, verified; fetched first where missing. Cached by each process.

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
    return DomainData(train, test)


def read_idx(path: Path) -> Tensor:
    """The bytes of an idx file (the format of MNIST): uint8, of the shape in its header.

    torchvision reads these files too, but importing it costs every worker two seconds.
    Raises BadInputError where header and content disagree.
    """
    content = path.read_bytes()
    # Header: two zero bytes, the type (8: unsigned bytes), the number of dimensions, each size.
    start = 4 + 4 * content[3] if len(content) > 3 else 4
    shape = struct.unpack(f">{content[3]}I", content[4:start]) if len(content) >= start else ()
    if content[:3] != b"\0\0\x08" or not shape or math.prod(shape) != len(content) - start:
        raise BadInputError(f"{path} is no idx file of bytes, or cut short: delete it")
    return torch.frombuffer(bytearray(content), dtype=torch.uint8)[start:].view(shape)


@lru_cache(maxsize=2)
def load_table(name: str) -> Images:
    """All rows of bike sharing with the features of this domain; fetched first where missing.

    Raises BadInputError where the data cannot be had.
    """
    hours = read_hours(DATASETS["BikeSharing"].folder(ensure("BikeSharing")) / "hour.csv")
    features = cyc15(hours) if name == BIKE_SHARING else raw15(hours)
    return Images(features.float(), hours["cnt"].float())
