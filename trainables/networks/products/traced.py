"""A layer's call with what its gradients are made of: a step without autograd.

Autograd wants one tensor for each parameter. Here a parameter's gradient may be in pieces, one a
group of members, as the products make them: joining them costs as much as a pass over all weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from trainables.networks.products import batched, onednn
from trainables.networks.products.layout import before

Pieces = list[Tensor]
"""A parameter's gradient: of consecutive members, each [members, ...]."""


@dataclass(frozen=True)
class TracedLayer:
    """Outputs y [N, B, O] of inputs x, after the activation.

    sizes: members in each group that shares a wide product of oneDNN's; None: a batched product.
    """

    x: Tensor
    weight: Tensor
    y: Tensor
    activation: str
    sizes: Sequence[int] | None

    def gradients(
        self, upstream: Tensor, *, of_inputs: bool
    ) -> tuple[Tensor | None, list[Pieces]]:
        """Of inputs, where wanted; of weights and biases. upstream [N, B, O]: of the outputs."""
        gradient = before(self.activation, upstream, self.y)
        if self.sizes is None:
            of_x, whole, of_bias = batched.gradients_of(
                gradient, self.x, self.weight, of_inputs=of_inputs
            )
            return of_x, [[whole], [of_bias]]
        of_x, of_weight, of_bias = onednn.gradients_of(
            gradient, self.x, self.weight, self.sizes, of_inputs=of_inputs
        )
        return of_x, [of_weight, [of_bias]]


@dataclass(frozen=True)
class Traced:
    """A chain of layers that was called."""

    layers: Sequence[TracedLayer]

    @property
    def outputs(self) -> Tensor:
        """Of the last layer."""
        return self.layers[-1].y

    def gradients(self, upstream: Tensor) -> list[Pieces]:
        """Of each layer's weights and biases, in order; from that of the outputs."""
        found: list[Pieces] = []
        gradient: Tensor | None = upstream
        for place in reversed(range(len(self.layers))):
            assert gradient is not None
            gradient, own = self.layers[place].gradients(gradient, of_inputs=place > 0)
            found = own + found
        return found
