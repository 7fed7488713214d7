"""A data set of torchvision's, by the name of its class."""

import hashlib
import inspect
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import torch
from filelock import FileLock
from PIL import Image
from torch import Tensor

from trainables.checks import check_flag
from trainables.data.domain import DomainData, Objects, Shape
from trainables.data.download import data_root
from trainables.data.own.content import Content
from trainables.data.own.index import current_digest, own_folder
from trainables.data.own.kinds import MadeDomain
from trainables.data.own.reading.given import check_classes
from trainables.data.own.reading.pictures import Size, check_size, stacked
from trainables.errors import BadInputError, one_line, unknown

Option = str | int | float | bool | tuple[int, ...]
Options = tuple[tuple[str, Option], ...]


@dataclass(frozen=True, kw_only=True)
class TorchvisionSet(MadeDomain):
    """A data set of torchvision.datasets whose objects are pictures with classes: "CIFAR10".

    It is downloaded into the data folder, unless STUDY_OFFLINE is set. Its own train and test set
    are used; one that has none needs test_size. Classes without objects are left away.
    parts: what it calls the two, where they are not "train" and "test".
    options: further arguments of the class, {"split": "letters"} of EMNIST say.
    size: (height, width), to which pictures are resized; needed where their sizes differ.
    grey: one channel instead of red, green and blue.
    """

    dataset: str = field(kw_only=False)
    parts: tuple[str, str] = ("train", "test")
    options: Options | Mapping[str, Option] = ()
    size: Size | None = None
    grey: bool = False

    def _check(self) -> None:
        super()._check()
        object.__setattr__(self, "parts", tuple(self.parts))
        object.__setattr__(self, "options", tuple(sorted(dict(self.options).items())))
        object.__setattr__(self, "size", check_size(self, self.size))
        check_flag(self, "grey")

    @property
    def _root(self) -> Path:
        return data_root() / "torchvision" / self.dataset

    @property
    def _own_name(self) -> str:
        return self.dataset

    @property
    def _place(self) -> str:
        return f"torchvision's {self.dataset}"

    def _digest(self) -> str:
        place = f"{self._place} ({self._root}, {self.parts}, {self.options})"
        with FileLock(own_folder() / f"{self.dataset}.lock"):
            made = None if self._files() else self._make()  # which downloads them
            return current_digest(place, self._files(), lambda: made or self._make())

    def _files(self) -> dict[str, Path]:
        files = (path for path in self._root.rglob("*") if path.is_file())
        return {path.relative_to(self._root).as_posix(): path for path in files}

    def _made(self) -> tuple[str, Content]:
        seen = hashlib.sha256()
        train, *tests = [self._read(arguments, seen) for arguments in self._arguments()]
        present = train.labels.unique()
        names = tuple(train.names[label] for label in present.tolist())
        check_classes(self._place, names, torch.searchsorted(present, train.labels))
        parts = []
        for part in (train, *tests):
            if part.shape != train.shape or not bool(torch.isin(part.labels, present).all()):
                raise BadInputError(
                    f"{self._place}: its test set has other classes or sizes than its train set: "
                    "give size=, or other parts="
                )
            parts.append(Objects(part.rows, torch.searchsorted(present, part.labels)))
        data = DomainData(parts[0], parts[1] if tests else None)
        return seen.hexdigest(), Content(train.shape, data, names)

    def _arguments(self) -> list[dict[str, Any]]:
        """Of the class: one set for train and one for test, or one for all objects."""
        from torchvision import datasets  # two seconds, of which a worker has no use

        if self.dataset not in datasets.__all__:
            raise unknown("data set of torchvision", self.dataset, datasets.__all__)
        known = _arguments_of(getattr(datasets, self.dataset))
        given = dict(self.options)
        usual = {"root": self._root, "download": not os.environ.get("STUDY_OFFLINE")}
        common = {name: value for name, value in usual.items() if name in known} | given
        if "train" in known - {*given}:
            return [common | {"train": train} for train in (True, False)]
        if "split" in known - {*given}:
            return [common | {"split": part} for part in self.parts]
        return [common]

    def _read(self, arguments: dict[str, Any], seen: "hashlib._Hash") -> "_Part":
        from torchvision import datasets

        try:
            found = getattr(datasets, self.dataset)(**arguments)
        except Exception as error:  # of every kind: no network, no such part, a missing package
            offline = " (STUDY_OFFLINE is set)" if os.environ.get("STUDY_OFFLINE") else ""
            raise BadInputError(
                f"{self._place} cannot be had{offline}: {one_line(error)}; change parts= or "
                f"options=, or put its files into {self._root}"
            ) from None
        labels: list[int] = []
        pictures = self._pictures(found, labels, seen)
        rows, shape = stacked(pictures, size=self.size, grey=self.grey)
        names = getattr(found, "classes", ())
        if len(names) <= max(labels) or not all(isinstance(name, str) for name in names):
            names = map(str, range(max(labels) + 1))
        names = tuple(names)
        seen.update(f"{names} {labels}\n".encode())
        return _Part(rows, shape, torch.tensor(labels), names)

    def _pictures(
        self, found: Any, labels: list[int], seen: "hashlib._Hash"
    ) -> Iterator[tuple[str, Image.Image]]:
        """The pictures of a data set; their labels are added to the list."""
        for number in range(len(found)):
            picture, label = found[number]
            if not isinstance(picture, Image.Image) or not isinstance(label, int) or label < 0:
                raise BadInputError(
                    f"{self._place} has {type(picture).__name__} and {type(label).__name__} as "
                    "objects: a picture and a class (a whole number) are needed"
                )
            if picture.mode == "P":
                picture = picture.convert("RGBA")  # whose bytes say all of it
            seen.update(f"{picture.mode} {picture.size}\n".encode())
            seen.update(picture.tobytes())
            labels.append(label)
            yield f"picture {number} of {self._place}", picture


def _arguments_of(kind: type) -> set[str]:
    """Of a class, and of those it extends as long as **kwargs hands them on."""
    known: set[str] = set()
    for each in kind.__mro__:
        if init := vars(each).get("__init__"):
            parameters = inspect.signature(init).parameters
            known |= {*parameters}
            if not any(one.kind is one.VAR_KEYWORD for one in parameters.values()):
                break
    return known


class _Part(NamedTuple):
    rows: Tensor
    shape: Shape
    labels: Tensor
    names: tuple[str, ...]
