"""Options by which methods are run as their authors' code runs them, where that differs."""

import math
from dataclasses import fields, replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy.special import softmax
from tile_methods import GREY, TILES, made_by, train
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from trainables.identity import identity
from trainables.links.photographs import PhotographBlend
from trainables.methods.adversarial.adda import Adda
from trainables.methods.adversarial.dann import Dann
from trainables.methods.batches import generators
from trainables.methods.data_free.class_impressions import ClassImpressions
from trainables.methods.data_free.dafl import DataFree, information_loss
from trainables.methods.data_free.generators import ConvolutionalGenerator, PixelScale
from trainables.methods.data_free.input_optimisation import make_inputs
from trainables.methods.data_free.zero_shot import ZeroShot, class_similarity, concentrations
from trainables.methods.federated.pfedme import PFedMe, moreau_step
from trainables.methods.federated.pixels import standardised
from trainables.methods.self_supervised.barlow_twins import BarlowTwins
from trainables.methods.self_supervised.pretraining import make_view, seen
from trainables.networks.lenet import WIDE, LeNet, LeNet5, lenet_products
from trainables.networks.optimisers.rules import Sgd
from trainables.networks.perceptron import Linear
from trainables.networks.stack import Stack
from trainables.randomness import generator
from trainables.schedule import Schedule

CPU, DIGIT = torch.device("cpu"), (1, 28, 28)
BRIEF = Schedule(epochs=2, batch_size=32)
FEW = {"impressions": 8, "steps": 10}
OPTIONS = {
    "pfedme": PFedMe(
        clients=6, local_rounds=3, local_rate=0.05, standardised=True, ridge=1e-3, unequal=True
    ),
    "data_free": DataFree(pixels=GREY, steps=2, channels=(4, 2), learned_norms=True),
    "zero_shot": ZeroShot(**FEW, scales=(1.0,), least=1e-4),
    "class_impressions": ClassImpressions(**FEW, stops=True),
    "adda": Adda(split="Train", critic=(16, 16), first=BRIEF),
    "barlow_twins": BarlowTwins(
        split="Train", pretraining=BRIEF, normalised=True, shared_draw=1, embedding=32
    ),
}
IDENTITIES = {  # before there were these options: what is recorded is found by them
    "1c6a361e5aecab6c": PFedMe(),
    "3a18a386bf59c6af": DataFree(pixels=PixelScale(0.1, 0.3)),
    "d7179cd1ba967469": ZeroShot(),
    "22e338f98a7e091b": ClassImpressions(),
    "a0281bc14acc5ebf": Adda(),
    "a79bb6daccde1e73": Dann(target_link=PhotographBlend()),
    "c92234910945b22d": BarlowTwins(),
}
CHANGED = ("standardised", "learned_norms", "scales", "stops", "critic", "normalised")


def drawn(seed, *shape):
    return torch.randn(*shape, generator=generator("options", seed))


def test_without_the_options_methods_are_what_they_were():
    assert {identity(method): method for method in IDENTITIES.values()} == IDENTITIES


@pytest.mark.parametrize("name", OPTIONS)
def test_a_member_trains_as_if_it_were_alone_under_each_option(name, workshop):
    """To the bit; and the option does something."""
    setting = made_by(OPTIONS[name], TILES)
    _, other = train(setting, workshop, 3, 4)
    (alone,) = train(setting, workshop, 4)
    assert other.history == alone.history
    usual = {f.name: f.default for f in fields(OPTIONS[name]) if f.name in CHANGED}
    (plain,) = train(made_by(replace(OPTIONS[name], **usual), TILES), workshop, 4)
    assert plain.history != alone.history


def test_pixels_are_standardised_as_in_the_authors_generator_of_clients():
    pixels = torch.randint(256, (50, 6), generator=generator("pixels", 0), dtype=torch.uint8)
    pixels[:, 2] = 0
    theirs = pixels.numpy().astype(float)
    theirs = (theirs - theirs.mean(0)) / (theirs.std(0) + 0.001)
    shown = standardised(pixels)
    np.testing.assert_allclose(shown(pixels.float() / 255), theirs, atol=1e-4)
    assert shown(torch.ones(1, 6))[0, 2] == 1  # not a million: what is constant stays as it is


def test_the_ridge_draws_personal_models_towards_0():
    """As the authors' optimiser: θ - η (∇f + λ (θ - w) + μ θ)."""
    network, rate, closeness, ridge = Linear(8, 4, generator("ridge", 0)), 0.05, 3.0, 0.5
    client = Stack([network], [rate], CPU, Sgd(), [closeness + ridge])
    anchor = {k: drawn(1, *v.shape) for k, v in client.parameters.items()}
    x, y = drawn(2, 1, 16, 8), torch.arange(16) % 4
    before = {k: v.detach().clone() for k, v in client.parameters.items()}
    gradients = torch.autograd.grad(
        nn.functional.cross_entropy(network(x[0]), y), list(network.parameters())
    )
    loss = nn.functional.cross_entropy(client(x)[0], y)[None]
    moreau_step(client, loss, anchor, rate * closeness)
    for (name, old), gradient in zip(before.items(), gradients, strict=True):
        step = gradient + closeness * (old - anchor[name]) + ridge * old
        torch.testing.assert_close(client.parameters[name], old - rate * step)


def test_a_generator_with_learned_norms_is_the_authors():
    maker = ConvolutionalGenerator(5, (6, 4), PixelScale(0.0, 1.0), DIGIT, seed=3, learned=True)
    norms = [nn.BatchNorm2d(6), nn.BatchNorm2d(6, 0.8), nn.BatchNorm2d(4, 0.8)]
    for place, (theirs, ours) in enumerate(zip(norms, maker.norms, strict=True)):
        for name, value in (("weight", ours.scale), ("bias", ours.shift)):
            value.data.copy_(drawn(place, len(value)))
            getattr(theirs, name).data.copy_(value.data)
    layers = [
        nn.Linear(5, 6 * 49),
        *(nn.Conv2d(*p, 3, padding=1) for p in ((6, 6), (6, 4), (4, 1))),
    ]
    ours = [maker.first, maker.second, maker.third, maker.last]
    for theirs, mine in zip(layers, ours, strict=True):
        theirs.load_state_dict(mine.state_dict())
    plain = nn.Sequential(
        layers[0], nn.Unflatten(1, (6, 7, 7)), norms[0],
        nn.Upsample(scale_factor=2), layers[1], norms[1], nn.LeakyReLU(0.2),
        nn.Upsample(scale_factor=2), layers[2], norms[2], nn.LeakyReLU(0.2),
        layers[3], nn.Tanh(), nn.BatchNorm2d(1, affine=False), nn.Flatten(),
    )  # fmt: skip
    z = drawn(9, 16, 5)
    torch.testing.assert_close(maker(z), plain(z), atol=1e-4, rtol=1e-4)


def test_the_authors_entropy_is_a_common_logarithm():
    logits = drawn(0, 32, 10)
    mean = softmax(logits.numpy(), axis=1).mean(0)
    theirs = 5 * (mean * np.log10(mean)).sum()
    assert 5 / math.log(10) * information_loss(logits).item() == pytest.approx(theirs, rel=1e-5)


def test_c5_is_the_layer_before_the_last_hidden_one():
    model = LeNet5().initialised(DIGIT, 10, generator("c5", 0))
    x = torch.rand(3, 784)
    found = []
    model.get_submodule(LeNet5().features["c5"]).register_forward_hook(
        lambda _, given, output: found.append(output)
    )
    hidden = []
    model.layers[3].register_forward_hook(lambda _, given, output: hidden.append(given[0]))
    model(x)
    assert found[0].shape == (3, 120)
    assert found[0].min() >= 0
    assert torch.equal(found[0], hidden[0])


def test_scaling_again_undoes_beta():
    similarity = class_similarity(drawn(0, 10, 7))
    once = concentrations(similarity, 0.1, 1e-9)
    least, most = once.amin(1, keepdim=True), once.amax(1, keepdim=True)
    again = ((once - least) / (most - least)).clamp(min=1e-4)
    torch.testing.assert_close(again, concentrations(similarity, 1.0, 1e-4))
    assert again.min().item() == pytest.approx(1e-4)


def test_the_wide_lenet_keeps_the_size_of_its_maps():
    ours = LeNet(WIDE, generator("wide", 0), padding=2)
    shapes = [(1, 32), (32, 48)]
    layers = [nn.Conv2d(*pair, 5, padding="same") for pair in shapes]
    layers += [nn.Linear(2_352, 100), nn.Linear(100, 100), nn.Linear(100, 10)]
    for theirs, mine in zip(layers, ours.layers, strict=True):
        theirs.load_state_dict(mine.state_dict())
    a, b, c, d, e = layers
    maps = [a, nn.ReLU(), nn.MaxPool2d(2), b, nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()]
    plain = nn.Sequential(nn.Unflatten(1, DIGIT), *maps, c, nn.ReLU(), d, nn.ReLU(), e)
    x = torch.rand(4, 784)
    torch.testing.assert_close(ours(x), plain(x))
    stack = Stack([ours, LeNet(WIDE, generator("wide", 1), padding=2)], [1e-3] * 2, CPU)
    torch.testing.assert_close(stack(x.expand(2, -1, -1))[0], plain(x))
    with FlopCounterMode(display=False) as counter:
        plain(x[:1])
    assert lenet_products(WIDE, 2) == counter.get_total_flops() // 2


def test_a_binarised_digit_is_black_or_white_before_it_is_blended():
    grey = torch.rand(4, *DIGIT) * (torch.rand(4, *DIGIT) > 0.5)
    ours = PhotographBlend(binarised=True)(grey, generator("blend", 0))
    theirs = PhotographBlend()((grey > 0).float(), generator("blend", 0))
    assert torch.equal(ours, theirs)


def test_a_normalised_projector_is_pytorchs_own():
    sizes = (12, 8, 6, 5)
    ours = BarlowTwins(normalised=True).encoder(sizes, generator("projector", 0))
    layers = [nn.Linear(a, b) for a, b in pairwise(sizes)]
    for theirs, mine in zip(layers, ours.layers, strict=True):
        theirs.load_state_dict(mine.state_dict())
    norm = nn.BatchNorm1d(6, affine=False)
    plain = nn.Sequential(layers[0], nn.ReLU(), layers[1], norm, nn.ReLU(), layers[2])
    x = drawn(4, 20, 12)
    torch.testing.assert_close(ours(x), plain(x))


def test_as_many_objects_share_a_view_as_asked():
    images, view = torch.rand(1, 1, 784).expand(1, 8, 784), make_view(0.5, DIGIT)
    for shared in (1, 4, 8):
        (views,) = seen(images, view, DIGIT, generators("view", [0]), shared)
        assert len(views.unique(dim=0)) == 8 // shared


def test_an_input_that_stops_stays_where_its_gradient_first_vanished():
    start = torch.tensor([[0.1, 0.1], [0.2, 0.9]])

    def until_half(x, places):
        return -x.sum(1).masked_fill(x.detach()[:, 0] >= 0.5, 0.0)

    given = {"steps": 40, "rate": 0.1, "shape": (1, 1, 2)}
    stopped = make_inputs(start, until_half, **given, stops=True)
    moved = make_inputs(start, until_half, **given)
    assert bool((stopped[:, 0] >= 0.5).all())
    assert bool((stopped[:, 0] < 0.6 + 1e-4).all())  # at most a step of Adam beyond
    assert bool((moved[:, 0] > stopped[:, 0]).all())  # by its momentum
