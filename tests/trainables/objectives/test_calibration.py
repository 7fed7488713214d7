"""Reliability and ECE against a plain loop over objects."""

import pytest
import torch

from trainables.objectives.calibration import BINS, measure


def by_hand(logits, labels):
    """(objects, summed confidence, right) for each bin, object by object."""
    bins = [[0, 0.0, 0] for _ in range(BINS)]
    for row, label in zip(logits, labels, strict=True):
        p = row.softmax(-1)
        one = bins[min(int(p.max() * BINS), BINS - 1)]
        one[0] += 1
        one[1] += float(p.max())
        one[2] += int(p.argmax() == label)
    return bins


def test_against_a_loop_in_blocks_for_several_networks():
    draws = torch.Generator().manual_seed(0)
    logits = 3 * torch.randn(2, 500, 10, generator=draws)
    labels = torch.randint(10, (500,), generator=draws)
    blocks = [(logits[:, a : a + 200].transpose(1, 2), labels[a : a + 200]) for a in (0, 200, 400)]
    for member, found in enumerate(measure(blocks)):
        bins = by_hand(logits[member], labels)
        assert found.objects == [n for n, _, _ in bins]
        assert found.confidence == pytest.approx([c / max(n, 1) for n, c, _ in bins], abs=1e-5)
        assert found.accuracy == pytest.approx([r / max(n, 1) for n, _, r in bins], abs=1e-5)
        expected = sum(abs(c - r) for _, c, r in bins) / 500
        assert found.error == pytest.approx(expected, abs=1e-4)


def test_a_sure_and_right_network_has_no_error():
    labels = torch.arange(10)
    (sure,) = measure([(100 * torch.eye(10)[None], labels)])
    assert sure.objects == [0.0] * (BINS - 1) + [10]
    assert sure.error == 0
    (wrong,) = measure([(100 * torch.eye(10)[None], labels.roll(1))])
    assert wrong.error == 1


def test_a_network_of_nan_does_not_break_the_others():
    logits = torch.stack([torch.full((10, 4), torch.nan), torch.zeros(10, 4)])
    _, good = measure([(logits, torch.zeros(4, dtype=torch.long))])
    assert sum(good.objects) == 4
    assert good.confidence[1] == pytest.approx(0.1)
