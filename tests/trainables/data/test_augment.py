"""Augmentation against torchvision, object by object; normalisation against numpy."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2 import functional as tv

from trainables.data.augment import DRAWS, Augment, channel_scale
from trainables.errors import BadInputError
from trainables.randomness import generator

SHAPE = (3, 9, 14)
OBJECTS = 40


def draw(seed):
    return generator("augment", seed)


def images(seed=0, objects=OBJECTS):
    return torch.rand(1, objects, math.prod(SHAPE), generator=generator("images", seed))


def changed(augment, x=None, seed=0):
    """One group's images after augmentation, as they were, and what was drawn for each."""
    x = images() if x is None else x
    drawn = torch.rand(x.shape[1], DRAWS, generator=draw(seed), dtype=torch.float64)
    after = augment(x, SHAPE, [draw(seed)])
    return after[0].view(-1, *SHAPE), x[0].view(-1, *SHAPE), drawn.tolist()


def test_rotation_is_torchvisions():
    after, before, drawn = changed(Augment(rotation=30))
    for mine, image, (angle, *_) in zip(after, before, drawn, strict=True):
        wanted = tv.rotate(image, (2 * angle - 1) * 30, InterpolationMode.BILINEAR)
        torch.testing.assert_close(mine, wanted, atol=1e-4, rtol=0)


def test_crops_and_mirrors_are_torchvisions():
    after, before, drawn = changed(Augment(crop=4, flip=True))
    seen = set()
    for mine, image, (_, down, right, mirror, *_) in zip(after, before, drawn, strict=True):
        top, left = int(9 * down), int(9 * right)
        wanted = tv.crop(tv.pad(image, [4] * 4), top, left, *SHAPE[1:])
        wanted = tv.horizontal_flip(wanted) if mirror < 0.5 else wanted
        assert torch.equal(mine, wanted)
        seen.add((top, left, mirror < 0.5))
    assert len(seen) > OBJECTS / 2  # each object has its own
    assert {mirrored for *_, mirrored in seen} == {True, False}


def test_erased_squares_are_torchvisions():
    after, before, drawn = changed(Augment(erase=0.2))
    side = round(math.sqrt(0.2 * 9 * 14))
    for mine, image, (*_, down, right) in zip(after, before, drawn, strict=True):
        top, left = int(9 * down) - side // 2, int(14 * right) - side // 2
        wanted = tv.erase(
            image,
            max(top, 0),
            max(left, 0),
            min(top + side, 9) - max(top, 0),
            min(left + side, 14) - max(left, 0),
            torch.zeros(1),
        )
        assert torch.equal(mine, wanted)


ALL = Augment(rotation=20, crop=2, flip=True, erase=0.1)


@given(st.lists(st.integers(0, 100), min_size=1, max_size=6, unique=True), st.integers(1, 40))
@settings(deadline=None, max_examples=20)
def test_company_changes_no_bit(seeds, objects):
    x = torch.cat([images(seed, objects) for seed in seeds])
    together = ALL(x, SHAPE, [draw(seed) for seed in seeds])
    for place, seed in enumerate(seeds):
        assert torch.equal(together[place], ALL(x[place : place + 1], SHAPE, [draw(seed)])[0])


def test_a_further_change_leaves_the_draws_of_the_others():
    cropped, _, _ = changed(Augment(crop=3))
    both, _, _ = changed(Augment(crop=3, erase=0.1))
    kept = both != 0
    assert 0.5 < kept.float().mean() < 1
    assert torch.equal(both[kept], cropped[kept])


def test_what_is_given_is_not_changed():
    x = images()
    before = x.clone()
    assert not torch.equal(ALL(x, SHAPE, [draw(0)]), before)
    assert torch.equal(x, before)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Augment(), "changes nothing: give rotation, crop, flip or erase"),
        (lambda: Augment(rotation=181), "must be ≥ 0 and ≤ 180"),
        (lambda: Augment(crop=-1), "whole number ≥ 0"),
        (lambda: Augment(flip="yes"), "give True or False"),
        (lambda: Augment(erase=1), "must be ≥ 0 and < 1"),
        (lambda: Augment(flip=True).check((12,), "mine"), "mine has rows of 12 features"),
        (lambda: Augment(crop=9).check(SHAPE, "mine"), "fewer pixels than the 9"),
    ],
)
def test_a_wrong_value_is_one_clear_line(make, says):
    with pytest.raises(BadInputError) as caught:
        make()
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_fits_is_not_refused():
    Augment(crop=8).check(SHAPE, "mine")


@pytest.mark.parametrize("kind", ["bytes", "floats"])
def test_channels_are_standardised_by_their_mean_and_deviation(kind):
    objects = 20_001  # more than a block
    pixels = torch.randint(0, 256, (objects, 12), generator=draw(1), dtype=torch.uint8)
    pixels[:, 4:8] //= 7
    values = pixels.numpy().reshape(objects, 3, 4) / 255
    given = pixels if kind == "bytes" else pixels.float() / 255
    scale = channel_scale(given, (3, 2, 2))
    np.testing.assert_allclose(scale.means, values.mean((0, 2)), rtol=1e-6)
    np.testing.assert_allclose(scale.deviations, values.std((0, 2)), rtol=1e-6)
    wanted = (values - values.mean((0, 2))[:, None]) / values.std((0, 2))[:, None]
    ours = scale.inputs(pixels.float() / 255)
    np.testing.assert_allclose(ours.numpy(), wanted.reshape(objects, 12), atol=1e-5)


@pytest.mark.parametrize("value", [51, 0.1])
def test_a_channel_that_was_constant_keeps_its_unit(value):
    pixels = torch.full((1001, 8), value, dtype=torch.uint8 if value == 51 else torch.float32)
    pixels[:, 4:] = torch.tensor([0, 1, 0, 1])
    scale = channel_scale(pixels, (2, 2, 2))
    assert scale.deviations[0] == 1.0
    assert scale.means[0] == pytest.approx(0.2 if value == 51 else 0.1)
    assert scale.inputs(torch.ones(1, 8))[0, 0] == pytest.approx(1 - scale.means[0])


def test_groups_are_normalised_as_alone():
    x, scale = torch.cat([images(1), images(2)]), channel_scale(images()[0], SHAPE)
    assert torch.equal(scale.inputs(x)[1], scale.inputs(x[1]))
