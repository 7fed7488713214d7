"""The rivals, one epoch each: they train the same students, whichever way."""

import json

import pytest
import torch
from safetensors.torch import save_file

from benchmarks import rivals
from trainables.networks.perceptron import Mlp
from trainables.randomness import generator


@pytest.fixture
def teachers(tmp_path):
    sizes = (784, 256, 128, 64, 64, 10)
    made = {
        f"{seed}/{name}": weight
        for seed in range(rivals.SEEDS)
        for name, weight in Mlp(sizes, generator("rivals", seed)).state_dict().items()
    }
    save_file(made, tmp_path / "teachers.safetensors")
    return str(tmp_path / "teachers.safetensors")


def test_a_teacher_answers_as_the_studys(teachers):
    sizes = (784, 256, 128, 64, 64, 10)
    x = torch.rand(5, 784)
    theirs = [Mlp(sizes, generator("rivals", seed))(x) for seed in range(rivals.SEEDS)]
    for mine, other in zip(rivals.teachers(teachers), theirs, strict=True):
        torch.testing.assert_close(mine(x), other)


def test_every_way_without_ray_trains_the_same(teachers, tmp_path, capsys):
    said = []
    for way in ("in_turn", "optuna_jobs", "processes"):
        (tmp_path / way).mkdir()
        rivals.main(way, 5, 1, 64, str(tmp_path / way), teachers)
        said.append(json.loads(capsys.readouterr().out.splitlines()[-1]))
    one, with_threads, in_processes = said
    assert len(one) == rivals.SEEDS
    assert all(0.2 < accuracy < 0.9 for accuracy in (*one, *with_threads))
    assert in_processes == one
    assert len(with_threads) == rivals.SEEDS  # its threads share PyTorch's generator
