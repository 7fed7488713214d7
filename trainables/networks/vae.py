"""The VAE with one encoder and two decoders: an object to itself, and to its counterpart.

Kingma and Welling 2014; its sizes: docs/protocol, "Networks".
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from trainables.networks.perceptron import Linear
from trainables.networks.products.layout import LEAKY_RELU


class Latent(NamedTuple):
    """The distribution of z given an image: mean and standard deviation, each [..., latent]."""

    mean: Tensor
    std: Tensor

    def sample(self, noise: Tensor) -> Tensor:
        """A sample μ + σ · noise of z; noise ~ N(0, I) of the same shape."""
        return self.mean + self.std * noise


LOGIT_BOUND = 4.59511985  # log(0.99 / 0.01)


class Vae(nn.Module):
    """One encoder D→hidden→(μ, softplus σ), two decoders latent→hidden→D, with LeakyReLU between.

    The decoders give logits of grey values, clamped so that their sigmoid is in [0.01, 0.99].
    """

    def __init__(
        self, objects: int, counterparts: int, hidden: int, latent: int, draw: torch.Generator
    ) -> None:
        super().__init__()
        self.encoder = nn.ModuleList(
            [Linear(objects, hidden, draw), Linear(hidden, 2 * latent, draw)]
        )
        self.decoder, self.counterpart_decoder = (
            nn.ModuleList([Linear(latent, hidden, draw), Linear(hidden, pixels, draw)])
            for pixels in (objects, counterparts)
        )

    def encode(self, objects: Tensor) -> Latent:
        """Objects [..., D] in [0, 1] → the distribution of z."""
        mean, raw = _two_layers(self.encoder, objects).chunk(2, dim=-1)
        return Latent(mean, nn.functional.softplus(raw))

    def object_logits(self, z: Tensor) -> Tensor:
        """Logits [..., D] of an object's pixels, from z [..., latent]."""
        return _two_layers(self.decoder, z).clamp(-LOGIT_BOUND, LOGIT_BOUND)

    def counterpart_logits(self, z: Tensor) -> Tensor:
        """Logits [..., D'] of the paired counterpart's pixels, from z [..., latent]."""
        return _two_layers(self.counterpart_decoder, z).clamp(-LOGIT_BOUND, LOGIT_BOUND)

    def counterparts(self, objects: Tensor, noise: Tensor) -> Tensor:
        """φ: objects [..., D] → their counterparts' mean pixels [..., D'], for one sample of z."""
        return self.counterpart_logits(self.encode(objects).sample(noise)).sigmoid()

    def forward(
        self, objects: Tensor, object_noise: Tensor, counterpart_noise: Tensor
    ) -> tuple[Tensor, Tensor, Latent]:
        """Objects [B, D], noises [B, latent] and [B', latent] with B' ≤ B.

        → object logits [B, D]; counterpart logits [B', D'] of the first B' objects, those with a
        counterpart; the distribution of z. Each decoder gets a sample of z of its own, as
        published. The logits are not clamped yet: see BernoulliLoss.
        """
        latent = self.encode(objects)
        paired = counterpart_noise.shape[-2]
        paired_latent = Latent(latent.mean[..., :paired, :], latent.std[..., :paired, :])
        return (
            _two_layers(self.decoder, latent.sample(object_noise)),
            _two_layers(self.counterpart_decoder, paired_latent.sample(counterpart_noise)),
            latent,
        )


def _two_layers(layers: nn.ModuleList, x: Tensor) -> Tensor:
    first, second = layers
    result: Tensor = second(first(x, LEAKY_RELU))
    return result
