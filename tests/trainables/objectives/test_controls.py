"""Label smoothing against PyTorch's own; class means and exchange against what they must keep."""

from dataclasses import replace

import pytest
import torch
from drawn_answers import drawn, gradients_are_right, terms_of
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from trainables.objectives import LADDER, ClassMeans, ClassShuffle, Distillation, LabelSmoothing
from trainables.objectives.controls import class_means, others_of_class


@given(seed=st.integers(0, 10**6), amount=st.sampled_from([0.0, 0.1, 0.9]))
def test_label_smoothing(seed, amount):
    objective = LabelSmoothing(amount=amount)
    given = drawn(objective, seed, dtype=torch.float64)
    wanted = functional.cross_entropy(
        given.student["outputs"][0], given.labels[0], label_smoothing=amount
    )
    torch.testing.assert_close(terms_of(objective, given)[0].loss[0], wanted)


def test_label_smoothing_is_no_baseline_and_needs_no_teacher():
    objective = LabelSmoothing()
    assert not objective.needs_teacher
    assert not objective.is_plain
    assert objective.note == ", LabelSmoothing amount=0.1"
    assert LabelSmoothing(amount=0).is_plain
    assert LabelSmoothing().label == "LabelSmoothing"
    assert LabelSmoothing(amount=0.5).label == "LabelSmoothing, ε 0.5"
    assert objective.alone() == Distillation(hard_label_weight=1)


def test_class_means_object_by_object():
    objective = ClassMeans(hard_label_weight=0.3, temperature=3)
    given = drawn(objective, 0, members=2, objects=20, classes=4, dtype=torch.float64)
    found = objective.prepare(given.teacher["outputs"], given.labels, given.numbers)
    for k, labels in enumerate(given.labels.tolist()):
        soft = [
            (z / given.numbers["temperature"][k]).softmax(-1) for z in given.teacher["outputs"][k]
        ]
        for place, label in enumerate(labels):
            own = [q for q, other in zip(soft, labels, strict=True) if other == label]
            torch.testing.assert_close(found[k, place], sum(own) / len(own))


@given(seed=st.integers(0, 10**6), classes=st.integers(2, 6))
def test_what_is_the_same_within_a_class_stays_and_so_does_the_mean_of_all(seed, classes):
    draw = torch.Generator().manual_seed(seed)
    labels = torch.randint(classes, (2, 30), generator=draw)
    values = torch.rand(2, 30, classes, generator=draw, dtype=torch.float64)
    means = class_means(values, labels)
    torch.testing.assert_close(class_means(means, labels), means)
    torch.testing.assert_close(means.mean(1), values.mean(1))


def test_the_loss_is_the_lambda_loss_of_what_was_prepared():
    means, usual = (
        kind(hard_label_weight=0.3, temperature=2) for kind in (ClassMeans, Distillation)
    )
    given = drawn(means, 0, members=2, objects=12, dtype=torch.float64)
    of_classes = 3 * torch.randn(2, 4, 4, dtype=torch.float64)
    logits = torch.stack([z[y] for z, y in zip(of_classes, given.labels, strict=True)])
    given = replace(given, teacher={"outputs": logits})  # it tells no objects of a class apart
    torch.testing.assert_close(terms_of(means, given)[0], terms_of(usual, given)[0])
    assert means.numbers() == usual.numbers()
    assert means.shape != usual.shape


@given(seed=st.integers(0, 10**6), classes=st.integers(2, 6), objects=st.integers(1, 40))
def test_each_gets_the_place_of_another_of_its_class_and_each_place_is_got_once(
    seed, classes, objects
):
    draw = torch.Generator().manual_seed(seed)
    labels = torch.randint(classes, (3, objects), generator=draw)
    for mine, found in zip(labels, others_of_class(labels), strict=True):
        assert sorted(found.tolist()) == list(range(objects))
        assert torch.equal(mine[found], mine)
        counts = mine.bincount(minlength=classes)[mine]
        kept = found == torch.arange(objects)
        assert torch.equal(kept, counts == 1)


def test_an_exchange_depends_on_a_member_s_own_labels_alone():
    draw = torch.Generator().manual_seed(0)
    labels = torch.randint(3, (4, 50), generator=draw)
    together = others_of_class(labels)
    for k in range(4):
        assert torch.equal(others_of_class(labels[k : k + 1])[0], together[k])


def test_exchanged_answers_are_as_sharp_and_their_class_means_are_the_same():
    shuffled, means = (kind(temperature=3) for kind in (ClassShuffle, ClassMeans))
    given = drawn(shuffled, 0, members=2, objects=40, classes=4, dtype=torch.float64)
    said = given.teacher["outputs"]
    found = shuffled.prepare(said, given.labels, given.numbers)
    soft = Distillation(temperature=3).prepare(said, given.labels, given.numbers)
    torch.testing.assert_close(found.sort(1).values, soft.sort(1).values)
    assert not torch.equal(found, soft)
    wanted = means.prepare(said, given.labels, given.numbers)
    torch.testing.assert_close(class_means(found, given.labels), wanted)


def test_what_controls_carry_is_on_the_ladder():
    kinds = (LabelSmoothing, ClassMeans, ClassShuffle, Distillation)
    assert [LADDER.index(kind.carries) for kind in kinds] == [0, 1, 2, 4]
    shapes = {kind().shape for kind in kinds}
    assert len(shapes) == len(kinds)


@pytest.mark.parametrize(
    "objective",
    [LabelSmoothing(amount=0.2), ClassMeans(temperature=2), ClassShuffle(temperature=2)],
)
def test_gradients(objective):
    given = drawn(objective, 0, members=2, objects=4, dtype=torch.float64)
    assert gradients_are_right(objective, given)
