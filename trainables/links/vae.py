"""The link by a trained VAE: a garment becomes a digit of its class."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from trainables.checks import check_whole
from trainables.links.link import Link
from trainables.networks.vae import Vae
from trainables.recipes import VaeRecipe


@dataclass(frozen=True, kw_only=True)
class VaeLink(Link):
    """The digit decoder's mean for a sample z of the encoder: a garment becomes a digit."""

    name: ClassVar[str] = "VAE"
    recipe: VaeRecipe = VaeRecipe()
    draws: int = 50

    def __post_init__(self) -> None:
        check_whole(self, "draws", at_least=1)

    @property
    def samples(self) -> int:
        """The default 50: a fresh draw for each epoch of the standard schedule."""
        return self.draws

    @property
    def vae(self) -> VaeRecipe:
        """The recipe of the VAE behind this link."""
        return self.recipe

    def __call__(self, images: Tensor, generator: torch.Generator, vae: Vae | None) -> Tensor:
        """The garments' digits, each for a fresh sample of z."""
        if vae is None:
            raise TypeError("the VAE link needs its trained VAE")
        noise = torch.randn(len(images), self.recipe.latent_size, generator=generator)
        return vae.digits(images, noise.to(images.device))
