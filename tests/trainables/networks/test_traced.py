"""A step whose gradients are written out is autograd's to the bit, whatever the pieces."""

import pytest
import torch
from torch.nn import functional

from trainables.networks.network import Perceptron
from trainables.networks.optimisers.rules import ADAM, Sgd
from trainables.networks.stack import Stack
from trainables.randomness import generator

CPU = torch.device("cpu")
CLASSES = 10
RATES = {
    "one": [1e-2] * 5,
    "within groups": [1e-2, 1e-2, 3e-3, 1e-3, 3e-3],
    "across groups": [1e-2, 3e-3, 3e-3, 3e-3, 1e-2],
}
NETWORKS = {
    "a student": ((1, 28, 28), (64,), 64, True),
    "deeper": ((1, 28, 28), (96, 40, 12), 40, True),
    "narrow": ((15,), (12,), 8, True),
    "an odd batch": ((1, 28, 28), (33,), 7, False),
    "wide and small": ((15,), (48,), 16, False),
}


def trained(case, rates, sizes, optimiser, *, written):
    shape, hidden, batch, _ = case
    network, draw = Perceptron(hidden=hidden), generator("traced", 0)
    models = [network.initialised(shape, CLASSES, generator("init", k)) for k in range(5)]
    stack = Stack(models, rates, CPU, optimiser)
    inputs = models[0].layers[0].weight.shape[1]
    found = []
    for _ in range(3):
        x = torch.rand(5 if sizes is None else len(sizes), batch, inputs, generator=draw)
        y = torch.randint(CLASSES, (5, batch), generator=draw)
        if written:
            outputs = stack.answer(x, sizes)
            found.append(stack._traced is not None)
        else:
            outputs = stack(x) if sizes is None else stack.shared(x, sizes)
        stack.step(functional.cross_entropy(outputs.mT, y, reduction="none").mean(1))
    return stack, found


@pytest.mark.parametrize("optimiser", [ADAM, Sgd(momentum=0.9)], ids=["adam", "sgd"])
@pytest.mark.parametrize("rates", RATES.values(), ids=RATES)
@pytest.mark.parametrize("sizes", [None, [5], [2, 3]], ids=str)
@pytest.mark.parametrize("case", NETWORKS.values(), ids=NETWORKS)
def test_written_out_and_by_autograd_are_equal_to_the_bit(case, sizes, rates, optimiser):
    by_hand, found = trained(case, rates, sizes, optimiser, written=True)
    by_autograd, _ = trained(case, rates, sizes, optimiser, written=False)
    if sizes is not None:
        assert found == [case[-1]] * 3
    for name, value in by_autograd.parameters.items():
        assert torch.equal(by_hand.parameters[name], value), name
    for mine, theirs in zip(by_hand._updates._moments, by_autograd._updates._moments, strict=True):
        assert all(torch.equal(a, b) for a, b in zip(mine, theirs, strict=True))


def test_losses_must_know_the_outputs():
    """What is asked for a step and not used would be a step on nothing."""
    network = Perceptron(hidden=(64,))
    models = [network.initialised((1, 28, 28), CLASSES, generator("init", k)) for k in range(2)]
    stack, x = Stack(models, [1e-2] * 2, CPU), torch.rand(2, 64, 784)
    stack.answer(x)
    with pytest.raises(RuntimeError, match="not have been used"):
        stack.step(stack(x).sum((1, 2)))
