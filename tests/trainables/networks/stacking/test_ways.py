"""Which way a module is called, and that the ways agree."""

import copy

import pytest
import torch
from torch import nn

from trainables.networks.convolutional import ConvNet, ResNet18
from trainables.networks.lenet import LeNet5
from trainables.networks.network import Perceptron
from trainables.networks.perceptron import Linear
from trainables.networks.stack import Stack
from trainables.networks.stacking.layers import reshape_inputs
from trainables.networks.stacking.loop import Looped
from trainables.networks.stacking.one_module import Layered, Mapped
from trainables.networks.stacking.ways import way_of
from trainables.randomness import generator

CPU, GPU = torch.device("cpu"), torch.device("cuda")
SHAPE = (2, 8, 8)


class Moving(nn.Module):
    """A buffer that is bound anew, beside batch normalisation."""

    def __init__(self):
        super().__init__()
        self.linear, self.norm = nn.Linear(128, 6), nn.BatchNorm1d(6)
        self.register_buffer("mean", torch.zeros(6))

    def forward(self, x):
        x = self.linear(x).tanh()
        if self.training:
            self.mean = 0.9 * self.mean + 0.1 * x.detach().mean(0)
        return self.norm(x - self.mean)


class Branching(nn.Linear):
    def forward(self, x):
        return super().forward(x if x.mean() > 0 else -x)


class Dropping(nn.Linear):
    def forward(self, x):
        return nn.functional.dropout(super().forward(x), 0.5, self.training)


class Ours(nn.Module):
    """A forward of its own, over layers that are written for stacks."""

    def __init__(self):
        super().__init__()
        self.linear = Linear(128, 3, generator("ours", 0))

    def forward(self, x):
        return self.linear(x).square()


def hooked():
    """A hook that makes the weight, as `nn.utils.weight_norm` has it."""
    module = nn.Linear(3, 2)
    module.register_forward_pre_hook(lambda module, inputs: None)
    return module


def read(module):
    """As a Network's `initialised` gives it."""
    reshape_inputs(module, (128,), (128,))
    return module


@pytest.mark.parametrize(
    ("module", "on_cpu", "on_gpu"),
    [
        (nn.Linear(3, 2), "layers", "layers"),
        (nn.Sequential(nn.Linear(3, 2), nn.Sequential(nn.ReLU())), "layers", "layers"),
        (Ours(), "layers", "layers"),
        (nn.Sequential(Ours(), nn.Tanh()), "layers", "layers"),
        (hooked(), "one by one", "one by one"),
        (nn.utils.parametrizations.weight_norm(nn.Linear(3, 2)), "one by one", "one by one"),
        (read(Moving()), "one by one", "vmap"),
        (Moving(), "one by one", "one by one"),  # what it reads is not known
        (read(Branching(128, 2)), "one by one", "one by one"),
        (read(Dropping(128, 2)), "one by one", "one by one"),
        (nn.Sequential(nn.Linear(3, 2), nn.Softmax(dim=1)), "one by one", "one by one"),
    ],
    ids=lambda given: type(given).__name__ if isinstance(given, nn.Module) else given,
)
def test_which_way(module, on_cpu, on_gpu):
    before = copy.deepcopy(module.state_dict())
    assert (way_of(module, CPU), way_of(module, GPU)) == (on_cpu, on_gpu)
    assert all(torch.equal(before[name], value) for name, value in module.state_dict().items())


def models_of(network):
    return [network.initialised(SHAPE, 3, generator("init", seed)) for seed in range(3)]


def moving():
    torch.manual_seed(0)
    return [read(Moving()) for _ in range(3)]


def taken(kind, models):
    way = kind(models, CPU, None)
    own = [dict(model.named_parameters()) for model in models]
    way.take({name: torch.stack([each[name].detach() for each in own]) for name in own[0]})
    return way


@pytest.mark.parametrize(
    ("kind", "models", "paths"),
    [
        (Mapped, models_of(ResNet18(width=2)), {"maps": "layer4", "hidden": "flatten"}),
        (Mapped, moving(), {"hidden": "linear"}),
        (Mapped, models_of(ConvNet(channels=(3,))), {"maps": "maps"}),
        (Layered, models_of(ConvNet(channels=(3,), hidden=(5,))), {"a": "maps", "b": "hidden"}),
        (Layered, models_of(Perceptron(hidden=(6,))), {"hidden": "layers.0"}),
    ],
)
@pytest.mark.parametrize("training", [True, False])
def test_the_ways_agree(kind, models, paths, training):
    """In outputs, features, gradients and buffers, twice: in training, buffers change."""
    x = torch.rand(3, 8, 128, generator=generator("x", 0))
    ways = [taken(each, models) for each in (kind, Looped)]
    for way in ways:
        way.train(training)
    for _ in range(2):
        (one, features), (other, expected) = (way.with_outputs(paths, x) for way in ways)
        torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-4)
        assert features.keys() == expected.keys() == paths.keys()
        for name in paths:
            torch.testing.assert_close(features[name], expected[name], atol=1e-4, rtol=1e-4)
        gradients = ways[0].gradients(one.square().sum()), ways[1].gradients(other.square().sum())
        for mine, theirs in zip(*gradients, strict=True):
            torch.testing.assert_close(mine, theirs, atol=1e-3, rtol=1e-3)
        torch.testing.assert_close(ways[0].buffers, ways[1].buffers)


def test_features_of_groups_are_those_of_each_member():
    for network in (Perceptron(hidden=(40, 7)), LeNet5(), ConvNet(channels=(3,))):
        shape = (1, 12, 12)
        models = [network.initialised(shape, 3, generator("init", seed)) for seed in range(3)]
        stack = Stack(models, [1e-3] * 3, CPU)
        x = torch.rand(2, 5, 144)
        outputs, features = stack.with_features(x, [1, 2], network.features)
        torch.testing.assert_close(outputs, stack.shared(x, [1, 2]))
        own = x[[0, 1, 1]]
        found, expected = stack.with_features(own, [1, 1, 1], network.features)
        torch.testing.assert_close(outputs, found)
        torch.testing.assert_close(features, expected)
        assert features["hidden"].shape[:2] == (3, 5)


@pytest.mark.parametrize(
    "module", [nn.Sequential(nn.Linear(128, 2), nn.Dropout()), read(Dropping(128, 2))]
)
def test_what_draws_must_be_given_draws(module):
    stack, x = Stack([module], [1e-3], CPU), torch.rand(1, 8, 128)
    with pytest.raises(ValueError, match="draws=") as error:
        stack(x)
    assert "generator" in str(error.value)
    with stack.evaluating():
        torch.testing.assert_close(stack(x)[0], module.eval()(x[0]))


def test_dropout_one_by_one_is_a_members_own():
    """Its company changes nothing, each call draws anew, and nothing else is drawn from."""
    models = [read(Dropping(128, 4)) for _ in range(3)]
    x = torch.rand(3, 8, 128)

    def stack_of(*places):
        draws = [generator("draws", place) for place in places]
        return Stack([models[place] for place in places], [1e-3] * len(places), CPU, draws=draws)

    together, alone = stack_of(0, 1, 2), stack_of(1)
    before = torch.get_rng_state()
    first, second = together(x), together(x)
    assert torch.equal(torch.get_rng_state(), before)
    assert not torch.equal(first, second)
    assert torch.equal(first[1], alone(x[1:2])[0])
    together.keep([2, 1])
    assert torch.equal(together(x[[2, 1]])[1], (alone(x[1:2]), alone(x[1:2]))[1][0])
