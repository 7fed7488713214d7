"""The networks, each written once: for one model, or, with stacked weights, for N of them."""

import itertools
from collections.abc import Sequence
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from trainables.networks.kernels import LEAKY_RELU, LINEAR, RELU, layer, shared_layer
from trainables.recipes import VaeRecipe

PIXELS, CLASSES = 28 * 28, 10
STUDENT_HIDDEN_SIZES = (64,)


def parameter_count(sizes: Sequence[int]) -> int:
    """Weights and biases of a perceptron of these layer sizes.

    (Seed 003 prints weights alone: 246,400 and 50,816.)
    """
    return sum(a * b + b for a, b in itertools.pairwise(sizes))


class Linear(nn.Module):
    """x [..., B, in] → x Wᵀ + b [..., B, out], initialised as PyTorch's own `nn.Linear` is.

    For one model W is [out, in]; for a stack it is [N, out, in], and so are all inputs.
    """

    def __init__(self, inputs: int, outputs: int, generator: torch.Generator) -> None:
        super().__init__()
        bound = inputs**-0.5  # Kaiming uniform with a = √5, as torch.nn.Linear
        drawn = torch.empty(inputs, outputs).uniform_(-bound, bound, generator=generator)
        self.weight = nn.Parameter(drawn.T.contiguous())
        self.bias = nn.Parameter(torch.empty(outputs).uniform_(-bound, bound, generator=generator))

    def forward(self, x: Tensor, activation: str = LINEAR) -> Tensor:
        """activation(x Wᵀ + b): x [..., B, in] → [..., B, out]."""
        return layer(x, self.weight, self.bias, activation)

    def shared(self, x: Tensor, sizes: Sequence[int], activation: str = LINEAR) -> Tensor:
        """The same for a stack in groups of equal input: x [G, B, in] → [N, B, out]."""
        return shared_layer(x, self.weight, self.bias, sizes, activation)


class Perceptron(nn.Module):
    """A multilayer perceptron with ReLU: x [..., sizes[0]] → logits [..., sizes[-1]].

    Teacher [784, 256, 128, 64, 64, 10] and student [784, 64, 10] of seed 003, Table 1.
    """

    def __init__(self, sizes: Sequence[int], generator: torch.Generator) -> None:
        super().__init__()
        pairs = itertools.pairwise(sizes)
        self.layers = nn.ModuleList(Linear(a, b, generator) for a, b in pairs)

    def forward(self, x: Tensor, sizes: Sequence[int] | None = None) -> Tensor:
        """X [..., sizes[0]] → logits [..., sizes[-1]].

        sizes: of a stack whose members stand in groups of equal input, members of each group;
        x is [G, B, in] then, and the answer [N, B, out].
        """
        first, *others, last = cast(list[Linear], list(self.layers))
        x = first(x, RELU) if sizes is None else first.shared(x, sizes, RELU)
        for each in others:
            x = each(x, RELU)
        logits: Tensor = last(x)
        return logits


class Latent(NamedTuple):
    """The encoder's answer: mean and standard deviation, each [..., latent]."""

    mean: Tensor
    std: Tensor

    def sample(self, noise: Tensor) -> Tensor:
        """Z = μ + σ · noise, noise ~ N(0, I) of the same shape."""
        return self.mean + self.std * noise


class Vae(nn.Module):
    """One encoder 784→200→(μ, softplus σ), two decoders latent→200→784 (PROTOCOL.md §4).

    The decoders answer with logits, clamped to where the sigmoid lies in [0.01, 0.99].
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
        """Z [..., latent] → logits [..., 784] of the garment's grey values."""
        logits = _two_layers(self.garment_decoder, z)
        return logits.clamp(-self.LOGIT_BOUND, self.LOGIT_BOUND)

    def digit_logits(self, z: Tensor) -> Tensor:
        """Z [..., latent] → logits [..., 784] of the paired digit's grey values."""
        logits = _two_layers(self.digit_decoder, z)
        return logits.clamp(-self.LOGIT_BOUND, self.LOGIT_BOUND)

    def digits(self, garments: Tensor, noise: Tensor) -> Tensor:
        """φ: garments [..., 784] → a digit's mean grey values [..., 784], for one sample of z."""
        return self.digit_logits(self.encode(garments).sample(noise)).sigmoid()

    def forward(
        self, garments: Tensor, garment_noise: Tensor, digit_noise: Tensor
    ) -> tuple[Tensor, Tensor, Latent]:
        """Garments [B, 784], noises [B, latent] and [B', latent], B' ≤ B.

        → garment logits [B, 784]; digit logits [B', 784] of the first B' garments, from a
        sample of their own (PROTOCOL.md §4: separate z for each decoder); the latent.
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
