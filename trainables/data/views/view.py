"""Views ψ: what is seen of an object, where that is less than all of it.

A view is a small frozen dataclass. To add one, subclass View in your space file and give it a
`name` and a `__call__`; it is hashed, recorded and tabulated by its name and fields (docs/own).
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from trainables.checks import check_told_apart
from trainables.data.domain import Shape
from trainables.errors import BadInputError, one_line
from trainables.randomness import generator

TOLERANCE = 1e-5


@dataclass(frozen=True, kw_only=True)
class View(ABC):
    """ψ: an object → what is seen of it, by the object alone and without chance."""

    @property
    @abstractmethod
    def name(self) -> str:
        """As tables show it, after the domain's: "7×7"."""

    @abstractmethod
    def __call__(self, objects: Tensor) -> Tensor:
        """Objects [n, *shape] → what is seen of each, float32 [n, *shape'].

        objects: images [n, channels, height, width] in [0, 1], of which images in [0, 1] must
        come; of a table features [n, D], as they are.
        """


def shape_seen(view: View, shape: Shape) -> Shape:
    """The shape of what is seen of objects of this shape, found by trying it on two.

    Raises BadInputError, one line, where the view fails on them, gives something else than one
    image or row for each, or lets one object's depend on another.
    """
    check_told_apart(f"the view {view!r}", view)
    return _shape_seen(view, shape)


@lru_cache(maxsize=256)
def _shape_seen(view: View, shape: Shape) -> Shape:
    two = torch.rand(2, *shape, generator=generator("view/check", 0))
    found, alone = _tried(view, two), torch.cat([_tried(view, each[None]) for each in two])
    if found.shape != alone.shape or not found.allclose(alone, atol=TOLERANCE, equal_nan=True):
        raise BadInputError(
            f"the view {type(view).__name__} shows an object otherwise alone than beside another, "
            "or draws by chance: let it read each object by itself (what is drawn is for a link, "
            "Noise() say)"
        )
    return tuple(found.shape[1:])


def _tried(view: View, objects: Tensor) -> Tensor:
    """What a view makes of random objects [n, *shape], once it is known to be images or rows."""
    name, given = type(view).__name__, f"objects [{', '.join(map(str, objects.shape))}]"
    try:
        found: Any = view(objects.clone())
    except BadInputError:
        raise
    except Exception as error:
        raise BadInputError(
            f"the view {name} fails on {given}: {type(error).__name__}: {one_line(error)}"
        ) from None
    is_, n = repr(found), len(objects)
    if isinstance(found, Tensor):
        is_ = f"{str(found.dtype).removeprefix('torch.')} [{', '.join(map(str, found.shape))}]"
        if found.is_floating_point() and found.dim() in (2, 4) and len(found) == n:
            return found
    raise BadInputError(
        f"the view {name} makes {is_} of {given}: let it give floats, images [{n}, channels, "
        f"height, width] or rows [{n}, D]"
    )
