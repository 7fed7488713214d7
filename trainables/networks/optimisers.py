"""What some methods need beyond a stack's own Adam: other optimisers, and weights from outside."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from trainables.networks.kernels import RELU
from trainables.networks.perceptron import Perceptron
from trainables.networks.stack import Stack

Optimiser = Callable[[Iterable[dict[str, Any]]], torch.optim.Optimizer]


class Descent(Stack):
    """A stack trained by another of PyTorch's optimisers, all members at the first one's rate.

    The optimiser must work element by element (SGD, Adam), so that members do not mix.
    """

    def __init__(
        self,
        models: Sequence[nn.Module],
        learning_rates: Sequence[float],
        device: torch.device,
        optimiser: Optimiser,
    ) -> None:
        self._make = optimiser
        super().__init__(models, learning_rates, device)

    def renew_optimiser(self) -> None:
        """Reset the optimiser's moments; the weights stay."""
        self.optimiser = self._make([{"params": self._values, "lr": self.learning_rates[0]}])

    def set_rate(self, learning_rate: float) -> None:
        """Set the learning rate; the optimiser's moments stay."""
        self.optimiser.param_groups[0]["lr"] = learning_rate

    def step(self, losses: Tensor) -> None:
        """One step for every member on its own loss: losses [N]."""
        for value, gradient in zip(self._values, self._gradients(losses), strict=True):
            value.grad = gradient
        self.optimiser.step()


@torch.no_grad()
def load(stack: Stack, weights: Mapping[str, Tensor]) -> None:
    """Overwrite these parameters of the stack, each [N, ...]; its optimiser's moments stay."""
    own = stack.parameters
    for name, value in weights.items():
        own[name].copy_(value)


class WithFeatures(nn.Module):
    """A perceptron that also returns the inputs of its last layer."""

    def __init__(self, network: Perceptron) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Logits [..., B, 10] of x [..., B, in], and the features behind them [..., B, F]."""
        *hidden, last = self.network.layers
        for layer in hidden:
            x = layer(x, RELU)
        return last(x), x
