"""The link by a trained VAE: an object becomes its counterpart in the teacher's domain."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar, cast

import torch
from torch import Tensor, nn

from trainables.checks import check_whole
from trainables.data.domain import Shape
from trainables.errors import BadInputError
from trainables.links.link import Link, Map
from trainables.links.vae_recipe import VaeRecipe
from trainables.networks.vae import Vae


@dataclass(frozen=True, kw_only=True)
class VaeLink(Link):
    """The second decoder's mean for a sample z of the encoder: an object's counterpart."""

    name: ClassVar[str] = "VAE"
    recipe: VaeRecipe
    draws: int = 50

    def __post_init__(self) -> None:
        check_whole(self, "draws", at_least=1)
        if not isinstance(self.recipe, VaeRecipe):
            raise BadInputError(
                f"VaeLink.recipe is {self.recipe!r}: give VaeRecipe(objects=..., counterparts=...)"
            )

    def shape(self, shape: Shape) -> Shape:
        """That of a counterpart."""
        return self.recipe.counterparts.shape

    @property
    def samples(self) -> int:
        """The default 50: a fresh draw for each epoch of the standard schedule."""
        return self.draws

    @property
    def learned(self) -> VaeRecipe:
        """The recipe of the VAE behind this link."""
        return self.recipe

    def with_model(self, model: nn.Module | None) -> Map:
        """φ by this trained VAE."""
        return partial(self._counterparts, cast(Vae, model))

    def as_module(self, model: nn.Module) -> nn.Module:
        """φ by this trained VAE where z is the encoder's mean, and no sample."""
        return AtMean(cast(Vae, model), self.recipe.counterparts.shape)

    def __call__(self, objects: Tensor, generator: torch.Generator) -> Tensor:
        """Raises TypeError: it needs its trained VAE, see `with_model`."""
        raise TypeError("the VAE link needs its trained VAE: link.with_model(vae)")

    def _counterparts(self, vae: Vae, objects: Tensor, draws: torch.Generator) -> Tensor:
        """Each for a fresh sample of z."""
        noise = torch.randn(len(objects), self.recipe.latent_size, generator=draws)
        found = vae.counterparts(objects.flatten(1), noise.to(objects.device))
        images: Tensor = found.unflatten(-1, self.recipe.counterparts.shape)
        return images


class AtMean(nn.Module):
    """Objects [B, *shape] in [0, 1] → their counterparts' mean pixels, by the mean of z."""

    def __init__(self, vae: Vae, shape: Shape) -> None:
        super().__init__()
        self.vae, self.shape = vae, shape

    def forward(self, objects: Tensor) -> Tensor:
        """The counterparts [B, *self.shape]."""
        logits = self.vae.counterpart_logits(self.vae.encode(objects.flatten(1)).mean)
        images: Tensor = logits.sigmoid().unflatten(-1, self.shape)
        return images
