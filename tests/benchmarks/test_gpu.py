"""The GPU's benchmark, on a CPU: its code runs, and its cohorts learn."""

import torch

from benchmarks import gpu


def test_on_a_cpu(monkeypatch, capsys):
    monkeypatch.setattr(gpu, "process", lambda schedule, device: 5.0)  # takes its five seconds
    _, cohort = gpu.main(torch.device("cpu"), epochs=3, sizes=[5])
    assert cohort["students"] == 5
    assert cohort["accuracy"] > 0.4
    assert "5 students at once" in capsys.readouterr().out
