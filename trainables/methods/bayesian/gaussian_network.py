"""A perceptron whose weights and biases are independent Gaussians (mean field)."""

import itertools
from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn

from trainables.methods.batches import apart
from trainables.networks.kernels import layer, shared_layer
from trainables.networks.perceptron import Linear
from trainables.networks.products.layout import LINEAR, RELU, activated
from trainables.networks.stacking.layers import Stackable

LOG_VARIANCE = "_log_variance"
"""What the name of a parameter's log variance adds to that of its mean."""


class GaussianLinear(Stackable):
    """x → x Wᵀ + b, W and b Gaussian; their means are drawn as a plain layer's weights are.

    log_variance: of all of them, at the start.
    """

    grouped = True

    def __init__(
        self, inputs: int, outputs: int, log_variance: float, generator: torch.Generator
    ) -> None:
        super().__init__()
        plain = Linear(inputs, outputs, generator)
        self.weight, self.bias = plain.weight, plain.bias
        self.weight_log_variance = nn.Parameter(torch.full_like(plain.weight, log_variance))
        self.bias_log_variance = nn.Parameter(torch.full_like(plain.bias, log_variance))

    def forward(
        self,
        x: Tensor,
        activation: str = LINEAR,
        sizes: Sequence[int] | None = None,
        noise: Tensor | None = None,
    ) -> Tensor:
        """activation(x Wᵀ + b): of the means, or of a draw where noise [N, B, out] is given.

        A draw is one of the outputs, each object's by itself: of mean x Mᵀ + μ and variance
        x² (S²)ᵀ + σ² (local reparameterisation: Kingma, Salimans and Welling 2015, eq. 6).
        sizes: as in Linear; without noise only.
        """
        if sizes is not None:
            return shared_layer(x, self.weight, self.bias, sizes, activation)
        if noise is None:
            return layer(x, self.weight, self.bias, activation)
        weight = self.weight_log_variance
        of_weight = apart(torch.exp, weight.flatten(1)).view_as(weight)
        of_bias = apart(torch.exp, self.bias_log_variance)
        mean, variance = layer(x, self.weight, self.bias), layer(x * x, of_weight, of_bias)
        return activated(mean + variance.sqrt() * noise, activation)


class GaussianMlp(Stackable):
    """A perceptron of such layers: x [..., B, sizes[0]] → [..., B, sizes[-1]].

    Its means have the names and the draws of a plain Mlp's weights.
    """

    grouped = True

    def __init__(
        self,
        sizes: Sequence[int],
        log_variance: float,
        generator: torch.Generator,
        activation: str = RELU,
    ) -> None:
        super().__init__()
        pairs = itertools.pairwise(sizes)
        self.layers = nn.ModuleList(
            GaussianLinear(a, b, log_variance, generator) for a, b in pairs
        )
        self.activation = activation

    def forward(
        self,
        x: Tensor,
        sizes: Sequence[int] | None = None,
        noise: Sequence[Tensor] | None = None,
    ) -> Tensor:
        """The outputs of the means; with noise, one [N, B, out] a layer, those of a draw."""
        *hidden, last = cast(list[GaussianLinear], list(self.layers))
        for place, each in enumerate(hidden):
            x = each(x, self.activation, None if place else sizes, noise and noise[place])
        outputs: Tensor = last(x, LINEAR, None if hidden else sizes, noise and noise[-1])
        return outputs
