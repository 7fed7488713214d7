"""The benchmark of convolutions: all its ways compute the same, and its table is whole."""

import json

import pytest
import torch

from benchmarks import convolution


def test_it_runs_and_reports_every_way(capsys, monkeypatch):
    monkeypatch.setattr(convolution, "matrix_rate", lambda: 100.0)
    monkeypatch.setattr(convolution, "start_up", lambda repeats: 2.0)
    monkeypatch.setattr(convolution, "BLOCK", 8)
    convolution.main(sizes="1,2", repeats=1)
    shown = capsys.readouterr().out
    assert all(name in shown for name in convolution.WAYS)
    figures = json.loads(shown.strip().splitlines()[-1])
    # 64 objects: 3 products a layer but the first's 2, of 112,896 + 903,168 + 15,680 multiply-adds
    assert figures["flops"] == 2 * 64 * (2 * 112_896 + 3 * (903_168 + 15_680))
    assert set(figures["ms"]["2"]) == set(convolution.WAYS)
    assert all(min(times) > 0 for times in figures["ms"]["2"].values())


def test_a_student_is_its_steps_and_tests():
    assert convolution.of_a_student(2.0, 10.0) == pytest.approx(1.6 + 1.8)


def test_other_ways_train_the_same_network():
    """The second step's loss depends on the first one's gradients."""
    found = []
    for way in (
        convolution.plain,
        convolution.plain_by_pixel,
        convolution.mapped,
        convolution.groups,
    ):
        torch.manual_seed(0)
        student = way(1)
        found.append(torch.stack([student.step().detach().squeeze() for _ in range(2)]))
    for other in found[1:]:
        torch.testing.assert_close(other, found[0], atol=1e-4, rtol=1e-4)
