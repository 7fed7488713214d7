"""Characters drawn from fonts: against SciPy's morphology, exact averages, and MNIST's rules."""

from pathlib import Path

import matplotlib
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage

from trainables.data.rendered.digits import (
    LARGE,
    cut,
    drawn,
    fitted,
    heavier,
    large_glyphs,
    picture,
    slanted,
)

FOLDER = Path(matplotlib.get_data_path()) / "fonts/ttf"
SANS, BOLD, SERIF = (
    (FOLDER / f"DejaVu{style}.ttf").read_bytes() for style in ("Sans", "Sans-Bold", "Serif")
)
FONTS = [("sans", (SANS, BOLD)), ("serif", (SERIF,))]
COPIES = 6
SMALL = arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)))


@pytest.fixture(scope="module")
def digits():
    return drawn(FONTS, "0123456789", COPIES)


def centre(images, axis):
    """Of mass, along rows (1) or columns (2) of [n, 28, 28]."""
    ink = images.double().sum(3 - axis)
    return (ink * torch.arange(28)).sum(1) / ink.sum(1)


def test_each_picture_knows_its_character_family_and_style(digits):
    assert digits.images.shape == (2 * 10 * COPIES, 1, 28, 28)
    assert digits.classes == tuple("0123456789")
    assert digits.group_names == ("sans", "serif")
    cells = torch.stack([digits.groups, digits.labels]).unique(dim=1, return_counts=True)
    assert cells[0].shape == (2, 20)
    assert set(cells[1].tolist()) == {COPIES}
    assert digits.variants[digits.groups == 0].unique().tolist() == [0, 1]
    assert digits.variants[digits.groups == 1].unique().tolist() == [0]


def test_a_picture_is_as_mnist_s_are(digits):
    images = digits.images[:, 0]
    assert (images.amax(dim=(1, 2)) == 255).all()
    for axis in (1, 2):
        assert ((centre(images, axis) - 14).abs() <= 0.6).all()
        ink = images.amax(dim=3 - axis) > 0
        assert (ink.sum(1) <= 22).all()  # 20, and what blur adds
    assert not images[:, ::27, ::27].any()  # corners: the background is black
    assert (images == 0).float().mean() > 0.6


def test_the_same_is_drawn_again_and_no_picture_like_another(digits):
    again = drawn(FONTS, "0123456789", COPIES)
    assert torch.equal(again.images, digits.images)
    assert torch.equal(again.variants, digits.variants)
    assert len(digits.images.flatten(1).unique(dim=0)) > 0.98 * len(digits)


def test_each_label_shows_its_character(digits):
    """The plain glyph of its own label is nearest, for nearly all."""
    plain = np.stack(
        [picture(glyph, 4, 16, 1, 19, 2) for glyph in large_glyphs(SANS, "0123456789")]
    )
    nearest = torch.cdist(digits.images.flatten(1).float(), torch.from_numpy(plain).flatten(1) / 1)
    assert (nearest.argmin(1) == digits.labels).float().mean() > 0.85


def test_glyphs_are_large_and_cut():
    glyphs = large_glyphs(SERIF, "0123456789")
    assert max(len(glyph) for glyph in glyphs) == pytest.approx(LARGE, abs=2)
    assert all(np.array_equal(cut(glyph), glyph) for glyph in glyphs)


def test_a_character_that_a_font_lacks_is_said():
    with pytest.raises(OSError, match="the font has no '一'"):
        large_glyphs(SANS, "1一")


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>", SANS[:1000]])
def test_a_file_that_is_no_font_is_a_failed_source(content):
    with pytest.raises(OSError, match=r"\w"):
        drawn([("no", (content,))], "1", 1)


@given(SMALL, st.integers(0, 4))
def test_heavier_is_scipy_s_dilation(glyph, weight):
    square = np.ones((2 * weight + 1, 2 * weight + 1))
    expected = ndimage.grey_dilation(
        np.pad(glyph, weight), footprint=square, mode="constant", cval=0
    )
    np.testing.assert_array_equal(heavier(glyph, weight), expected)


@given(SMALL)
def test_lighter_is_scipy_s_erosion_unless_nothing_would_be_left(glyph):
    eroded = ndimage.grey_erosion(np.pad(glyph, 1), size=3, mode="constant", cval=0)
    lighter = heavier(glyph, -1)
    if eroded.max() == 255:
        np.testing.assert_array_equal(cut(lighter), cut(eroded))
    else:
        np.testing.assert_array_equal(lighter, glyph)


@given(SMALL, st.integers(-12, 20))
def test_slanted_moves_rows_by_their_height(glyph, slant):
    result = slanted(glyph, slant)
    starts = [slant * height // 64 for height in range(len(glyph))[::-1]]
    for row, start in enumerate(starts):
        first = start - min(starts)
        expected = np.zeros(result.shape[1])
        expected[first : first + glyph.shape[1]] = glyph[row]
        np.testing.assert_array_equal(result[row], expected)


@given(SMALL, st.integers(13, 20), st.integers(5, 12))
def test_fitted_is_the_mean_over_each_pixel_s_area(glyph, width, fit):
    """Each old pixel repeated so often that the new ones are blocks of whole pixels."""
    small = fitted(glyph, width, fit)
    assert fit == max(small.shape) >= min(small.shape) >= 1
    repeated = np.kron(glyph.astype(int), np.ones(small.shape, dtype=int))
    blocks = repeated.reshape(small.shape[0], glyph.shape[0], small.shape[1], glyph.shape[1])
    mean = blocks.sum(axis=(1, 3)) / glyph.size
    np.testing.assert_array_equal(small, np.floor(mean + 0.5))


def test_fitting_keeps_proportions():
    assert fitted(np.full((160, 80), 255, dtype=np.uint8), 16, 20).shape == (20, 10)
    assert fitted(np.full((160, 80), 255, dtype=np.uint8), 20, 16).shape == (16, 10)
    assert fitted(np.full((80, 160), 255, dtype=np.uint8), 16, 18).shape == (9, 18)


def test_blur_is_a_convolution_that_moves_nothing():
    glyph = large_glyphs(SANS, "5")[0]
    sharp = picture(glyph, 0, 16, 0, 20, 0).astype(float)
    for blur in range(5):
        kernel = np.array([blur, 16 - 2 * blur, blur]) / 16
        expected = ndimage.convolve(sharp, np.outer(kernel, kernel), mode="constant")
        soft = picture(glyph, 0, 16, 0, 20, blur)
        np.testing.assert_allclose(soft, 255 * expected / expected.max(), atol=1.5)
