"""What the methods are made of: networks, generators, framed images, views."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_sample_images
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from search_spaces.rows.methods import PIXELS_OF
from trainables.links.fixed import Dilation
from trainables.links.link import Identity
from trainables.links.photographs import PhotographBlend
from trainables.methods.batches import framed, generators, own_rows
from trainables.methods.data_free.generators import (
    ConvolutionalGenerator,
    PerceptronGenerator,
    PixelScale,
)
from trainables.methods.self_supervised.pretraining import make_view, seen
from trainables.networks.lenet import HALF, WHOLE, LeNet
from trainables.networks.stack import Stack
from trainables.randomness import generator

GREY = (1, 28, 28)


def test_lenet_of_a_stack_answers_as_its_members_and_as_pytorchs_own():
    one, other = (LeNet(HALF, generator("lenet", k)) for k in range(2))
    x = torch.rand(2, 5, 784)
    convolutions = []
    for conv, padding in ((one.layers[0], 2), (one.layers[1], 0)):
        outputs, inputs = conv.weight.shape[:2]
        layer = nn.Conv2d(inputs, outputs, 5, padding=padding)
        layer.load_state_dict({"weight": conv.weight, "bias": conv.bias})
        convolutions += [layer, nn.ReLU(), nn.MaxPool2d(2)]
    linear = [nn.Linear(*layer.weight.shape[::-1]) for layer in one.layers[2:]]
    for theirs, ours in zip(linear, one.layers[2:], strict=True):
        theirs.load_state_dict(ours.state_dict())
    parts = [linear[0], nn.ReLU(), linear[1], nn.ReLU(), linear[2]]
    plain = nn.Sequential(nn.Unflatten(1, (1, 28, 28)), *convolutions, nn.Flatten(), *parts)
    torch.testing.assert_close(one(x[0]), plain(x[0]))
    stack = Stack([one, other], [1e-3] * 2, torch.device("cpu"))
    torch.testing.assert_close(stack(x), torch.stack([one(x[0]), other(x[1])]))
    whole = LeNet(WHOLE, generator("lenet", 0))
    assert sum(p.numel() for p in whole.parameters()) == 61_706  # LeCun's count


@pytest.mark.parametrize("domain", PIXELS_OF, ids=lambda domain: domain.name)
def test_the_statistics_of_pixels_are_those_of_the_data(domain):
    pixels = domain.load().train.pixels.double() / 255
    assert PIXELS_OF[domain].mean == pytest.approx(pixels.mean().item(), abs=1e-4)
    assert PIXELS_OF[domain].std == pytest.approx(pixels.std().item(), abs=1e-4)


SCALE = PixelScale(0.3, 0.2)


@pytest.mark.parametrize("shape", [GREY, (3, 6, 10)])
@pytest.mark.parametrize(
    "make",
    [
        lambda shape, seed: PerceptronGenerator(5, 16, SCALE, shape, seed),
        lambda shape, seed: ConvolutionalGenerator(5, (6, 4), SCALE, shape, seed),
    ],
)
def test_images_of_a_generator_have_the_mean_and_deviation_asked_for(make, shape):
    makers = [make(shape, seed) for seed in (1, 2)]
    z = torch.randn(2, 32, 5, generator=generator("latent", 0))
    images = Stack(makers, [1e-3] * 2, torch.device("cpu"))(z)
    assert images.shape == (2, 32, np.prod(shape))
    for each, maker, noise in zip(images, makers, z, strict=True):
        torch.testing.assert_close(each, maker(noise))
        assert each.mean().item() == pytest.approx(0.3, abs=1e-4)
        assert each.std(correction=0).item() == pytest.approx(0.2, abs=1e-3)


def test_the_convolutional_generator_is_pytorchs_own():
    maker = ConvolutionalGenerator(5, (6, 4), PixelScale(0.0, 1.0), GREY, seed=3)
    enlarge, leaky = nn.Upsample(scale_factor=2), nn.LeakyReLU(0.2)

    def norm(channels):
        return nn.BatchNorm2d(channels, affine=False)

    layers = [
        nn.Linear(5, 6 * 49),
        *(nn.Conv2d(*pair, 3, padding=1) for pair in ((6, 6), (6, 4), (4, 1))),
    ]
    ours = [maker.first, maker.second, maker.third, maker.last]
    for theirs, mine in zip(layers, ours, strict=True):
        theirs.load_state_dict(mine.state_dict())
    first, second, third, last = layers
    shape = nn.Unflatten(1, (6, 7, 7))
    blocks = [enlarge, second, norm(6), leaky, enlarge, third, norm(4), leaky]
    plain = nn.Sequential(first, shape, norm(6), *blocks, last, nn.Tanh(), norm(1), nn.Flatten())
    z = torch.randn(16, 5, generator=generator("latent", 0))
    torch.testing.assert_close(maker(z), plain(z), atol=1e-4, rtol=1e-4)
    products = [
        layer.weight.numel() * pixels
        for layer, pixels in zip(layers, (1, 196, 784, 784), strict=True)
    ]
    assert maker.products == sum(products)


def test_a_generators_products_are_those_of_its_layers_whatever_the_shape():
    """Maps of 2×3, enlarged to 8×12, of which 6×10 is shown."""
    maker = ConvolutionalGenerator(5, (6, 4), SCALE, (3, 6, 10), seed=0)
    with FlopCounterMode(display=False) as counter:
        maker(torch.randn(1, 5))
    assert maker.products == counter.get_total_flops() // 2
    flat = PerceptronGenerator(5, 16, SCALE, (3, 6, 10), seed=0)
    with FlopCounterMode(display=False) as counter:
        flat(torch.randn(1, 5))
    assert flat.products == counter.get_total_flops() // 2


@pytest.mark.parametrize("shape", [GREY, (3, 9, 14)])
def test_a_smaller_picture_is_framed_in_black(shape):
    images = torch.rand(2, 3, int(np.prod(shape)))
    draws = generators("frame", [0, 1])
    pictures = framed(Dilation(), images, shape, draws).view(2, 3, *shape)
    inner = Dilation()(images.view(6, *shape), draws[0]).unflatten(0, (2, 3))
    torch.testing.assert_close(pictures[..., 2:-2, 2:-2], inner)
    assert not pictures[..., :2, :].any()
    assert not pictures[..., -2:].any()
    assert framed(Identity(), images, shape, draws) is images


def test_an_odd_frame_is_wider_below_and_on_the_right():
    class Cut(Dilation):
        def __call__(self, objects, generator):
            return objects[..., 3:, 1:]

    pictures = framed(Cut(), torch.ones(1, 2, 48), (1, 6, 8), generators("frame", [0]))
    black = (pictures.view(2, 6, 8) == 0)[0]
    assert black.all(1).tolist() == [True, False, False, False, True, True]
    assert black.all(0).tolist() == [False] * 7 + [True]


def test_rows_are_each_members_own():
    values, places = torch.arange(24).view(2, 4, 3), torch.tensor([[0, 3], [2, 2]])
    expected = [[[0, 1, 2], [9, 10, 11]], [[18, 19, 20], [18, 19, 20]]]
    assert own_rows(values, places).tolist() == expected


def test_a_blended_digit_lies_over_a_patch_of_a_photograph_of_its_own():
    black = torch.zeros(4, *GREY)
    patches = PhotographBlend()(black, generator("blend", 0)).flatten(1)
    digits = torch.randint(2, (4, *GREY)).float()
    blended = PhotographBlend()(digits, generator("blend", 0)).flatten(1)
    torch.testing.assert_close(blended, (digits.flatten(1) - patches).abs())
    assert len(patches.unique(dim=0)) == 4
    photographs = [image.mean(-1) / 255 for image in load_sample_images().images]
    windows = [np.lib.stride_tricks.sliding_window_view(p, (28, 28)) for p in photographs]
    corners = [np.argwhere(abs(w[..., 0, 0] - patches[0, 0].item()) < 1e-5) for w in windows]
    found = [
        np.allclose(window[row, column], patches[0].view(28, 28), atol=1e-5)
        for window, places in zip(windows, corners, strict=True)
        for row, column in places
    ]
    assert any(found)


@pytest.mark.parametrize("shape", [GREY, (3, 9, 14)])
def test_views_come_from_the_members_generator_alone(shape):
    images, view = torch.rand(2, 40, int(np.prod(shape))), make_view(0.5, shape)
    torch.manual_seed(1)
    state = torch.get_rng_state()
    one = seen(images, view, shape, generators("view", [0, 1]), 16)
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(2)
    other = seen(images, view, shape, generators("view", [0, 1]), 16)
    assert torch.equal(one, other)
    assert one.shape == images.shape
    apart = seen(images[:1], view, shape, generators("view", [1]), 16)
    assert not torch.equal(one[0], apart[0])
    assert one.min() >= 0
    assert one.max() <= 1
