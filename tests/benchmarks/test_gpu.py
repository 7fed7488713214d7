"""The GPU's benchmark, on a CPU: it runs whole, with torch alone, and its checks can fail."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

import benchmarks.gpu.__main__ as command
from benchmarks.gpu import checks, children, sharing, speed, work
from benchmarks.gpu.frame.budget import Budget, OutOfTimeError
from benchmarks.gpu.frame.table import WIDTH
from benchmarks.gpu.rivals.mapped import train_mapped
from benchmarks.gpu.rivals.plain import Data
from trainables.artifacts.workshop import ignore
from trainables.cohorts.cohort import Cohort
from trainables.data.domains import FASHION_MNIST
from trainables.distillation.student_stack import StudentStack
from trainables.networks import Perceptron
from trainables.schedule import Schedule

CPU = torch.device("cpu")
CLONE = Path(__file__).parents[2]
# What a GPU machine in the field may lack, and what installing torch does not bring along.
LACKING = (
    "ray mlflow typer rich platformdirs safetensors upath PIL pandas optuna torchvision scipy"
)
PARTS = ("students", "teachers", "VAEs", "ConvNets", "graphs", "two processes", "memory refused",
         "limits")  # fmt: skip


@pytest.fixture
def budget():
    return Budget(1e6, {"all": 1.0})


def students(epochs=1):
    schedule = Schedule(epochs=epochs, batch_size=64)
    return work.students(FASHION_MNIST, Perceptron(hidden=(64,)), schedule, "students")


def test_the_whole_command_with_torch_alone(tmp_path):
    code = f"import sys\nfor name in {LACKING.split()}: sys.modules[name] = None\n"
    (tmp_path / "sitecustomize.py").write_text(code)
    paths = os.pathsep.join([str(tmp_path), str(CLONE)])
    out = tmp_path / "found.json"
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.gpu", "cpu", "--minutes", "60", "--out", str(out)],
        env=os.environ | {"PYTHONPATH": paths, "STUDY_OFFLINE": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    *table, line = done.stdout.splitlines()
    assert max(map(len, table)) <= WIDTH
    assert out.read_text() == f"{line}\n"
    found = json.loads(line)
    assert len(found["checks"]) == 15
    assert all(check["found"] == 0.0 for check in found["checks"])  # a CPU is what it is
    assert found["unchecked"] == []
    assert found.keys() >= {*PARTS, "hardware", "torch", "minutes"}
    for kind in PARTS[:4]:
        assert all(row["rate"] > 0 and row["of_operations"] > 0 for row in found[kind]["cohorts"])
        assert found[kind]["in turn"]["rate"] > 0
    assert found["students"]["cohorts"][-1]["score"] > 0.4
    assert found["memory refused"] == "not on a CPU"
    assert len(found["graphs"]["checks"]) == 4
    assert all(check["found"] == 0.0 for check in found["graphs"]["checks"])


def test_what_does_not_fit_the_time_is_said(capsys):
    assert command.main(["cpu", "--minutes", "0", "--random"]) == 0
    said = capsys.readouterr().out
    found = json.loads(said.splitlines()[-1])
    assert len(found["unchecked"]) == 6
    for name in ("students", "teachers", "VAEs", "ConvNets"):
        assert found[name] == "stopped: its share of the time was over"
        assert f"{name}: stopped" in said
    assert "4 students: stopped" in said


def test_sizes_that_cannot_fit_are_not_tried(budget):
    tried = []

    def prepare(count):
        tried.append(count)
        if count == 3:
            raise torch.OutOfMemoryError("no room")
        return lambda report: time.sleep(0.01)

    budget.until = budget.spent + 10
    found = speed.sized(prepare, (1, 2, 10**6), budget, 2, CPU)
    assert tried == [1, 2]
    assert len(found[2].seconds) == 2
    assert "not run: up to" in found[10**6]
    found = speed.sized(prepare, (2, 3, 4), budget, 1, CPU)
    assert found[3] == "does not fit into the memory"
    assert "a smaller one did not fit" in found[4]
    assert tried == [1, 2, 2, 3]


def test_products_rounded_as_tf32_are_found(monkeypatch, budget):
    gather = StudentStack.gather

    def rounded(self, rows):
        x = gather(self, rows)  # the CPU's has one member, the device's has company
        return x if len(self) == 1 else (x.view(torch.int32) & ~0x1FFF).view(torch.float32)

    right = checks.against_cpu(students(), CPU, budget)
    monkeypatch.setattr(StudentStack, "gather", rounded)
    wrong = checks.against_cpu(students(), CPU, budget)
    assert all(check.passed for check in right)
    assert not wrong[0].passed
    assert checks.FIRST < wrong[0].found < 1e-2


def test_a_check_that_fails_and_a_part_that_breaks_exit_with_1(monkeypatch, capsys):
    def broken(bench):
        raise ZeroDivisionError("nothing")

    def failing(bench):
        bench.found["checks"] = bench.note([checks.Check("sums", float("nan"), 1.0)])

    monkeypatch.setattr(command, "PARTS", {"checks": failing, "limits": broken})
    assert command.main(["cpu", "--random"]) == 1
    said = capsys.readouterr().out
    assert "FAILED: sums; limits" in said
    assert json.loads(said.splitlines()[-1])["limits"] == "failed: ZeroDivisionError: nothing"


def test_refused_memory_is_met_with_halves(monkeypatch, budget):
    """What is asked of CUDA is answered by a CPU with room for two members of five."""
    limit = []
    gpu = {
        "memory_allocated": lambda device: 100,
        "max_memory_allocated": lambda device: 600,
        "reset_peak_memory_stats": lambda device: None,
        "get_device_properties": lambda device: SimpleNamespace(total_memory=1000),
        "set_per_process_memory_fraction": lambda share, device: limit.append(share),
    }
    for name, function in gpu.items():
        monkeypatch.setattr(torch.cuda, name, function)
    kind = students()
    train = kind.train

    def scarce(members, workshop, report):
        if 100 * (len(members) + 1) > 1000 * (limit or [1.0])[-1]:
            raise torch.OutOfMemoryError("no room")
        return train(members, workshop, report)

    object.__setattr__(kind, "train", scarce)
    found, about = sharing.memory_refused(kind, 5, CPU, budget)
    assert limit == [pytest.approx(0.4), 1.0]
    assert about["cohorts"] == 2
    assert all(check.passed and check.found == 0.0 for check in found)
    lonely = Cohort("student", tuple(kind.members(1)))
    limit.append(0.1)
    with pytest.raises(torch.OutOfMemoryError):
        sharing.in_halves(lonely, kind, work.prepared(lonely.members, CPU), ignore)


def test_a_process_whose_time_is_over_is_ended():
    task = children.Task(device="cpu", random=True, epochs=10**6)
    with pytest.raises(OutOfTimeError):
        children.started([task], Budget(0.0, {}))
    short = Budget(1.0, {"all": 1.0})
    short.until = short.spent + 0.5
    child = children.Child(task, short)
    with pytest.raises(OutOfTimeError):
        child.hear()
    child.close()
    assert child.process.returncode is not None


def test_random_images_have_the_real_ones_shapes_and_can_be_learnt():
    real, random = work.domain(random=False).load(), work.domain(random=True).load()
    for mine, theirs in zip(random[:2], real[:2], strict=True):
        assert mine.pixels.shape == theirs.pixels.shape
        assert mine.pixels.dtype == theirs.pixels.dtype
        assert mine.labels.unique().equal(theirs.labels.unique())


def test_the_rival_by_vmap_learns():
    schedule = Schedule(epochs=5, batch_size=64)
    accuracy = train_mapped(5, FASHION_MNIST, CPU, schedule, ignore)
    assert 0.5 < accuracy < 0.85
    data = Data.of(FASHION_MNIST, CPU)
    always_boots = torch.nn.Linear(784, 10)
    torch.nn.init.zeros_(always_boots.weight)
    always_boots.bias.data = torch.eye(10)[9]
    assert float(data.accuracy(always_boots)) == pytest.approx(0.1)
