"""The link by colour statistics: each channel gets the moments that the teacher's domain has.

Matching means and standard deviations by channel is Reinhard et al. 2001 ("Color transfer between
images"), there of two pictures in a colour space without correlations; here of two domains, in
the channels that they are stored in.
"""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar, cast

import torch
from torch import Tensor, nn

from trainables.errors import BadInputError
from trainables.links.link import Link, Map
from trainables.links.recipe import Recipe, check_pictures


class Colours(nn.Module):
    """scale · x + shift by channel: [n, C, H, W] → [n, C, H, W]."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(channels))
        self.shift = nn.Parameter(torch.zeros(channels))

    def forward(self, objects: Tensor) -> Tensor:
        """Objects [n, C, H, W], each channel scaled and shifted."""
        found: Tensor = objects * self.scale[:, None, None] + self.shift[:, None, None]
        return found


@dataclass(frozen=True, kw_only=True)
class ColourRecipe(Recipe):
    """The moments of both domains' Big of a seed: no label, no pair, nothing of Small or Test."""

    kind: ClassVar[str] = "colours"

    def __post_init__(self) -> None:
        check_pictures(self)
        mine, theirs = self.objects, self.counterparts
        if mine.shape[0] != theirs.shape[0]:
            raise BadInputError(
                f"colours are matched channel by channel, and {mine.name} has {mine.shape[0]} and "
                f"{theirs.name} {theirs.shape[0]}: give domains of as many channels"
            )

    @property
    def products(self) -> int:
        """One for each value."""
        return self.objects.inputs

    def build(self, draw: torch.Generator) -> Colours:
        """The identity, until the moments are known."""
        return Colours(self.objects.shape[0])


@dataclass(frozen=True, kw_only=True)
class ColourStatistics(Link):
    """Each channel of the student's pictures, brought to the mean and deviation of the teacher's.

    Values may leave [0, 1]: to clip them would change the moments.
    """

    name: ClassVar[str] = "colours"
    recipe: ColourRecipe

    def __post_init__(self) -> None:
        if not isinstance(self.recipe, ColourRecipe):
            raise BadInputError(
                f"ColourStatistics.recipe is {self.recipe!r}: give ColourRecipe(objects=..., "
                "counterparts=...)"
            )

    @property
    def learned(self) -> ColourRecipe:
        """Of which domains the moments are."""
        return self.recipe

    def with_model(self, model: nn.Module | None) -> Map:
        """φ by these moments."""
        return partial(_recoloured, cast(Colours, model))

    def as_module(self, model: nn.Module) -> nn.Module:
        """φ by these moments."""
        return model

    def __call__(self, objects: Tensor, generator: torch.Generator) -> Tensor:
        """Raises TypeError: it needs the moments, see `with_model`."""
        raise TypeError("the link by colours needs its moments: link.with_model(colours)")


def _recoloured(colours: Colours, objects: Tensor, draws: torch.Generator) -> Tensor:
    found: Tensor = colours(objects)
    return found
