"""Links φ: the map from the student's domain to the teacher's.

A link is a small frozen dataclass. To add one, subclass Link in your space file and give it a
`name` and a `__call__`; it is hashed, recorded and tabulated by its name and fields (docs/own).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from trainables.checks import check_told_apart
from trainables.data.domain import IMAGES, Shape
from trainables.errors import BadInputError, one_line
from trainables.links.recipe import Recipe
from trainables.randomness import generator

ANYTHING = "anything"  # a kind of objects, beside IMAGES and TABLE: any of them
Map = Callable[[Tensor, torch.Generator], Tensor]
"""φ with all that it needs: objects [n, *shape] and a CPU generator → teacher inputs."""


@dataclass(frozen=True, kw_only=True)
class Link(ABC):
    """φ: the student's objects → the teacher's inputs."""

    name: ClassVar[str]
    maps: ClassVar[str] = IMAGES
    """The kind of objects that it maps: "images", "features" of a table, or "anything"."""
    makes_source: ClassVar[bool] = False
    """Whether the teacher is trained on φ of its own split too, and not on the split itself."""

    def shape(self, shape: Shape) -> Shape:
        """The shape of φ of an object of this shape; by default the same."""
        return shape

    @property
    def samples(self) -> int:
        """Random draws of φ(x) that are kept for each object; epoch e uses draw e mod samples."""
        return 1

    @property
    def learned(self) -> Recipe | None:
        """The recipe of the model that this link needs, if any."""
        return None

    def with_model(self, model: nn.Module | None) -> Map:
        """φ with the trained model of its recipe, where it needs one."""
        return self

    def as_module(self, model: nn.Module) -> nn.Module:
        """φ with its trained model and without random draws: objects [B, *shape] → inputs.

        It is what leaves a study, so it may be traced. Raises BadInputError where there is none.
        """
        raise BadInputError(
            f"the link {self.name} is no module: give it as_module(model), or export the student"
        )

    @property
    def label(self) -> str:
        """As tables show it: its name, and what tells its like apart: "VAE (all)"."""
        note = self.learned.note if self.learned else ""
        return f"{self.name} ({note})" if note else self.name

    def is_proven(self, shape: Shape) -> bool:
        """Whether it is known, without trying it, what it makes of objects of this shape."""
        return self.learned is not None  # its model is not there yet: it is taken at its word

    def parameters(self) -> str:
        """The link's own numbers, for records: "std=0.1 draws=50"."""
        return " ".join(
            f"{f.name}={getattr(self, f.name)}" for f in fields(self) if f.name != "recipe"
        )

    @abstractmethod
    def __call__(self, objects: Tensor, generator: torch.Generator) -> Tensor:
        """Objects [n, *shape] → teacher inputs [n, *self.shape(shape)].

        objects: images [n, channels, height, width] in [0, 1]; of a table features [n, D],
        standardised as the teacher's are. generator: a CPU generator, the only source of random
        draws, so that the result repeats.
        """


@dataclass(frozen=True, kw_only=True)
class Identity(Link):
    """No link: the teacher sees what the student sees."""

    name: ClassVar[str] = "identity"
    maps: ClassVar[str] = ANYTHING

    def __call__(self, objects: Tensor, generator: torch.Generator) -> Tensor:
        """The objects, as they are."""
        return objects


def apply(link: Map, flat: Tensor, shape: Shape, draws: torch.Generator) -> Tensor:
    """φ of objects that are stored flat: [n, D] → [n, D']."""
    return link(flat.unflatten(-1, shape), draws).flatten(1)


def check_link(link: Link, shape: Shape) -> None:
    """Try a link on two objects; raise BadInputError unless it gives what it says it gives."""
    check_told_apart(f"the link {link!r}", link)
    if not link.is_proven(shape):
        _check_link(link, shape)


@lru_cache(maxsize=256)
def _check_link(link: Link, shape: Shape) -> None:
    given = f"two objects [2, {', '.join(map(str, shape))}]"
    name, draws = type(link).__name__, generator("link/check", 0)
    try:
        said = link.shape(shape)
        found: Any = link(torch.rand(2, *shape, generator=draws), draws)
    except Exception as error:
        raise BadInputError(
            f"the link {name} fails on {given}: {type(error).__name__}: {one_line(error)}"
        ) from None
    if not isinstance(found, Tensor) or tuple(found.shape) != (2, *said):
        is_ = f"[{', '.join(map(str, found.shape))}]" if isinstance(found, Tensor) else repr(found)
        raise BadInputError(
            f"the link {name} makes {is_} of {given}, but its shape() says "
            f"[2, {', '.join(map(str, said))}]: let them agree"
        )
