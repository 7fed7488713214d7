"""Layers of images: gradients, evaluation, and all members together are plain PyTorch's."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional

from trainables.networks.convolution_kernels import convolved, max_pooled
from trainables.networks.convolutional import Block, ConvNet, ResNet18
from trainables.networks.lenet import LeNet5
from trainables.networks.stack import Stack
from trainables.networks.stacking import images
from trainables.networks.stacking.images import CHUNK, through
from trainables.networks.stacking.layers import for_stack
from trainables.randomness import generator

CPU = torch.device("cpu")


def of(kind, *shapes, dtype=torch.float64):
    draw = generator("images", kind)
    return [torch.randn(shape, generator=draw, dtype=dtype).requires_grad_() for shape in shapes]


def same_gradients(mine, theirs, given):
    """Values and gradients, upstream numbers being any."""
    one, other = mine(*given), theirs(*given)
    torch.testing.assert_close(one, other)
    (upstream,) = of(1, one.shape, dtype=one.dtype)
    for found, expected in zip(
        torch.autograd.grad(one, given, upstream),
        torch.autograd.grad(other, given, upstream),
        strict=True,
    ):
        torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("channels", [1, 3, 16])
@pytest.mark.parametrize("options", [(1, 0), ((2, 1), 1), (1, (2, 0), 2)])
def test_convolution(channels, options):
    given = of(0, (5, channels, 9, 7), (4, channels, 3, 3), (4,))
    same_gradients(
        lambda *x: convolved(*x, *options), lambda *x: functional.conv2d(*x, *options), given
    )


@pytest.mark.parametrize("channels", [1, 3, 16])
@pytest.mark.parametrize("options", [(2,), (3, 2, 1), (2, 1, 0, 2), (2, 2, 0, 1, True)])
def test_pooling(channels, options):
    """With ties, of which the first counts; no ReLU may then change the maps it read."""
    (x,) = of(0, (5, channels, 9, 7))
    x = (x.detach() * 2).round().requires_grad_()
    same_gradients(
        lambda x: max_pooled(x, *options), lambda x: functional.max_pool2d(x, *options), [x]
    )


def chain():
    """ReLUs before and after poolings, a sum of two ways, statistics, tanh, other paddings."""
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(2, 5, 3, padding="same", groups=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Sequential(nn.Conv2d(5, 16, 3, padding=1, padding_mode="circular"), nn.ReLU()),
        Block(16, 16),
        nn.BatchNorm2d(16, momentum=None),
        nn.MaxPool2d(2, 1),
        nn.Tanh(),
        nn.ReLU(),
        nn.AvgPool2d(2, 1),
        nn.Conv2d(16, 4, 3, padding=1, groups=2),
        nn.AdaptiveAvgPool2d(2),
    )


def stacked_chain(members):
    models = [chain().train() for _ in range(members)]
    for model in models:
        for place, value in enumerate(model.parameters()):
            draw = generator(f"chain/{place}", models.index(model))
            nn.init.uniform_(value, -0.5, 0.5, generator=draw)
    module = for_stack(models[0], None)
    parts = [dict(model.named_parameters()) | dict(model.named_buffers()) for model in models]
    for name in parts[0]:
        path, _, own = name.rpartition(".")
        value = torch.stack([part[name].detach() for part in parts])
        value = nn.Parameter(value) if value.is_floating_point() and "run" not in own else value
        target = module.get_submodule(path)
        (target._parameters if own in target._parameters else target._buffers)[own] = value
    return models, module


@pytest.mark.parametrize("together", [False, True])
def test_members_through_many_layers_are_plain_models(together, monkeypatch):
    """One after the other, as on a CPU; and by one call a layer, as on a GPU."""
    if together:
        monkeypatch.setattr(
            images, "through", lambda parts, x: images._in_a_row(parts, x, images._together)
        )
    models, module = stacked_chain(3)
    x = torch.randn(3, 6, 2, 11, 13, generator=generator("x", 0))
    for _ in range(2):
        found = module(x)
        expected = torch.stack([model(own) for model, own in zip(models, x, strict=True)])
        torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)
        module.zero_grad()
        found.square().sum().backward()
        for model in models:
            model.zero_grad()
        expected.square().sum().backward()
        wanted = [dict(model.named_parameters()) for model in models]
        for name, value in module.named_parameters():
            gradient = torch.stack([own[name].grad for own in wanted])
            torch.testing.assert_close(value.grad, gradient, atol=1e-3, rtol=1e-3)
        statistics = [dict(model.named_buffers()) for model in models]
        for name, value in module.named_buffers():
            expected = torch.stack([own[name] for own in statistics])
            torch.testing.assert_close(value, expected, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    ("network", "shape"),
    [
        (ConvNet(channels=(16, 5)), (1, 12, 12)),
        (ResNet18(width=3), (3, 8, 8)),
        (LeNet5(), (1, 12, 14)),
    ],
)
@pytest.mark.parametrize("objects", [3, CHUNK, CHUNK + 1])
def test_evaluation_in_parts_is_plain(network, shape, objects):
    models = [network.initialised(shape, 4, generator("init", seed)) for seed in range(3)]
    stack = Stack(models, [1e-3] * 3, CPU)
    x = torch.rand(3, objects, math.prod(shape))
    with torch.no_grad(), stack.evaluating():
        found = stack(x)
        alone = [Stack([model], [1e-3], CPU) for model in models]
        for place, one in enumerate(alone):
            with one.evaluating():
                assert torch.equal(found[place], one(x[place : place + 1])[0])
        expected = torch.stack([m.eval()(own) for m, own in zip(models, x, strict=True)])
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


def test_what_is_no_number_stays_so_and_stays_a_members_own():
    """oneDNN's pooling takes NaN for the least of all numbers."""
    models = [ConvNet(channels=(16,)).initialised((1, 8, 8), 3, drawn) for drawn in draws(2)]
    with torch.no_grad():
        models[1].maps[0].weight[3].fill_(torch.nan)
        stack = Stack(models, [1e-3] * 2, CPU)
        with stack.evaluating():
            found = stack(torch.rand(2, 4, 64))
    assert found[0].isfinite().all()
    assert found[1].isnan().all()


def draws(count):
    return [generator("init", seed) for seed in range(count)]


def test_features_within_a_chain_are_seen():
    network, shape = ResNet18(width=2), (2, 8, 8)
    models = [network.initialised(shape, 3, drawn) for drawn in draws(2)]
    stack, x = Stack(models, [1e-3] * 2, CPU), torch.rand(1, 5, 128)
    paths = {"inner": "layer2.0.bn1", "stage": "layer3", "first": "relu"}
    with stack.evaluating():
        outputs, features = stack.with_features(x, [2], paths)
        torch.testing.assert_close(outputs, stack.shared(x, [2]))
    assert features["inner"].shape == (2, 5, 4, 4, 4)
    assert features["stage"].shape == (2, 5, 8, 2, 2)
    assert (features["first"] >= 0).all()


def test_a_reused_relu_and_nothing_but_relus():
    x = torch.randn(2, 3, 4, 5, 5, requires_grad=True)
    relu = for_stack(nn.Sequential(nn.ReLU(), nn.ReLU()), None)
    torch.testing.assert_close(through([relu], x), x.relu())
    torch.testing.assert_close(relu(x), x.relu())
