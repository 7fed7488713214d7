"""The link that is learned from pairs: the same things, in the student's domain and the teacher's.

A network is trained to turn one picture of a pair into the other (supervised translation of
images; Isola et al. 2017 without their critic: the error by pixel alone).
"""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar, cast

import torch
from torch import Tensor, nn

from trainables.checks import check_choice, check_whole
from trainables.data.domain import Shape
from trainables.errors import BadInputError
from trainables.links.link import Link, Map
from trainables.links.recipe import Recipe, check_as_they_are, check_pictures
from trainables.networks.convolutional import PictureNet
from trainables.networks.network import Network, multiply_adds
from trainables.networks.tried import check_network
from trainables.schedule import Schedule

BLOCK = 500  # pictures mapped at a time: their maps are some MB each
PICTURE_NET = PictureNet(channels=(16, 16))
PAIRED_SCHEDULE = Schedule(epochs=10, batch_size=32, learning_rate=4e-3, rate="cosine")


@dataclass(frozen=True, kw_only=True)
class PairedRecipe(Recipe):
    """A network from pictures to pictures, trained on pairs of Big of a seed.

    Neither labels are read, nor anything of Small or Test.
    pairs: how many; those of fewer are among those of more.
    error: by pixel, "squared" or "absolute".
    schedule: an epoch has as many steps as all of Big takes, however few the pairs are: they
        come the more often.
    """

    kind: ClassVar[str] = "paired"
    recorded: ClassVar[tuple[str, ...]] = ("seconds", "test_error", "test_error_without")
    pairs: int = 1_000
    network: Network = PICTURE_NET
    error: str = "squared"
    schedule: Schedule = PAIRED_SCHEDULE

    def __post_init__(self) -> None:
        check_pictures(self)
        mine, theirs = self.objects, self.counterparts
        if not mine.pairs_with(theirs):
            raise BadInputError(
                f"{mine.name} and {theirs.name} are not known to be pairs, row by row and split "
                "by split: give domains that are (Domain.pairs_with), or a link without pairs"
            )
        check_whole(self, "pairs", at_least=1, at_most=mine.split_sizes["Big"])
        check_choice(self, "error", ("squared", "absolute"))
        if not isinstance(self.network, Network):
            raise BadInputError(
                f"PairedRecipe.network is {self.network!r}: give a network, "
                "PictureNet(channels=(16, 16)) say"
            )
        check_as_they_are(self, self.schedule, "a link learns from pairs")
        check_network(self.network, mine.shape, theirs.inputs)

    @property
    def note(self) -> str:
        """How many pairs it has seen."""
        return f"{self.pairs} pairs"

    @property
    def products(self) -> int:
        """Those of the network."""
        return multiply_adds(self.network, self.objects.shape, self.counterparts.inputs)

    def build(self, draw: torch.Generator) -> nn.Module:
        """Flat objects [B, D] → their counterparts [B, D']."""
        return self.network.initialised(self.objects.shape, self.counterparts.inputs, draw)


@dataclass(frozen=True, kw_only=True)
class PairedLink(Link):
    """What a network that was trained on pairs makes of a picture, clipped to [0, 1]."""

    name: ClassVar[str] = "paired"
    recipe: PairedRecipe

    def __post_init__(self) -> None:
        if not isinstance(self.recipe, PairedRecipe):
            raise BadInputError(
                f"PairedLink.recipe is {self.recipe!r}: give PairedRecipe(objects=..., "
                "counterparts=...)"
            )

    def shape(self, shape: Shape) -> Shape:
        """That of a counterpart."""
        return self.recipe.counterparts.shape

    @property
    def learned(self) -> PairedRecipe:
        """How its network is trained."""
        return self.recipe

    def with_model(self, model: nn.Module | None) -> Map:
        """φ by this trained network."""
        return partial(self._counterparts, cast(nn.Module, model))

    def as_module(self, model: nn.Module) -> nn.Module:
        """φ by this trained network."""
        clipped = nn.Hardtanh(0.0, 1.0)
        shaped = nn.Unflatten(1, self.recipe.counterparts.shape)
        return nn.Sequential(nn.Flatten(), model, clipped, shaped)

    def __call__(self, objects: Tensor, generator: torch.Generator) -> Tensor:
        """Raises TypeError: it needs its trained network, see `with_model`."""
        raise TypeError("the link by pairs needs its trained network: link.with_model(network)")

    def _counterparts(self, model: nn.Module, objects: Tensor, draws: torch.Generator) -> Tensor:
        flat = torch.cat([model(some) for some in objects.flatten(1).split(BLOCK)])
        pictures: Tensor = flat.clamp(0.0, 1.0).unflatten(-1, self.recipe.counterparts.shape)
        return pictures
