"""LeNet-5, the network of the published figures that are repeated (LeCun et al. 1998)."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from trainables.losses import hard_cross_entropy
from trainables.models import Linear, Perceptron
from trainables.products import LINEAR, RELU
from trainables.randomness import generator
from trainables.recipes import Schedule
from trainables.stack import Report, Stack
from trainables.transfer.pool import Pool, endless, generators

WHOLE = (6, 16, 120, 84)
HALF = (3, 8, 60, 42)  # DAFL's student: its code says so
HALF_CHANNELS = (3, 8, 120, 84)  # ZSKD's: of its 35,820 parameters no other halving gives as many
TEACHING = Schedule(epochs=3, batch_size=64)


class ConvPool(nn.Module):
    """A 5×5 convolution, ReLU, and the largest of each 2×2 pixels; pictures in and out are flat.

    x [..., B, inputs · side²] → [..., B, outputs · (side')²]; a stack goes member by member.
    """

    def __init__(
        self, inputs: int, outputs: int, side: int, padding: int, draw: torch.Generator
    ) -> None:
        super().__init__()
        bound = (inputs * 25) ** -0.5  # as torch.nn.Conv2d

        def drawn(*shape: int) -> nn.Parameter:
            return nn.Parameter(torch.empty(shape).uniform_(-bound, bound, generator=draw))

        self.weight, self.bias = drawn(outputs, inputs, 5, 5), drawn(outputs)
        self.inputs, self.side, self.padding = inputs, side, padding

    def forward(self, x: Tensor, activation: str = LINEAR) -> Tensor:
        """Always with its ReLU, which comes before the pooling."""
        assert activation == RELU
        if self.weight.dim() == 4:
            return self._one(x, self.weight, self.bias)
        members = zip(x, self.weight, self.bias, strict=True)
        return torch.stack([self._one(*member) for member in members])

    def _one(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        pictures = x.reshape(-1, self.inputs, self.side, self.side)
        found = functional.conv2d(pictures, weight, bias, padding=self.padding)
        return functional.max_pool2d(found.relu(), 2).flatten(1)


class LeNet5(Perceptron):
    """Two convolutions and three linear layers; 28×28 pictures are framed to 32×32.

    widths: channels of the convolutions, units of the linear layers: WHOLE, say.
    """

    def __init__(self, widths: Sequence[int], draw: torch.Generator) -> None:
        first, second, *units = widths
        super().__init__((second * 25, *units, 10), draw)
        convolutions = [ConvPool(1, first, 28, 2, draw), ConvPool(first, second, 14, 0, draw)]
        self.layers = nn.ModuleList([*convolutions, *self.layers])

    @property
    def last(self) -> Linear:
        """Its last layer."""
        return self.layers[-1]  # type: ignore[return-value]


def train_lenets(
    domain: str, seeds: Sequence[int], device: torch.device, report: Report
) -> list[LeNet5]:
    """A teacher for each seed, of all of the domain's Train."""
    models = [LeNet5(WHOLE, generator("init/teacher", seed)) for seed in seeds]
    pool = Pool(domain, "Train", seeds, device)
    stack = Stack(models, [TEACHING.learning_rate] * len(seeds), device)
    places = endless(len(pool), TEACHING.batch_size, generators("order/teacher", seeds))
    for step in range(TEACHING.steps(len(pool))):
        x, y = pool.at(next(places))
        stack.step(hard_cross_entropy(stack(x), y))
        if step % 100 == 0:
            report(0.0)
    for place, model in enumerate(models):
        model.load_state_dict(stack.member(place))
    return [model.to(device).requires_grad_(False) for model in models]
