"""What is held out of a split, and who must not see it."""

import pytest
import torch
from few import Few
from hypothesis import given, settings
from hypothesis import strategies as st

from trainables.artifacts.labelled import labelled_rows, parts_of, without_held_out
from trainables.data.domains import BIKE_SHARING, FASHION_MNIST
from trainables.data.splits import hold_out

GROUPED = Few(grouped=1_500)  # of 60,000 objects: 40 groups, some two objects each of Small


def test_low_resource_labels_are_small_less_what_is_held_out():
    small = set(FASHION_MNIST.rows(7).small.tolist())
    all_of_it = labelled_rows(FASHION_MNIST, "small", 0.0, 7)
    fewer = labelled_rows(FASHION_MNIST, "small", 0.2, 7)
    assert set(all_of_it.tolist()) == small
    assert len(fewer) == 800
    held_out = FASHION_MNIST.rows(7).small[hold_out(1000, 0.2, 7).validate]
    assert not set(fewer.tolist()) & set(held_out.tolist())
    assert len(labelled_rows(FASHION_MNIST, "all", 0.2, 7)) == 60_000


@settings(max_examples=20)
@given(seed=st.integers(0, 1_000), part=st.integers(0, 4))
def test_groups_are_held_out_together(seed, part):
    """All but those that a boundary cuts: the groups of the split's own objects."""
    parts = parts_of(GROUPED, "Small", 0.2, seed, part)
    group = GROUPED.rows(seed).small // 1_500
    assert len(parts.validate) == 64 // 5
    cut = set(group[parts.learn].tolist()) & set(group[parts.validate].tolist())
    assert len(cut) <= (1 if part == 0 else 2)
    plain = hold_out(64, 0.2, seed, part)
    assert len(plain.validate) == len(parts.validate)


def test_what_has_no_groups_is_held_out_as_ever():
    for domain, objects in ((FASHION_MNIST, 1_000), (BIKE_SHARING, 300)):
        parts, plain = parts_of(domain, "Small", 0.25, 3, 1), hold_out(objects, 0.25, 3, 1)
        assert torch.equal(parts.learn, plain.learn)
        assert torch.equal(parts.validate, plain.validate)


@pytest.mark.parametrize("domain", [FASHION_MNIST, BIKE_SHARING, GROUPED])
def test_a_teacher_goes_without_what_is_held_out_of_its_student(domain):
    rows = domain.rows(5)
    for split in ("Train", "Small"):
        held = rows.of(split)[parts_of(domain, split, 0.2, 5, 1).validate]
        left = without_held_out(domain, "Train", split, 0.2, 5, 1)
        assert set(left.tolist()) == set(rows.train.tolist()) - set(held.tolist())
        assert len(left) == len(rows.train) - len(held)
        assert torch.equal(left, rows.train[torch.isin(rows.train, left)])  # in their order
