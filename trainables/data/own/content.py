"""A user's data, decoded: tensors and what is known of them, in memory and on disk."""

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load, save
from torch import Tensor

from trainables.data.domain import DomainData, Objects, Shape
from trainables.data.own.index import write
from trainables.data.task import Classes, Numbers, Task

EVEN = 1.5  # classes are, as long as the largest has no more than so many times the smallest's
FIGURES = 4  # significant ones, of an error as large as the numbers' standard deviation


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a domain must know of its data before they are loaded.

    objects: that seeds split; tested: those of the data's own test set, 0 where they have none.
    names: of the classes, none for numbers; counts: objects of each class.
    unit, spread: of the numbers, and their standard deviation. largest_group: 0 without groups.
    """

    shape: Shape
    objects: int
    tested: int = 0
    names: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()
    unit: str = ""
    spread: float = 0.0
    largest_group: int = 0

    @property
    def task(self) -> Task:
        """Classes, or numbers with as many digits as matter beside their spread."""
        if self.names:
            return Classes(names=self.names, even=max(self.counts) <= EVEN * min(self.counts))
        digits = [FIGURES - 1 - math.floor(power * math.log10(self.spread)) for power in (2, 1)]
        return Numbers(unit=self.unit, digits=(max(0, digits[0]), max(0, digits[1])))


class Content(NamedTuple):
    """All objects of a domain, decoded.

    names: of the classes, label k is the k-th; none for numbers, which have a unit.
    """

    shape: Shape
    data: DomainData
    names: tuple[str, ...] = ()
    unit: str = ""

    @property
    def facts(self) -> Facts:
        """What a domain must know of it."""
        (train, test, groups), classes = self.data, len(self.names)
        counts = train.labels.bincount(minlength=classes).tolist() if classes else []
        spread = 0.0 if classes else float(train.labels.double().std(correction=0))
        largest = 0 if groups is None else int(groups.unique(return_counts=True)[1].max())
        return Facts(
            shape=self.shape,
            objects=len(train),
            tested=0 if test is None else len(test),
            names=self.names,
            counts=tuple(counts),
            unit=self.unit,
            spread=spread,
            largest_group=largest,
        )


def save_content(path: Path, content: Content) -> None:
    """Write it as safetensors, whole or not at all, with its facts and a digest."""
    tensors = _tensors(content.data)
    about = {"facts": json.dumps(asdict(content.facts)), "tensors": _digest(tensors)}
    write(path, save(tensors, about))


def read_facts(path: Path) -> Facts | None:
    """The facts of decoded data, from the head of their file; None where there is no such file."""
    try:
        with safe_open(path, framework="pt") as file:
            plain: dict[str, Any] = json.loads(file.metadata()["facts"])
    except (OSError, SafetensorError, ValueError, KeyError, TypeError):
        return None
    for name in ("shape", "names", "counts"):
        plain[name] = tuple(plain[name])
    return Facts(**plain)


def is_sound(path: Path) -> bool:
    """Whether decoded data are there and whole: their tensors have the digest in their head."""
    try:
        with safe_open(path, framework="pt") as file:
            digest = file.metadata()["tensors"]
        return bool(digest == _digest(load(path.read_bytes())))
    except (OSError, SafetensorError, KeyError, TypeError):
        return False


def read_data(path: Path) -> DomainData:
    """The tensors of decoded data."""
    found = load(path.read_bytes())  # not mapped: a file that is cut short would kill the process
    own = Objects(found["x_test"], found["y_test"]) if "x_test" in found else None
    return DomainData(Objects(found["x"], found["y"]), own, found.get("groups"))


def _tensors(data: DomainData) -> dict[str, Tensor]:
    named = {"x": data.train.pixels, "y": data.train.labels, "groups": data.groups}
    if data.test is not None:
        named |= {"x_test": data.test.pixels, "y_test": data.test.labels}
    return {name: value.contiguous() for name, value in named.items() if value is not None}


def _digest(tensors: dict[str, Tensor]) -> str:
    found = hashlib.sha256()
    for name, value in sorted(tensors.items()):
        found.update(f"{name} {value.dtype} {[*value.shape]}\n".encode())
        found.update(value.reshape(-1).view(torch.uint8).numpy().data)
    return found.hexdigest()
