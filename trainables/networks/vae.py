"""The VAE with one encoder and two decoders: a garment to itself, and to a digit of its class.

Kingma and Welling 2014; its sizes: docs/protocol, "Networks".
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from trainables.data.domains import PIXELS
from trainables.networks.kernels import LEAKY_RELU
from trainables.networks.perceptron import Linear
from trainables.recipes import VaeRecipe


class Latent(NamedTuple):
    """The distribution of z given an image: mean and standard deviation, each [..., latent]."""

    mean: Tensor
    std: Tensor

    def sample(self, noise: Tensor) -> Tensor:
        """A sample μ + σ · noise of z; noise ~ N(0, I) of the same shape."""
        return self.mean + self.std * noise


class Vae(nn.Module):
    """One encoder 784→200→(μ, softplus σ), two decoders latent→200→784, with LeakyReLU between.

    The decoders give logits of grey values, clamped so that their sigmoid is in [0.01, 0.99].
    """

    LOGIT_BOUND = 4.59511985  # log(0.99 / 0.01)

    def __init__(self, recipe: VaeRecipe, generator: torch.Generator) -> None:
        super().__init__()
        hidden, latent = recipe.hidden_size, recipe.latent_size
        self.encoder = nn.ModuleList(
            [Linear(PIXELS, hidden, generator), Linear(hidden, 2 * latent, generator)]
        )
        self.garment_decoder, self.digit_decoder = (
            nn.ModuleList([Linear(latent, hidden, generator), Linear(hidden, PIXELS, generator)])
            for _ in range(2)
        )

    def encode(self, garments: Tensor) -> Latent:
        """Garments [..., 784] in [0, 1] → the distribution of z."""
        mean, raw = _two_layers(self.encoder, garments).chunk(2, dim=-1)
        return Latent(mean, nn.functional.softplus(raw))

    def garment_logits(self, z: Tensor) -> Tensor:
        """Logits [..., 784] of a garment's grey values, from z [..., latent]."""
        logits = _two_layers(self.garment_decoder, z)
        return logits.clamp(-self.LOGIT_BOUND, self.LOGIT_BOUND)

    def digit_logits(self, z: Tensor) -> Tensor:
        """Logits [..., 784] of the paired digit's grey values, from z [..., latent]."""
        logits = _two_layers(self.digit_decoder, z)
        return logits.clamp(-self.LOGIT_BOUND, self.LOGIT_BOUND)

    def digits(self, garments: Tensor, noise: Tensor) -> Tensor:
        """φ: garments [..., 784] → a digit's mean grey values [..., 784], for one sample of z."""
        return self.digit_logits(self.encode(garments).sample(noise)).sigmoid()

    def forward(
        self, garments: Tensor, garment_noise: Tensor, digit_noise: Tensor
    ) -> tuple[Tensor, Tensor, Latent]:
        """Garments [B, 784], noises [B, latent] and [B', latent] with B' ≤ B.

        → garment logits [B, 784]; digit logits [B', 784] of the first B' garments, those with a
        digit; the distribution of z. Each decoder gets a sample of z of its own, as published.
        """
        latent = self.encode(garments)
        paired = digit_noise.shape[-2]
        digit_latent = Latent(latent.mean[..., :paired, :], latent.std[..., :paired, :])
        return (
            self.garment_logits(latent.sample(garment_noise)),
            self.digit_logits(digit_latent.sample(digit_noise)),
            latent,
        )


def _two_layers(layers: nn.ModuleList, x: Tensor) -> Tensor:
    first, second = layers
    result: Tensor = second(first(x, LEAKY_RELU))
    return result
