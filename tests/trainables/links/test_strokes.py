"""Blur and thickness are SciPy's filters of each picture."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from trainables.errors import BadInputError
from trainables.links import Blur, Thickness
from trainables.randomness import generator

DRAW = generator("strokes", 0)
PICTURES = torch.rand(3, 2, 11, 9, generator=DRAW)


def each(pictures, change):
    """A function of [height, width] on every channel of every picture."""
    return np.stack([[change(plane) for plane in picture] for picture in pictures.numpy()])


@given(st.floats(0.3, 3.0))
def test_a_blur_is_a_gaussian_filter(std):
    found = Blur(std=std)(PICTURES, DRAW)
    reach = max(1, round(3 * std))
    expected = each(
        PICTURES, lambda x: ndimage.gaussian_filter(x, std, mode="constant", radius=reach)
    )
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize(
    ("change", "footprint", "filtered"),
    [
        (1.0, 3, ndimage.grey_dilation),
        (2.0, 5, ndimage.grey_dilation),
        (-1.0, 3, ndimage.grey_erosion),
        (-2.0, 5, ndimage.grey_erosion),
    ],
)
def test_whole_pixels_are_a_greyscale_dilation_or_erosion(change, footprint, filtered):
    found = Thickness(change=change)(PICTURES, DRAW)
    expected = each(PICTURES, lambda x: filtered(x, size=footprint, mode="nearest"))
    np.testing.assert_array_equal(found, expected)


@given(st.floats(-1, 1))
def test_a_part_of_a_pixel_is_that_share_of_the_way(change):
    found = Thickness(change=change)(PICTURES, DRAW)
    whole = Thickness(change=1.0 if change > 0 else -1.0)(PICTURES, DRAW)
    torch.testing.assert_close(found, PICTURES + abs(change) * (whole - PICTURES))


def test_no_change_is_none():
    assert torch.equal(Thickness(change=0.0)(PICTURES, DRAW), PICTURES)


@pytest.mark.parametrize("link", [lambda: Blur(std=0.0), lambda: Thickness(change=3.0)])
def test_what_is_too_much_or_nothing_is_refused(link):
    with pytest.raises(BadInputError, match="it must be"):
        link()
