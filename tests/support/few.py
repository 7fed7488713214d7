"""A domain of few real objects, as a user would write one: students of it take no time."""

from dataclasses import dataclass

import torch

from trainables.data.domain import Domain, DomainData, Objects, Shape
from trainables.data.domains import FASHION_MNIST
from trainables.data.splits import SplitRows
from trainables.data.task import Classes, Task


@dataclass(frozen=True, kw_only=True)
class Few(Domain):
    """The first objects of each split of another domain.

    order: the new number of each of its classes; groups: how many objects in turn form one.
    """

    like: Domain = FASHION_MNIST
    big: int = 128
    small: int = 64
    tested: int = 96
    order: tuple[int, ...] = ()
    grouped: int = 0

    @property
    def name(self) -> str:
        return f"Few{self.like.name}"

    @property
    def shape(self) -> Shape:
        return self.like.shape

    @property
    def task(self) -> Task:
        task = self.like.task
        if isinstance(task, Classes) and self.order:
            names = [""] * task.outputs
            for place, new in enumerate(self.order):
                names[new] = task.names[place]
            return Classes(names=tuple(names))
        return task

    @property
    def split_sizes(self) -> dict[str, int]:
        both = self.big + self.small
        return {"Train": both, "Big": self.big, "Small": self.small, "Test": self.tested}

    def load(self) -> DomainData:
        train, test, _ = self.like.load()
        assert test
        groups = torch.arange(len(train)) // self.grouped if self.grouped else None
        few = test[torch.arange(self.tested)]
        return DomainData(self._numbered(train), self._numbered(few), groups)

    def _numbered(self, objects: Objects) -> Objects:
        labels = objects.labels
        return Objects(objects.pixels, torch.tensor(self.order)[labels] if self.order else labels)

    def rows(self, seed: int) -> SplitRows:
        rows = self.like.rows(seed)
        big, small = rows.big[: self.big], rows.small[: self.small]
        return SplitRows(torch.cat([big, small]), big, small, rows.test)
