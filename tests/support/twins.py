"""Two domains of the same things: small pictures in colour, and a known map of them."""

from dataclasses import dataclass
from functools import cache

import torch

from trainables.artifacts.artifact import model_of
from trainables.data.domain import Domain, DomainData, Objects
from trainables.data.own.partition import Sizes, drawn_rows
from trainables.data.task import Classes
from trainables.randomness import generator

SIDE, OBJECTS, PLACES = 8, 120, (2, 0, 1)  # PLACES: which channel of ours each of theirs is


@cache
def pictures():
    """Uint8 [n, 3, 8, 8], of channels that differ in mean and spread."""
    draw = generator("twins", 0)
    spread = torch.tensor([255.0, 120.0, 40.0])[:, None, None]
    return (torch.rand(OBJECTS, 3, SIDE, SIDE, generator=draw) * spread).byte()


@dataclass(frozen=True, kw_only=True)
class Twin(Domain):
    """turned: whether its channels stand in another order."""

    turned: bool = False
    small: int = 30

    @property
    def name(self):
        return "Turned" if self.turned else "Plain"

    @property
    def shape(self):
        return (3, SIDE, SIDE)

    @property
    def task(self):
        return Classes(names=("a", "b"))

    @property
    def _sizes(self):
        return Sizes(30, self.small, 80 - self.small)

    @property
    def split_sizes(self):
        test, small, big = self._sizes
        return {"Train": small + big, "Big": big, "Small": small, "Test": test}

    @property
    def draws_test(self):
        return True

    def pairs_with(self, other):
        return isinstance(other, Twin) and (other.small, not other.turned) == (
            self.small,
            self.turned,
        )

    def load(self):
        found = pictures()[:, PLACES] if self.turned else pictures()
        return DomainData(Objects(found.flatten(1), torch.arange(OBJECTS) % 2), None)

    def rows(self, seed):
        draw = generator("split/twins", seed)
        return drawn_rows(self._sizes, OBJECTS, draw, labels=None, groups=None)


def images(domain, split, seed):
    """[n, *shape] of a split, float32."""
    return domain.split(split, seed).inputs().unflatten(1, domain.shape)


def through(workshop, link, seed, objects):
    """φ of these objects, as a teacher of this seed is asked about them."""
    return workshop.link(link, model_of(link.learned, seed))(objects, generator("x", 0))
