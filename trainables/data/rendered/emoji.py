"""Emoji of one vendor, cut from the sheet of all of them: labels, groups and order are Unicode's.

Google's Noto Emoji v2.048 (Apache License 2.0) and Twemoji v16.0.1 (Creative Commons Attribution
4.0), as the packages emoji-datasource-google and emoji-datasource-twitter 16.0.0 ship them.
Both vendors draw every emoji of Unicode 16, so row k of one is the same emoji as row k of the
other: pairs.
"""

import io
import json
import re
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from trainables.data.rendered.packed import LabelledImages

SIDE = 64
CELL = SIDE + 2  # of a sheet: a picture with a border of one transparent pixel
CLASSES = (
    "Smileys & Emotion",
    "People & Body",
    "Animals & Nature",
    "Food & Drink",
    "Travel & Places",
    "Activities",
    "Objects",
    "Symbols",
    "Flags",
)  # Unicode's categories but Component, the five swatches of skin tones

# What is the same object drawn otherwise. Joined as one group, so that no split knows its
# twin: a runner with any skin, a woman running, and a man running to the right.
TONES_AND_FORMS = re.compile(r"-(1F3F[B-F]|FE0F)(?=-|$)")
GENDER_AND_DIRECTION = re.compile(r"-200D-(2640|2642|27A1)(?=-|$)")
ADULT, CHILD = (re.compile(r"\b1F46[89]\b"), "1F9D1"), (re.compile(r"\b1F46[67]\b"), "1F9D2")
COUPLE = "1F9D1-200D-1F91D-200D-1F9D1"
SAME = {
    "1F471": "1F9D1",  # with blond hair, which a light-skinned adult has too
    "1F46A": "1F9D1-200D-1F9D1-200D-1F9D2",
    "1F46B": COUPLE,
    "1F46C": COUPLE,
    "1F46D": COUPLE,
    "1F48F": "1F9D1-200D-2764-200D-1F48B-200D-1F9D1",
    "1F491": "1F9D1-200D-2764-200D-1F9D1",
    # Territories that fly the flag of Australia, Norway, France, the British Indian Ocean
    # Territory, Spain and the United States; and Sark, which Noto draws as Saudi Arabia.
    "1F1ED-1F1F2": "1F1E6-1F1FA",
    "1F1E7-1F1FB": "1F1F3-1F1F4",
    "1F1F8-1F1EF": "1F1F3-1F1F4",
    "1F1E8-1F1F5": "1F1EB-1F1F7",
    "1F1F2-1F1EB": "1F1EB-1F1F7",
    "1F1E9-1F1EC": "1F1EE-1F1F4",
    "1F1EA-1F1E6": "1F1EA-1F1F8",
    "1F1FA-1F1F2": "1F1FA-1F1F8",
    "1F1E8-1F1F6": "1F1F8-1F1E6",
}


def cut_out(table: bytes, sheet: bytes) -> LabelledImages:
    """Every emoji of `emoji.json` from a sheet, uint8 [n, 3, 64, 64], on white.

    Emoji are in Unicode's order, each followed by its skin tones. Labels are the categories;
    groups are emoji, named by their code points; variants count the skin tones, 0 is without.
    """
    listed = sorted(json.loads(table), key=lambda emoji: int(emoji["sort_order"]))
    places, labels, codes, variants = [], [], [], []
    for emoji in listed:
        if emoji["category"] not in CLASSES:
            continue
        for variant, drawn in enumerate([emoji, *emoji.get("skin_variations", {}).values()]):
            places.append(_place(drawn))
            labels.append(CLASSES.index(emoji["category"]))
            codes.append(group_of(emoji["unified"]))
            variants.append(variant)
    names = tuple(dict.fromkeys(codes))
    number = {name: index for index, name in enumerate(names)}
    page = on_white(np.array(Image.open(io.BytesIO(sheet)).convert("RGBA")))
    images = np.stack([page[top : top + SIDE, left : left + SIDE] for top, left in places])
    return LabelledImages(
        images=torch.from_numpy(images).permute(0, 3, 1, 2).contiguous(),
        labels=torch.tensor(labels),
        groups=torch.tensor([number[code] for code in codes]),
        variants=torch.tensor(variants),
        classes=CLASSES,
        group_names=names,
    )


def group_of(code: str) -> str:
    """The code points of an emoji (1F3C3-1F3FE-200D-2640-FE0F) without what only varies it."""
    plain = GENDER_AND_DIRECTION.sub("", TONES_AND_FORMS.sub("", code))
    for one, common in (ADULT, CHILD):
        plain = one.sub(common, plain)
    return SAME.get(plain, plain)


def on_white(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """[..., 3] of [..., 4]: colours laid over white by their opacity, rounded to the nearest."""
    opacity = pixels[..., 3:].astype(np.uint32)
    blended = pixels[..., :3] * opacity + 255 * (255 - opacity)
    return ((blended + 127) // 255).astype(np.uint8)


def shrunk(images: Tensor, size: int) -> Tensor:
    """Uint8 [n, C, size, size]: the mean of each block of pixels, rounded to the nearest."""
    block = images.shape[-1] // size
    if block == 1:
        return images
    blocks = images.unflatten(3, (size, block)).unflatten(2, (size, block))
    sums: Tensor = blocks.sum(dim=(3, 5), dtype=torch.int32)
    return ((2 * sums + block**2) // (2 * block**2)).to(torch.uint8)


def _place(drawn: dict[str, Any]) -> tuple[int, int]:
    """Top and left of its picture in a sheet."""
    return int(drawn["sheet_y"]) * CELL + 1, int(drawn["sheet_x"]) * CELL + 1
