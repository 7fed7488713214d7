"""A domain seen through a view: a student of it sees less of the same objects than a teacher.

Generalised distillation (Lopez-Paz, Bottou, Schölkopf and Vapnik 2016, §3): the teacher learns
from x*, the student from x = ψ(x*) and the teacher's soft labels on the same objects.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import torch

from trainables.data.domain import Described, Domain, DomainData, Objects, Shape
from trainables.data.splits import SplitRows
from trainables.data.task import Task
from trainables.data.views.view import View, shape_seen
from trainables.errors import BadInputError, Say

BLOCK = 10_000  # objects at a time


@dataclass(frozen=True, kw_only=True)
class Viewed(Domain):
    """The same objects, labels and splits of a domain, of which the view is all that is seen."""

    of: Domain
    view: View

    def __post_init__(self) -> None:
        if not isinstance(self.of, Domain) or self.of.made_by_link or self.of.whole != self.of:
            raise BadInputError(
                f"Viewed.of is {self.of!r}: give a domain that has objects, and no view yet"
            )
        if not isinstance(self.view, View):
            raise BadInputError(
                f"Viewed.view is {self.view!r}: give a view, Shrunk(height=7, width=7) say"
            )
        if not isinstance(name := self.view.name, str) or not name:
            raise BadInputError(f"{type(self.view).__name__}.name is {name!r}: give a text")
        shape_seen(self.view, self.of.shape)

    @property
    def name(self) -> str:
        """The domain's and the view's."""
        return f"{self.of.name} {self.view.name}"

    @property
    def shape(self) -> Shape:
        """Of what is seen."""
        return shape_seen(self.view, self.of.shape)

    @property
    def whole(self) -> Domain:
        """The domain without the view."""
        return self.of

    def shown(self, objects: Domain) -> Domain:
        """Whole objects through this view."""
        return Viewed(of=objects, view=self.view)

    @property
    def described(self) -> Described:
        """The whole domain, with what is seen of it."""
        return replace(super().described, name=self.of.name, seen=self.view.name)

    def load(self) -> DomainData:
        """What is seen of all objects; computed once in a process."""
        return _seen(self)

    # ---- as in the whole domain ----

    @property
    def task(self) -> Task:
        """As in the whole."""
        return self.of.task

    @property
    def split_sizes(self) -> dict[str, int]:
        """As in the whole."""
        return self.of.split_sizes

    def rows(self, seed: int) -> SplitRows:
        """As in the whole."""
        return self.of.rows(seed)

    @property
    def objects(self) -> str:
        """As in the whole."""
        return self.of.objects

    @property
    def standardised(self) -> bool:
        """As in the whole."""
        return self.of.standardised

    @property
    def draws_test(self) -> bool:
        """As in the whole."""
        return self.of.draws_test

    @property
    def source(self) -> str:
        """As in the whole."""
        return self.of.source

    @property
    def digests(self) -> Mapping[str, str]:
        """As in the whole."""
        return self.of.digests

    @property
    def splitting(self) -> tuple[object, ...]:
        """As in the whole."""
        return self.of.splitting

    @property
    def compared_as(self) -> tuple[object, ...]:
        """As in the whole: its test objects are the same ones."""
        return self.of.compared_as

    @property
    def size_note(self) -> str:
        """As in the whole."""
        return self.of.size_note

    def prepare(self, announce: Say | None = None) -> None:
        """What the whole needs."""
        self.of.prepare(announce)


@lru_cache(maxsize=4)
def _seen(domain: Viewed) -> DomainData:
    train, test, groups = domain.of.load()
    return DomainData(_through(domain, train), test and _through(domain, test), groups)


def _through(domain: Viewed, objects: Objects) -> Objects:
    """The same objects as the view shows them, float32 [n, D']."""
    shape, seen = domain.of.shape, []
    for start in range(0, len(objects), BLOCK):
        block = objects[slice(start, start + BLOCK)]
        seen.append(domain.view(block.inputs().unflatten(-1, shape)).flatten(1).float())
    return Objects(torch.cat(seen), objects.labels)
