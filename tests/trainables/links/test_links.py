from dataclasses import dataclass
from typing import ClassVar

import pytest
import torch

from search_spaces.rows.published import published_link
from trainables.artifacts.artifact import VaeArtifact
from trainables.data.datasets import load
from trainables.links.fixed import Dilation, Noise
from trainables.links.link import Identity, Link
from trainables.links.vae import VaeLink
from trainables.randomness import generator
from trainables.recipes import Schedule, VaeRecipe


@pytest.fixture(scope="module")
def images():
    return load("FashionMNIST").test.inputs()[:200]


def test_identity(images):
    assert Identity()(images, generator("x", 0), None) is images


@pytest.mark.parametrize("std", [0.08, 0.1, 0.316])
def test_noise_is_clipped_and_fresh(images, std):
    draws = generator("x", 0)
    one, two = (Noise(std=std)(images, draws, None) for _ in range(2))
    assert not torch.equal(one, two)
    assert (one.min(), one.max()) == (0, 1)
    middle = (images > 0.4) & (images < 0.6)
    if std < 0.2:  # far from the clipping: the noise itself
        assert (one - images)[middle].std() == pytest.approx(std, rel=0.05)
    again = Noise(std=std)(images, generator("x", 0), None)
    assert torch.equal(one, again)


def test_dilation_against_its_definition(images):
    ours = Dilation(scaled=False)(images, generator("x", 0), None).reshape(-1, 24, 24)
    x = images.reshape(-1, 28, 28)
    corners = [(0, 0), (0, 4), (2, 2), (4, 0), (4, 4)]  # [[1,0,1],[0,1,0],[1,0,1]], two apart
    expected = sum(x[:, r : r + 24, c : c + 24] for r, c in corners)
    torch.testing.assert_close(ours, expected)
    scaled = Dilation()(images, generator("x", 0), None)
    torch.testing.assert_close(scaled.reshape(-1, 24, 24), expected / 5)
    assert scaled.max() <= 1


def test_vae_link_samples(images, workshop):
    recipe = VaeRecipe(garments="Small", schedule=Schedule(epochs=1, batch_size=64))
    vae = workshop.vae(VaeArtifact(recipe=recipe, seed=0))
    link, draws = VaeLink(recipe=recipe), generator("x", 0)
    one, two = link(images, draws, vae), link(images, draws, vae)
    assert one.shape == images.shape
    assert not torch.equal(one, two)
    assert (one.min() >= 0.01 - 1e-6) & (one.max() <= 0.99 + 1e-6)  # the decoder clamps
    with pytest.raises(TypeError, match="needs its trained VAE"):
        link(images, draws, None)


def test_published_constants():
    assert published_link(Noise()).std == 0.08
    assert published_link(Dilation()) == Dilation(scaled=False)
    assert published_link(VaeLink()).recipe.schedule.epochs == 75
    assert published_link(Identity()) == Identity()


def test_a_user_s_link_is_one_small_class(images):
    @dataclass(frozen=True, kw_only=True)
    class Mirror(Link):
        """The garment seen in a mirror."""

        name: ClassVar[str] = "mirror"

        def __call__(self, images, generator, vae):
            return images.reshape(-1, 28, 28).flip(-1).flatten(1)

    assert Mirror()(images, generator("x", 0), None).shape == images.shape
    assert Mirror().samples == 1
