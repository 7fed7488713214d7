"""A stack's step follows the gradient, however that lies in memory."""

import pytest
import torch
from torch import nn

from trainables.networks.optimisers.rules import Adam, Sgd
from trainables.networks.perceptron import Mlp
from trainables.networks.stack import Stack
from trainables.networks.stacking.layers import Stackable
from trainables.randomness import generator


class Turned(Stackable):
    """x W: its weight's gradient comes transposed, as a batched product's may."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(10, 64, generator=generator("turned", 0)))

    def forward(self, x):
        return x @ self.weight.mT


@pytest.mark.parametrize("optimiser", [Adam(), Sgd()])
def test_a_step_goes_down_a_gradient_that_is_not_contiguous(optimiser):
    """PyTorch's fused kernels read memory in order whatever the strides (seen with 2.14)."""
    stack = Stack([Turned(), Turned()], [1e-2] * 2, torch.device("cpu"), optimiser)
    x = torch.randn(2, 5, 64, generator=generator("turned", 1))
    before = stack.parameters["weight"].detach().clone()
    losses = stack(x).square().sum((1, 2))
    (gradient,) = torch.autograd.grad(losses.sum(), stack.parameters["weight"])
    assert not gradient.is_contiguous()
    stack.step(stack(x).square().sum((1, 2)))
    assert torch.equal((stack.parameters["weight"] - before).sign(), -gradient.sign())


def test_weights_given_are_the_weights_had():
    sizes, device = (784, 64, 10), torch.device("cpu")
    one, other = (Mlp(sizes, generator("given", k)) for k in range(2))
    stack = Stack([one, one], [1e-3] * 2, device)
    wanted = Stack([other, one], [1e-3] * 2, device)
    stack.load(wanted.parameters)
    x = torch.rand(2, 3, 784)
    assert torch.equal(stack(x), wanted(x))
