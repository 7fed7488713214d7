"""Views: what is seen of an object, by a formula of its own; objects and splits stay the same."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from tiles import Tiles

from trainables.artifacts.labelled import parts_of
from trainables.data.domains import BIKE_SHARING, GENERATED_MNIST, MNIST
from trainables.data.views import Columns, Shrunk, View, Viewed
from trainables.errors import BadInputError
from trainables.identity import canonical

SHRUNK = Shrunk(height=7, width=7)
DIGITS = Viewed(of=replace(MNIST, small=300), view=SHRUNK)
CALENDAR = Viewed(of=BIKE_SHARING, view=Columns(kept=(9, 0), title="calendar"))


def test_a_shrunk_image_is_the_means_of_its_rectangles():
    """By loops over bytes, in an image that is no square and has colours."""
    tiles = Viewed(of=Tiles(), view=Shrunk(height=2, width=5))
    whole, seen = tiles.of.split("Small", 3), tiles.split("Small", 3)
    assert tiles.shape == (3, 2, 5)
    images = whole.pixels.numpy().reshape(-1, 3, 6, 10).astype(np.float64)
    found = np.zeros((len(images), 3, 2, 5))
    for row in range(6):
        for column in range(10):
            found[:, :, row // 3, column // 2] += images[:, :, row, column] / (3 * 2) / 255
    np.testing.assert_allclose(seen.inputs().numpy(), found.reshape(-1, 30), atol=1e-6)
    assert seen.labels.equal(whole.labels)


def test_columns_are_those_named_in_their_order():
    whole, seen = (each.split("Small", 1) for each in (BIKE_SHARING, CALENDAR))
    assert seen.inputs().equal(whole.inputs()[:, [9, 0]])
    assert CALENDAR.standardised


TILES = Viewed(of=Tiles(), view=Shrunk(height=3, width=2))


@pytest.mark.parametrize("domain", [DIGITS, CALENDAR, TILES])
def test_objects_splits_and_what_is_held_out_are_the_whole_domain_s(domain):
    whole = domain.of
    for seed in (0, 1):
        for split in ("Train", "Big", "Small"):
            assert domain.rows(seed).of(split).equal(whole.rows(seed).of(split))
        for part in (0, 3):
            mine, theirs = (parts_of(d, "Small", 0.2, seed, part) for d in (domain, whole))
            assert mine.validate.equal(theirs.validate)
        labels, tested = domain.test(seed).labels, whole.test(seed)
        assert labels.equal(tested.labels)
        rows = slice(0, 7)
        looked = domain.view(tested[rows].inputs().unflatten(-1, whole.shape)).flatten(1)
        assert domain.test(seed)[rows].inputs().equal(looked)
    assert domain.compared_as == whole.compared_as


def test_it_is_named_hashed_and_described():
    assert (DIGITS.name, CALENDAR.name) == ("MNIST 7×7", "Reg calendar")
    assert canonical(DIGITS)["view"] == {"": "Shrunk", "height": 7, "width": 7}
    untitled = replace(CALENDAR, view=Columns(kept=(9, 0)))
    assert (untitled, untitled.name) == (CALENDAR, "Reg columns 9, 0")
    assert replace(CALENDAR, view=Columns(kept=(0, 9))) != CALENDAR
    described = DIGITS.described
    assert (described.name, described.seen, described.shape) == ("MNIST", "7×7", (1, 7, 7))
    assert MNIST.described.seen == ""


@dataclass(frozen=True, kw_only=True)
class Own(View):
    way: str

    @property
    def name(self):
        return "" if self.way == "no name" else "own"

    def __call__(self, objects):
        match self.way:
            case "mean of all":
                return objects - objects.mean()
            case "chance":
                return objects + torch.rand(objects.shape)
            case "nothing":
                return None
            case "fails":
                return objects.nothing
            case "bytes":
                return objects.byte()
            case "one row":
                return objects.flatten(1)[:1]
        return objects


WRONG = {
    "mean of all": "shows an object otherwise alone than beside another",
    "chance": "shows an object otherwise alone than beside another",
    "nothing": r"the view Own makes None of objects \[2, 1, 28, 28\]",
    "fails": "the view Own fails on objects",
    "bytes": "makes uint8 .* let it give floats",
    "one row": r"the view Own makes float32 \[1, 784\]",
    "no name": "Own.name is '': give a text",
}


@pytest.mark.parametrize("way", WRONG)
def test_a_view_of_one_s_own_that_is_none_is_refused(way):
    with pytest.raises(BadInputError, match=WRONG[way]) as refused:
        Viewed(of=MNIST, view=Own(way=way))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Viewed(of=MNIST, view=Shrunk(height=5, width=7)), "give divisors of 28 and 28"),
        (lambda: Viewed(of=MNIST, view=Columns(kept=(0,))), "of images give Shrunk"),
        (lambda: Viewed(of=BIKE_SHARING, view=SHRUNK), "is a view of images"),
        (lambda: Viewed(of=BIKE_SHARING, view=Columns(kept=(0, 15))), "numbers from 0 to 14"),
        (lambda: Viewed(of=DIGITS, view=SHRUNK), "and no view yet"),
        (lambda: Viewed(of=GENERATED_MNIST, view=SHRUNK), "give a domain that has objects"),
        (lambda: Viewed(of=MNIST, view=7), r"give a view, Shrunk\(height=7, width=7\) say"),
        (lambda: Columns(kept=(1, 1)), "each once"),
        (lambda: Columns(kept=()), "give the numbers of features from 0"),
        (lambda: Shrunk(height=0, width=7), "Shrunk.height is 0"),
    ],
)
def test_what_makes_no_sense_is_refused(make, says):
    with pytest.raises(BadInputError, match=says):
        make()
