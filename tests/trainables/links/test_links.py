from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pytest
import torch

from search_spaces.rows.garments import vae_link
from search_spaces.rows.published import published_link
from search_spaces.smoke import RECIPE
from trainables.artifacts.artifact import VaeArtifact
from trainables.data.datasets import load
from trainables.errors import BadInputError
from trainables.links.fixed import Dilation, FeatureNoise, Noise
from trainables.links.link import Identity, Link, apply, check_link
from trainables.links.photographs import PhotographBlend
from trainables.links.vae import VaeLink
from trainables.randomness import generator

IMAGE = (1, 28, 28)


@pytest.fixture(scope="module")
def images():
    return load("FashionMNIST").test.inputs()[:200].unflatten(1, IMAGE)


def test_identity(images):
    assert Identity()(images, generator("x", 0)) is images


@pytest.mark.parametrize("std", [0.08, 0.1, 0.316])
def test_noise_is_clipped_and_fresh(images, std):
    draws = generator("x", 0)
    one, two = (Noise(std=std)(images, draws) for _ in range(2))
    assert not torch.equal(one, two)
    assert (one.min(), one.max()) == (0, 1)
    middle = (images > 0.4) & (images < 0.6)
    if std < 0.2:  # far from the clipping: the noise itself
        assert (one - images)[middle].std() == pytest.approx(std, rel=0.05)
    again = Noise(std=std)(images, generator("x", 0))
    assert torch.equal(one, again)


def test_dilation_against_its_definition(images):
    ours = Dilation(scaled=False)(images, generator("x", 0)).reshape(-1, 24, 24)
    x = images.reshape(-1, 28, 28)
    corners = [(0, 0), (0, 4), (2, 2), (4, 0), (4, 4)]  # [[1,0,1],[0,1,0],[1,0,1]], two apart
    expected = sum(x[:, r : r + 24, c : c + 24] for r, c in corners)
    torch.testing.assert_close(ours, expected)
    scaled = Dilation()(images, generator("x", 0))
    torch.testing.assert_close(scaled.reshape(-1, 24, 24), expected / 5)
    assert scaled.max() <= 1


@pytest.mark.parametrize("shape", [(1, 9, 12), (3, 12, 9), (4, 5, 5)])
def test_dilation_of_other_images_is_channel_by_channel(shape):
    x = torch.rand(6, *shape, generator=generator("x", 1))
    found = Dilation()(x, generator("x", 0))
    assert found.shape[1:] == Dilation().shape(shape) == (shape[0], shape[1] - 4, shape[2] - 4)
    for channel in range(shape[0]):
        alone = Dilation()(x[:, channel : channel + 1], generator("x", 0))
        torch.testing.assert_close(found[:, channel : channel + 1], alone)


def test_vae_link_samples(images, workshop):
    recipe = replace(RECIPE, labels="all", schedule=replace(RECIPE.schedule, epochs=1))
    vae = workshop.vae(VaeArtifact(recipe=recipe, seed=0))
    link, draws = VaeLink(recipe=recipe), generator("x", 0)
    counterparts = link.with_model(vae)
    one, two = counterparts(images, draws), counterparts(images, draws)
    assert one.shape == images.shape
    assert not torch.equal(one, two)
    assert (one.min() >= 0.01 - 1e-6) & (one.max() <= 0.99 + 1e-6)  # the decoder clamps
    with pytest.raises(TypeError, match="needs its trained VAE"):
        link(images, draws)


def test_published_constants():
    assert published_link(Noise()).std == 0.08
    assert published_link(Dilation()) == Dilation(scaled=False)
    assert published_link(vae_link("all")).recipe.schedule.epochs == 75
    assert published_link(Identity()) == Identity()


@dataclass(frozen=True, kw_only=True)
class Mirror(Link):
    """The garment seen in a mirror."""

    name: ClassVar[str] = "mirror"

    def __call__(self, objects, generator):
        return objects.flip(-1)


def test_a_user_s_link_is_one_small_class(images):
    found = Mirror()(images, generator("x", 0))
    assert found.shape == images.shape
    assert torch.equal(found[..., 0], images[..., -1])
    assert Mirror().samples == 1
    assert Mirror().label == "mirror"


@pytest.mark.parametrize("link", [Mirror(), Dilation(), Noise(), PhotographBlend(), Identity()])
def test_objects_that_are_stored_flat_are_mapped_as_images(link, images):
    found = apply(link, images.flatten(1), IMAGE, generator("x", 0))
    assert torch.equal(found, link(images, generator("x", 0)).flatten(1))


def test_rows_of_a_table_are_mapped_as_they_are():
    rows = torch.rand(5, 15, generator=generator("x", 1))
    found = apply(FeatureNoise(std=0.5), rows, (15,), generator("x", 0))
    noise = torch.randn(5, 15, generator=generator("x", 0))
    torch.testing.assert_close(found, rows + 0.5 * noise)


# ---- a link is tried before anything starts ----


@dataclass(frozen=True, kw_only=True)
class Own(Link):
    name: ClassVar[str] = "own"


class Cropped(Own):
    def __call__(self, objects, generator):
        return objects[..., 2:-2, 2:-2]


class Flat(Own):
    def shape(self, shape):
        return (shape[0] * shape[1] * shape[2],)

    def __call__(self, objects, generator):
        return objects


class Absent(Own):
    def __call__(self, objects, generator):
        pass


class OfThree(Own):
    def __call__(self, images, generator, vae):
        return images


class Broken(Own):
    def __call__(self, objects, generator):
        return objects @ torch.rand(3, 3)


class NoShape(Own):
    def shape(self, shape):
        return shape[7]

    def __call__(self, objects, generator):
        return objects


@dataclass(frozen=True, kw_only=True)
class OfAList(Own):
    angles: Any = ()

    def __call__(self, objects, generator):
        return objects


@pytest.mark.parametrize(
    ("link", "says"),
    [
        (
            Cropped(),
            "the link Cropped makes [2, 1, 24, 24] of two objects [2, 1, 28, 28], but its shape() "
            "says [2, 1, 28, 28]: let them agree",
        ),
        (
            Flat(),
            "the link Flat makes [2, 1, 28, 28] of two objects [2, 1, 28, 28], but its shape() "
            "says [2, 784]: let them agree",
        ),
        (
            Absent(),
            "the link Absent makes None of two objects [2, 1, 28, 28], but its shape() says "
            "[2, 1, 28, 28]: let them agree",
        ),
        (
            OfThree(),
            "the link OfThree fails on two objects [2, 1, 28, 28]: TypeError: OfThree.__call__() "
            "missing 1 required positional argument: 'vae'",
        ),
        (
            Broken(),
            "the link Broken fails on two objects [2, 1, 28, 28]: RuntimeError: mat1 and mat2 "
            "shapes cannot be multiplied (56x28 and 3x3)",
        ),
        (
            NoShape(),
            "the link NoShape fails on two objects [2, 1, 28, 28]: IndexError: tuple index out of "
            "range",
        ),
        (
            OfAList(angles=[1, 2]),
            "the link OfAList(angles=[1, 2]) cannot be told from others: its fields must be "
            "numbers, strings, tuples and frozen dataclasses",
        ),
    ],
    ids=lambda given: type(given).__name__ if isinstance(given, Link) else "",
)
def test_a_wrong_link_is_one_clear_line(link, says):
    with pytest.raises(BadInputError) as caught:
        check_link(link, IMAGE)
    assert str(caught.value) == says


def test_what_fits_is_not_refused():
    for link in (Mirror(), Dilation(), Noise(), PhotographBlend(), Identity()):
        check_link(link, IMAGE)
    check_link(vae_link("all"), IMAGE)  # there is no model to try it with yet
    check_link(FeatureNoise(), (15,))


def test_to_try_a_link_draws_from_no_generator_of_others():
    before = torch.get_rng_state()
    check_link(Noise(std=0.123), (1, 6, 7))
    assert torch.equal(torch.get_rng_state(), before)
