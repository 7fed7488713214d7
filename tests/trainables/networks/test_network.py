"""Networks as settings name them: their modules, what they cost, and what is refused."""

import math
import random
import subprocess
import sys
from dataclasses import dataclass

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models import resnet18

from trainables.errors import BadInputError
from trainables.networks.convolutional import ConvNet, ResNet18
from trainables.networks.lenet import WHOLE, LeNet, LeNet5, lenet_parameters, lenet_products
from trainables.networks.network import (
    Network,
    Perceptron,
    activations,
    multiply_adds,
    parameters_of,
    plain_model,
)
from trainables.networks.perceptron import Mlp, weight_count
from trainables.networks.tried import check_network
from trainables.randomness import generator

DIGIT, COLOUR, ROW = (1, 28, 28), (3, 32, 32), (15,)


def drawn(seed=0):
    return generator("test", seed)


@pytest.mark.parametrize(
    ("network", "label"),
    [
        (Perceptron(hidden=[256, 64]), "Perceptron 256-64"),
        (ConvNet(channels=[16, 32]), "ConvNet 16-32"),
        (ConvNet(channels=(16,), hidden=(64,)), "ConvNet 16 hidden=64"),
        (LeNet5(), "LeNet5"),
        (ResNet18(width=8), "ResNet18 width=8"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_labels(network, label):
    assert network.label == label
    assert hash(network) == hash(type(network)(**vars(network)))


def test_weights_are_those_of_the_modules_drawn_directly():
    """What was recorded with these modules stays as it was."""
    for part, shape, module in (
        (Perceptron(hidden=(64,)), DIGIT, Mlp((784, 64, 10), drawn())),
        (LeNet5(), DIGIT, LeNet(WHOLE, drawn())),
    ):
        mine = part.initialised(shape, 10, drawn()).state_dict()
        assert mine.keys() == module.state_dict().keys()
        assert all(torch.equal(mine[name], value) for name, value in module.state_dict().items())


@pytest.mark.parametrize("network", [ConvNet(channels=(3,)), ResNet18(width=2), LeNet5()])
def test_weights_come_from_the_generator_alone(network):
    before = torch.get_rng_state()
    one, same, other = (network.initialised(DIGIT, 4, drawn(seed)) for seed in (0, 0, 1))
    assert torch.equal(torch.get_rng_state(), before)
    x = torch.rand(3, 784, generator=drawn())
    assert torch.equal(one(x), same(x))
    assert not torch.allclose(one(x), other(x))


@pytest.mark.parametrize(
    ("network", "shape"),
    [
        (Perceptron(hidden=(5,)), (2, 3, 4)),
        (ConvNet(channels=(3, 4), hidden=(5,)), (2, 9, 6)),
        (LeNet5(), (3, 12, 40)),
        (ResNet18(width=2), (1, 8, 8)),
    ],
)
def test_build_reads_objects_in_their_shape(network, shape):
    torch.manual_seed(0)
    module, flat = network.build(shape, 7), network.initialised(shape, 7, drawn())
    flat.load_state_dict(module.state_dict())
    x = torch.rand(4, *shape)
    found = module.eval()(x)
    assert found.shape == (4, 7)
    torch.testing.assert_close(found, flat.eval()(x.flatten(1)))


def test_the_features_are_what_the_last_layer_reads():
    for network, shape in (
        (Perceptron(hidden=(9, 6)), ROW),
        (ConvNet(channels=(3,)), (1, 6, 6)),
        (ConvNet(channels=(3,), hidden=(8, 7)), (1, 6, 6)),
        (LeNet5(), DIGIT),
        (ResNet18(width=2), COLOUR),
    ):
        module = network.initialised(shape, 4, drawn()).eval()
        seen = {}
        part = module.get_submodule(network.features["hidden"])
        part.register_forward_hook(lambda part, inputs, output, seen=seen: seen.update(it=output))
        outputs = module(torch.rand(3, math.prod(shape)))
        last = [each for each in module.modules() if hasattr(each, "bias")][-1]
        torch.testing.assert_close(seen["it"] @ last.weight.T + last.bias, outputs)


def test_what_networks_cost():
    for hidden in ((64,), (256, 128, 64, 64)):
        sizes, network = (784, *hidden, 10), Perceptron(hidden=hidden)
        assert parameters_of(network, DIGIT, 10) == weight_count(sizes) + sum(sizes[1:])
        assert multiply_adds(network, DIGIT, 10) == weight_count(sizes)
        assert activations(network, DIGIT, 10) == sum(sizes[1:])
    assert parameters_of(LeNet5(), DIGIT, 10) == lenet_parameters(WHOLE) == 61_706
    assert multiply_adds(LeNet5(), DIGIT, 10) == lenet_products(WHOLE) == 416_520
    conv = ConvNet(channels=(16, 32))
    maps = 784 * 16 * 9 + 196 * 32 * 16 * 9
    assert multiply_adds(conv, DIGIT, 10) == maps + 32 * 49 * 10
    outputs = 784 * 16 * 2 + 196 * 16 + 196 * 32 * 2 + 49 * 32 * 2 + 10  # of each layer
    assert activations(conv, DIGIT, 10) == outputs
    pooled = 196 * 6 + 25 * 16
    assert activations(LeNet5(), DIGIT, 10) == 784 * 6 + 100 * 16 + pooled + 120 + 84 + 10
    # He et al.'s network for CIFAR-10 as commonly repeated (kuangliu/pytorch-cifar).
    assert parameters_of(ResNet18(width=64), COLOUR, 10) == 11_173_962


def test_a_resnet_has_the_names_and_sizes_of_torchvisions():
    theirs = resnet18(num_classes=10).state_dict()
    mine = ResNet18(width=64).build(COLOUR, 10).state_dict()
    assert mine.keys() == theirs.keys()
    other = [name for name in mine if mine[name].shape != theirs[name].shape]
    assert other == ["conv1.weight"]  # 3×3 and not 7×7


def test_a_module_that_branches_by_its_inputs_is_measured_too():
    class Branching(nn.Linear):
        def forward(self, x):
            return super().forward(x if x.mean() > 0 else -x)

    network = user_network(lambda shape, outputs: Branching(shape[0], outputs))
    assert multiply_adds(network, ROW, 3) == 45


def user_network(build, features=None):
    @dataclass(frozen=True, kw_only=True)
    class Mine(Network):
        def build(self, shape, outputs):
            return build(shape, outputs)

        @property
        def features(self):
            return features or {}

    return Mine()


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.other = nn.Linear(15, 15), nn.Linear(15, 15)
        self.other.weight = self.one.weight

    def forward(self, x):
        return self.other(self.one(x))


def frozen(shape, outputs):
    module = nn.Linear(15, outputs)
    module.bias.requires_grad_(False)
    return module


def unseeded(shape, outputs):
    module = nn.Linear(15, outputs)
    nn.init.constant_(module.bias, random.random())
    return module


@dataclass(frozen=True, kw_only=True)
class Listing(Network):
    sizes: list

    def build(self, shape, outputs):
        return nn.Linear(15, outputs)


REFUSED = {
    "wrong outputs": (lambda s, o: nn.Linear(15, o + 1), r"makes \[2, 4\] .* make \[2, 3\]"),
    "fails to build": (lambda s, o: nn.Linear(15), "cannot be built for 15 and 3.*: TypeError"),
    "fails to run": (lambda s, o: nn.Linear(14, o), "fails on two objects of 15"),
    "no module": (lambda s, o: 3, "Mine.build returns 3"),
    "no parameters": (lambda s, o: nn.Identity(), "no parameters"),
    "a tuple": (lambda s, o: nn.LSTM(15, o), "makes a tuple"),
    "lazy": (lambda s, o: nn.LazyLinear(o), "shape of weight yet"),
    "double": (lambda s, o: nn.Linear(15, o).double(), "weight of type torch.float64"),
    "frozen": (frozen, "frozen parameter bias.*buffer"),
    "tied": (lambda s, o: Tied(), "one.weight and other.weight"),
    "whole numbers": (
        lambda s, o: nn.Sequential(nn.Linear(15, o), Whole()), "torch.int64: it must make float32"
    ),
    "unseeded": (unseeded, "other weights from the same seed"),
}  # fmt: skip


class Whole(nn.Module):
    def forward(self, x):
        return x.long()


@pytest.mark.parametrize(("build", "says"), REFUSED.values(), ids=REFUSED)
def test_a_module_that_cannot_be_trained_is_refused_in_one_line(build, says):
    with pytest.raises(BadInputError, match=says) as error:
        check_network(user_network(build), ROW, 3)
    assert "Mine" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Perceptron(hidden=()), r"hidden is \(\)"),
        (lambda: Perceptron(hidden=(64, 0)), "whole numbers ≥ 1"),
        (lambda: Perceptron(hidden=64), "hidden is 64"),
        (lambda: ConvNet(channels=(1.5,)), "channels is"),
        (lambda: ResNet18(width=0), "width is 0"),
        (lambda: check_network(ConvNet(channels=(4,) * 4), (1, 8, 12), 3), "4 times.*8×12"),
        (lambda: check_network(LeNet5(), (1, 28, 8), 3), "at least 12×12.*28×8"),
        (lambda: check_network(ResNet18(), ROW, 3), "reads images.*15 features"),
        (lambda: check_network(Listing(sizes=[1]), ROW, 3), "cannot be told from others"),
        (
            lambda: check_network(
                user_network(lambda s, o: nn.Linear(15, o), {"hidden": "body"}), ROW, 3
            ),
            "no such part",
        ),
    ],
)
def test_fields_and_shapes_that_do_not_fit(make, says):
    with pytest.raises(BadInputError, match=says) as error:
        make()
    assert "\n" not in str(error.value)


class Attentive(nn.Module):
    """Turned convolutions, attention, a batched product: what else there is to count."""

    def __init__(self, shape, outputs):
        super().__init__()
        self.up = nn.ConvTranspose2d(shape[0], 4, 3, stride=2, groups=1)
        self.apart = nn.Conv2d(4, 8, 3, groups=2, padding=1)
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.last = nn.Linear(8, outputs)

    def forward(self, x):
        rows = self.apart(self.up(x)).flatten(2).mT[:, :20]
        seen = self.attention(rows, rows, rows)[0]
        return self.last(seen + rows @ (rows.mT @ rows)).mean(1)


@pytest.mark.parametrize(
    ("network", "shape"),
    [
        (Perceptron(hidden=(64, 32)), ROW),
        (ConvNet(channels=(4, 8), hidden=(5,)), DIGIT),
        (LeNet5(), COLOUR),
        (ResNet18(width=4), COLOUR),
        ("attentive", DIGIT),
    ],
    ids=str,
)
def test_multiply_adds_are_those_that_pytorch_counts(network, shape):
    if network == "attentive":
        network = user_network(Attentive)
    module = plain_model(network, shape, 10)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        module(torch.zeros(1, math.prod(shape), device="meta"))
    assert multiply_adds(network, shape, 10) == counter.get_total_flops() // 2 > 0


def test_to_count_needs_neither_flop_counter_nor_compiler():
    """Their imports take a second each."""
    code = """
import sys
from trainables.networks import ConvNet, LeNet5, Perceptron
from trainables.networks.network import multiply_adds
for network in (Perceptron(hidden=(64,)), ConvNet(channels=(4,)), LeNet5()):
    multiply_adds(network, (3, 32, 32), 10)
assert not {"torch.utils.flop_counter", "torch._dynamo"} & {*sys.modules}
"""
    subprocess.run([sys.executable, "-c", code], check=True)
