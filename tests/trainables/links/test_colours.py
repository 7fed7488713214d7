"""The link by colour statistics: each channel gets the moments of the teacher's."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from everything import Everything
from twins import Twin, images, through

from trainables.artifacts.artifact import model_of
from trainables.data.views import View, Viewed
from trainables.links import ColourRecipe, ColourStatistics

PLAIN, TURNED = Twin(), Twin(turned=True)
COLOURS = ColourRecipe(objects=PLAIN, counterparts=TURNED)


def test_colours_have_the_teacher_s_moments(workshop):
    """Of the objects that they were measured on, by NumPy, channel by channel."""
    big = images(PLAIN, "Big", 3)
    found = through(workshop, ColourStatistics(recipe=COLOURS), 3, big).numpy()
    theirs = images(TURNED, "Big", 3).numpy()
    for channel in range(3):
        mine, wanted = found[:, channel].astype(float), theirs[:, channel].astype(float)
        assert mine.mean() == pytest.approx(wanted.mean(), abs=1e-6)
        assert np.sqrt(mine.var()) == pytest.approx(np.sqrt(wanted.var()), abs=1e-6)
    assert found[:, 0].mean() != pytest.approx(float(big[:, 0].mean()), abs=0.1)


def test_colours_of_one_domain_change_nothing(workshop):
    link = ColourStatistics(recipe=ColourRecipe(objects=PLAIN, counterparts=PLAIN))
    big = images(PLAIN, "Small", 0)
    torch.testing.assert_close(through(workshop, link, 0, big), big)


def test_colours_of_floats_are_those_of_bytes(workshop):
    """Of domains that are seen through a view, whose pixels are floats in [0, 1]."""
    seen = [Viewed(of=domain, view=Everything()) for domain in (PLAIN, TURNED)]
    recipe = ColourRecipe(objects=seen[0], counterparts=seen[1])
    of_floats, of_bytes = (
        workshop.get_or_make(model_of(one, 3)).tensors for one in (recipe, COLOURS)
    )
    for name, values in of_bytes.items():
        torch.testing.assert_close(of_floats[name], values)


@dataclass(frozen=True, kw_only=True)
class Dark(View):
    """Nothing of the first channel."""

    @property
    def name(self):
        return "dark"

    def __call__(self, objects):
        return torch.cat([torch.full_like(objects[:, :1], 0.1), objects[:, 1:]], dim=1)


def test_a_constant_channel_is_shifted_alone(workshop):
    """Of the student's domain; where it is the teacher's, its one value is what comes of it."""
    dark = Viewed(of=PLAIN, view=Dark())
    wanted = images(TURNED, "Big", 3)[:, 0].mean()
    link = ColourStatistics(recipe=ColourRecipe(objects=dark, counterparts=TURNED))
    seen = torch.full((2, *PLAIN.shape), 0.1)
    torch.testing.assert_close(through(workshop, link, 3, seen)[:, 0].mean(), wanted)
    torch.testing.assert_close(through(workshop, link, 3, seen + 0.2)[:, 0].mean(), wanted + 0.2)
    link = ColourStatistics(recipe=ColourRecipe(objects=PLAIN, counterparts=dark))
    found = through(workshop, link, 3, images(PLAIN, "Small", 3))[:, 0]
    torch.testing.assert_close(found, torch.full_like(found, 0.1))
