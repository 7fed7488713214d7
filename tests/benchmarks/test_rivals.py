"""The rivals, one epoch each: they train the same students, whichever way."""

import json

import pytest
import torch

from benchmarks import rivals
from trainables.models import Perceptron
from trainables.randomness import generator


@pytest.fixture
def teachers(tmp_path):
    sizes = (784, 256, 128, 64, 64, 10)
    made = [Perceptron(sizes, generator("rivals", seed)) for seed in range(rivals.SEEDS)]
    torch.save([list(one.state_dict().values()) for one in made], tmp_path / "teachers.pt")
    return str(tmp_path / "teachers.pt")


def test_every_way_without_ray_trains_the_same(teachers, tmp_path, capsys):
    said = []
    for way in ("in_turn", "optuna_jobs", "processes"):
        (tmp_path / way).mkdir()
        rivals.main(way, 5, 1, 64, str(tmp_path / way), teachers)
        said.append(json.loads(capsys.readouterr().out.splitlines()[-1]))
    one, with_threads, in_processes = said
    assert len(one) == rivals.SEEDS
    assert all(0.2 < accuracy < 0.9 for accuracy in one)
    assert in_processes == one
    assert len(with_threads) == rivals.SEEDS  # its threads share PyTorch's generator
