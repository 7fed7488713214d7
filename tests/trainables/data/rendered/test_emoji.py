"""Emoji cut from a sheet: places, colours on white, and what belongs together."""

import io
import json

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from trainables.data.rendered.emoji import CLASSES, cut_out, group_of, on_white, shrunk


def described(code, place, **fields):
    return {"unified": code, "sheet_x": place[0], "sheet_y": place[1], **fields}


# Not in Unicode's order, with a swatch that is no picture, and a runner with a second skin.
TABLE = [
    described("1F1EB-1F1F7", (1, 1), category="Flags", sort_order=9),
    described("1F3FB", (0, 2), category="Component", sort_order=5),
    described(
        "1F3C3",
        (0, 1),
        category="People & Body",
        sort_order=2,
        skin_variations={"1F3FE": described("1F3C3-1F3FE", (1, 0))},
    ),
    described("1F600", (0, 0), category="Smileys & Emotion", sort_order=1),
]


@pytest.fixture(scope="module")
def pixels():
    draw = np.random.default_rng(0)
    return draw.integers(0, 256, (3 * 66, 2 * 66, 4), dtype=np.uint8)


@pytest.fixture(scope="module")
def cut(pixels):
    sheet = io.BytesIO()
    Image.fromarray(pixels).save(sheet, "png")
    return cut_out(json.dumps(TABLE).encode(), sheet.getvalue())


def test_pictures_are_in_unicode_s_order_with_their_skins(cut):
    assert cut.classes == CLASSES
    assert [CLASSES[label] for label in cut.labels] == [
        "Smileys & Emotion",
        "People & Body",
        "People & Body",
        "Flags",
    ]
    assert [cut.group_names[group] for group in cut.groups] == [
        "1F600",
        "1F3C3",
        "1F3C3",
        "1F1EB-1F1F7",
    ]
    assert cut.variants.tolist() == [0, 0, 1, 0]


def test_each_is_its_cell_of_the_sheet_on_white(cut, pixels):
    sheet = Image.fromarray(pixels)
    white = Image.new("RGBA", sheet.size, "white")
    white.alpha_composite(sheet)
    for image, (x, y) in zip(cut.images, [(0, 0), (0, 1), (1, 0), (1, 1)], strict=True):
        box = (66 * x + 1, 66 * y + 1, 66 * x + 65, 66 * y + 65)
        expected = np.array(white.crop(box).convert("RGB"), dtype=int)
        assert np.abs(image.permute(1, 2, 0).numpy() - expected).max() <= 1


@given(arrays(np.uint8, (3, 4)))
def test_colours_are_laid_over_white(pixels):
    opacity = pixels[:, 3:] / 255
    expected = pixels[:, :3] * opacity + 255 * (1 - opacity)
    assert np.abs(on_white(pixels) - expected).max() <= 0.5 + 1e-9


@given(st.sampled_from([64, 32, 16]), st.integers(0, 2**31))
def test_shrunk_is_the_mean_of_blocks(size, seed):
    draws = torch.Generator().manual_seed(seed)
    images = torch.randint(256, (2, 3, 64, 64), generator=draws, dtype=torch.uint8)
    mean = torch.nn.functional.avg_pool2d(images.double(), 64 // size)
    small = shrunk(images, size)
    assert small.dtype == torch.uint8
    assert torch.equal(small.double(), (mean + 0.5).floor())


@pytest.mark.parametrize(
    ("codes", "group"),
    [
        (("1F600",), "1F600"),
        (("263A-FE0F", "263A"), "263A"),
        (("0023-FE0F-20E3",), "0023-20E3"),
        (
            (
                "1F3C3",
                "1F3C3-1F3FE",
                "1F3C3-200D-2640-FE0F",
                "1F3C3-1F3FB-200D-2642-FE0F-200D-27A1-FE0F",
            ),
            "1F3C3",
        ),
        (
            ("1F468-200D-1F52C", "1F469-1F3FF-200D-1F52C", "1F9D1-200D-1F52C"),
            "1F9D1-200D-1F52C",
        ),
        (("1F468", "1F469-1F3FC", "1F9D1", "1F471-1F3FC-200D-2640-FE0F"), "1F9D1"),
        (
            ("1F46A", "1F468-200D-1F469-200D-1F466", "1F469-200D-1F469-200D-1F467"),
            "1F9D1-200D-1F9D1-200D-1F9D2",
        ),
        (("1F1EB-1F1F7", "1F1F2-1F1EB"), "1F1EB-1F1F7"),
        (("1F3F4-200D-2620-FE0F",), "1F3F4-200D-2620"),
        (("1F3F3-FE0F-200D-1F308",), "1F3F3-200D-1F308"),
    ],
)
def test_what_only_varies_an_emoji_is_one_group(codes, group):
    assert {group_of(code) for code in codes} == {group}
