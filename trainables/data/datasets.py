"""The built-in data in memory: images as grey bytes, the table as floats."""

import math
import struct
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor

from trainables.data.bike_sharing import cyc15, raw15, read_hours
from trainables.data.domain import DomainData, Objects
from trainables.data.download import ensure
from trainables.data.sources import DATASETS
from trainables.errors import BadInputError


@lru_cache(maxsize=2)
def load(name: str) -> DomainData:
    """FashionMNIST or MNIST, verified; fetched first where missing. Cached by each process.

    Raises BadInputError where the data cannot be had.
    """
    folder = DATASETS[name].folder(ensure(name))
    train, test = (
        Objects(
            read_idx(folder / f"{part}-images-idx3-ubyte").flatten(1),
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
def load_table(*, published: bool) -> Objects:
    """All rows of bike sharing with their features; fetched first where missing.

    Raises BadInputError where the data cannot be had.
    """
    hours = read_hours(DATASETS["BikeSharing"].folder(ensure("BikeSharing")) / "hour.csv")
    features = raw15(hours) if published else cyc15(hours)
    return Objects(features.float(), hours["cnt"].float())
