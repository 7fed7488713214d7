"""The multilayer perceptron, for one model, or with stacked weights for N of them."""

import itertools
from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn

from trainables.networks.kernels import layer, shared_layer, traced_layer
from trainables.networks.products.layout import LINEAR, RELU
from trainables.networks.products.traced import Traced, TracedLayer
from trainables.networks.stacking.layers import Stackable


def weight_count(sizes: Sequence[int]) -> int:
    """Weights of a perceptron of these layer sizes, without biases: products of one answer.

    Orlov and Grabovoy count them alone: docs/protocol, "Networks".
    """
    return sum(a * b for a, b in itertools.pairwise(sizes))


class Linear(Stackable):
    """x [..., B, in] → x Wᵀ + b [..., B, out], initialised as PyTorch's own `nn.Linear` is.

    For one model W is [out, in]; for a stack it is [N, out, in], and so are all inputs.
    """

    grouped = True

    def __init__(self, inputs: int, outputs: int, generator: torch.Generator) -> None:
        super().__init__()
        bound = inputs**-0.5  # Kaiming uniform with a = √5, as torch.nn.Linear
        # Drawn as [in, out], then turned: the order of the draws decides every initialisation.
        drawn = torch.empty(inputs, outputs).uniform_(-bound, bound, generator=generator)
        self.weight = nn.Parameter(drawn.T.contiguous())
        self.bias = nn.Parameter(torch.empty(outputs).uniform_(-bound, bound, generator=generator))

    def forward(
        self, x: Tensor, activation: str = LINEAR, sizes: Sequence[int] | None = None
    ) -> Tensor:
        """activation(x Wᵀ + b): x [..., B, in] → [..., B, out].

        sizes: for a stack whose members come in groups that share their input, the members in
        each group; then x is [G, B, in] and the outputs are [N, B, out].
        """
        if sizes is None:
            return layer(x, self.weight, self.bias, activation)
        return shared_layer(x, self.weight, self.bias, sizes, activation)


class Mlp(Stackable):
    """A multilayer perceptron with ReLU: x [..., sizes[0]] → outputs [..., sizes[-1]].

    Its outputs are logits where classes are learnt, predictions where numbers are. The teacher has
    sizes (784, 256, 128, 64, 64, 10), the student (784, 64, 10): docs/protocol, "Networks".
    """

    grouped = True

    def __init__(self, sizes: Sequence[int], generator: torch.Generator) -> None:
        super().__init__()
        pairs = itertools.pairwise(sizes)
        self.layers = nn.ModuleList(Linear(a, b, generator) for a, b in pairs)

    def forward(self, x: Tensor, sizes: Sequence[int] | None = None) -> Tensor:
        """The outputs for inputs x: [..., sizes[0]] → [..., sizes[-1]].

        sizes: members in each group, as in Linear.
        """
        first, *others, last = cast(list[Linear], list(self.layers))
        x = first(x, RELU, sizes)
        for each in others:
            x = each(x, RELU)
        outputs: Tensor = last(x)
        return outputs

    @torch.no_grad()
    def traced(self, x: Tensor, sizes: Sequence[int] | None = None) -> Traced | None:
        """The same for a stack, with its gradients written out; None for sizes that have none."""
        layers = cast(list[Linear], list(self.layers))
        calls: list[TracedLayer] = []
        for place, each in enumerate(layers):
            then = RELU if place < len(layers) - 1 else LINEAR
            shared = None if place else sizes
            call = traced_layer(x, each.weight, each.bias, shared, then)
            if call is None:
                return None
            calls.append(call)
            x = call.y
        return Traced(calls)
