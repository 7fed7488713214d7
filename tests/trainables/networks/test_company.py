"""Every kind of network in a stack: equal to its solo run to the bit, and to plain PyTorch."""

import math
from dataclasses import dataclass

import pytest
import torch
from torch import nn
from torch.nn import functional

from trainables.networks.convolutional import ConvNet, ResNet18
from trainables.networks.lenet import LeNet5
from trainables.networks.network import Network, Perceptron
from trainables.networks.optimisers.rules import ADAM, Sgd
from trainables.networks.stack import Stack
from trainables.randomness import generator

CPU = torch.device("cpu")
CLASSES, OBJECTS, STEPS = 5, 8, 3
SMALL, DIGIT, ROW = (2, 12, 12), (1, 28, 28), (15,)


@dataclass(frozen=True, kw_only=True)
class Chain(Network):
    """All known layers in a row, nested; dropout draws."""

    dropout: float = 0.25

    def build(self, shape, outputs):
        channels, *sides = shape
        half = [side // 2 for side in sides]
        return nn.Sequential(
            nn.Sequential(
                nn.Conv2d(channels, 6, 3, padding=1, bias=False),
                nn.BatchNorm2d(6),
                nn.GELU(),
                nn.MaxPool2d(2),
            ),
            nn.Conv2d(6, 4, 3, padding=1, padding_mode="reflect"),
            nn.LeakyReLU(0.1),
            nn.AvgPool2d(3, stride=1, padding=1),
            nn.Flatten(),
            nn.Linear(4 * math.prod(half), 9, bias=False),
            nn.BatchNorm1d(9, momentum=None),
            nn.Tanh(),
            nn.Dropout(self.dropout),
            nn.Linear(9, 7),
            nn.Sigmoid(),
            nn.Identity(),
            nn.Linear(7, outputs),
        )


class OddModule(nn.Module):
    """A branch by the inputs, a scale of one number, and its own count of calls."""

    def __init__(self, shape, outputs):
        super().__init__()
        self.convolution = nn.Conv2d(shape[0], 4, 3, bias=False)
        self.norm = nn.BatchNorm2d(4)
        self.scale = nn.Parameter(torch.rand(()))
        self.last = nn.Linear(4, outputs)
        self.register_buffer("largest", torch.zeros(()))
        self.calls = 0

    def forward(self, x):
        maps = self.norm(self.convolution(x))
        if self.training:
            self.calls += 1
            self.largest = torch.maximum(self.largest, maps.detach().amax())  # bound anew
        maps = maps.tanh() if x.mean() > 0.5 else maps.sigmoid() * self.calls
        return self.last(self.scale * maps.mean((2, 3)))


@dataclass(frozen=True, kw_only=True)
class Odd(Network):
    def build(self, shape, outputs):
        return OddModule(shape, outputs)


CASES = {
    "perceptron": (Perceptron(hidden=(9, 6)), ROW, "layers"),
    "perceptron of images": (Perceptron(hidden=(32,)), DIGIT, "layers"),
    "conv": (ConvNet(channels=[3, 4]), SMALL, "layers"),
    "conv, hidden": (ConvNet(channels=(3,), hidden=(10,)), SMALL, "layers"),
    "conv, wide": (ConvNet(channels=(16, 32)), DIGIT, "layers"),
    "lenet": (LeNet5(), DIGIT, "layers"),
    "lenet, colour": (LeNet5(), (3, 16, 20), "layers"),
    "resnet": (ResNet18(width=2), SMALL, "layers"),
    "a user's chain": (Chain(), SMALL, "layers"),
    "a user's module": (Odd(), SMALL, "one by one"),
}


def stack_of(network, shape, seeds, optimiser=ADAM, drawing=None):
    models = [network.initialised(shape, CLASSES, generator("init", seed)) for seed in seeds]
    draws = [generator("draws", seed) for seed in drawing or seeds]
    return Stack(models, [1e-2 * (1 + seed % 2) for seed in seeds], CPU, optimiser, draws=draws)


def batch(shape, seed, step, objects=OBJECTS):
    draw = generator(f"batch/{step}", seed)
    return (
        torch.rand(objects, math.prod(shape), generator=draw),
        torch.randint(CLASSES, (objects,), generator=draw),
    )


def losses_of(outputs, labels):
    return functional.cross_entropy(outputs.mT, labels, reduction="none").mean(1)


def train(stack, shape, seeds, steps, objects=OBJECTS):
    for step in steps:
        own = [batch(shape, seed, step, objects) for seed in seeds]
        x, y = (torch.stack(each) for each in zip(*own, strict=True))
        stack.step(losses_of(stack(x), y))


def state_of(stack, shape, place, seed):
    """All that a member is: parameters, buffers, and its outputs in evaluation."""
    x, _ = batch(shape, seed, "test")
    with torch.no_grad(), stack.evaluating():
        outputs = stack(torch.stack([x] * len(stack)))[place]
    return stack.member(place) | {"outputs": outputs}


def assert_equal(one, other):
    assert one.keys() == other.keys()
    assert [name for name in one if not torch.equal(one[name], other[name])] == []


@pytest.mark.parametrize("objects", [8, 11])
@pytest.mark.parametrize(("network", "shape", "way"), CASES.values(), ids=CASES)
def test_a_member_equals_its_solo_run_to_the_bit(network, shape, way, objects):
    seeds = [3, 0, 4, 2]
    stack = stack_of(network, shape, seeds)
    assert stack.way == way
    train(stack, shape, seeds, range(STEPS), objects)
    for place, seed in enumerate(seeds):
        solo = stack_of(network, shape, [seed])
        train(solo, shape, [seed], range(STEPS), objects)
        assert_equal(state_of(stack, shape, place, seed), state_of(solo, shape, 0, seed))


@pytest.mark.parametrize(("network", "shape", "way"), CASES.values(), ids=CASES)
def test_members_that_are_kept_go_on_as_they_were(network, shape, way):
    whole, part = stack_of(network, shape, range(4)), stack_of(network, shape, range(4))
    for stack in (whole, part):
        train(stack, shape, range(4), [0])
    part.keep([3, 1])
    for place, seed in enumerate([3, 1]):
        assert_equal(state_of(part, shape, place, seed), state_of(whole, shape, seed, seed))
    train(whole, shape, range(4), [1, 2])
    train(part, shape, [3, 1], [1, 2])
    for place, seed in enumerate([3, 1]):
        assert_equal(state_of(part, shape, place, seed), state_of(whole, shape, seed, seed))


@pytest.mark.parametrize("optimiser", [ADAM, Sgd(momentum=0.9)])
@pytest.mark.parametrize(("network", "shape", "way"), CASES.values(), ids=CASES)
def test_a_copied_row_goes_on_as_its_source_and_the_others_as_they_were(
    network, shape, way, optimiser
):
    """Parameters, buffers and moments are copied; the rate is the row's own."""
    seeds, after = [0, 1, 2, 3], [0, 1, 0, 3]  # the third takes after the first
    whole, part = (stack_of(network, shape, seeds, optimiser, after) for _ in range(2))
    for stack in (whole, part):
        train(stack, shape, seeds, [0, 1])
    part.copy_rows([0], [2])
    train(part, shape, after, [2, 3])
    train(whole, shape, seeds, [2, 3])
    assert_equal(state_of(part, shape, 2, 0), state_of(part, shape, 0, 0))
    for place in (0, 1, 3):
        mine = state_of(part, shape, place, seeds[place])
        assert_equal(mine, state_of(whole, shape, place, seeds[place]))
    part.set_rates([1e-2, 2e-2, 3e-2, 2e-2], [0.0] * 4)
    train(part, shape, after, [4])
    first, third = (state_of(part, shape, place, 0)["outputs"] for place in (0, 2))
    assert not torch.equal(first, third)


class OwnDropout(nn.Module):
    """nn.Dropout, drawing from one generator."""

    def __init__(self, p, draw):
        super().__init__()
        self.p, self.draw = p, draw

    def forward(self, x):
        if not self.training:
            return x
        kept = torch.empty(x.shape).bernoulli_(1 - self.p, generator=self.draw)
        return x * kept / (1 - self.p)


def plain_model(network, shape, seed):
    """What `build` gives, which knows nothing of stacks, with the weights of `initialised`."""
    model = network.build(shape, CLASSES)
    drawn = network.initialised(shape, CLASSES, generator("init", seed))
    model.load_state_dict(drawn.state_dict())
    draw = generator("draws", seed)
    for name, part in [*model.named_modules()]:
        if isinstance(part, nn.Dropout):
            model.set_submodule(name, OwnDropout(part.p, draw))
    return model


@pytest.mark.parametrize(("network", "shape", "way"), CASES.values(), ids=CASES)
def test_a_member_equals_plain_pytorch(network, shape, way):
    seeds = [0, 1]
    stack = stack_of(network, shape, seeds)
    train(stack, shape, seeds, range(STEPS))
    for place, seed in enumerate(seeds):
        model = plain_model(network, shape, seed)
        adam = torch.optim.Adam(model.parameters(), lr=1e-2 * (1 + seed % 2))
        for step in range(STEPS):
            x, y = batch(shape, seed, step)
            adam.zero_grad()
            functional.cross_entropy(model(x.unflatten(1, shape)), y).backward()
            adam.step()
        found = stack.member(place)
        assert found.keys() == model.state_dict().keys()
        for name, value in model.state_dict().items():
            torch.testing.assert_close(found[name], value, atol=1e-4, rtol=1e-4)
        x, _ = batch(shape, seed, "test")
        with torch.no_grad(), stack.evaluating():
            outputs = stack(torch.stack([x] * 2))[place]
            expected = model.eval()(x.unflatten(1, shape))
        torch.testing.assert_close(outputs, expected, atol=1e-4, rtol=1e-4)
