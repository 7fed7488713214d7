"""Balanced accuracy against scikit-learn's."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score

from trainables.objectives.balanced import balanced_accuracy, mean_recall
from trainables.objectives.metrics import classified


# It warns of classes that occur only among the answers, and of a single class; it counts neither.
@pytest.mark.filterwarnings("ignore::UserWarning")
@given(seed=st.integers(0, 10**6), objects=st.integers(1, 40), classes=st.integers(2, 9))
def test_against_scikit_learn_where_some_classes_do_not_occur(seed, objects, classes):
    draw = torch.Generator().manual_seed(seed)
    logits = torch.randn(3, objects, classes, generator=draw)
    labels = torch.randint(classes, (3, objects), generator=draw)
    labels[0] = labels[0].clamp(max=1)
    found = balanced_accuracy(logits, labels)
    for k in range(3):
        answers = logits[k].argmax(-1)
        assert found[k].item() == pytest.approx(balanced_accuracy_score(labels[k], answers))


def test_labels_that_all_members_share():
    right = torch.tensor([[True, False, True, True], [False, False, True, True]])
    labels = torch.tensor([0, 0, 0, 5])
    assert mean_recall(right, labels).tolist() == pytest.approx([(2 / 3 + 1) / 2, (1 / 3 + 1) / 2])


def test_a_network_that_names_the_largest_class_is_found_out():
    labels = torch.tensor([[0] * 90 + [1] * 10])
    logits = torch.tensor([1.0, 0.0]).expand(1, 100, 2)
    assert classified(logits, labels).accuracy.item() == pytest.approx(0.9)
    assert balanced_accuracy(logits, labels).item() == 0.5


def test_of_equal_classes_it_is_the_accuracy():
    draw = torch.Generator().manual_seed(0)
    labels = torch.arange(5).repeat(2, 8)
    logits = torch.randn(2, 40, 5, generator=draw)
    torch.testing.assert_close(
        balanced_accuracy(logits, labels), classified(logits, labels).accuracy
    )
