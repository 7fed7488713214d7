"""What a GPU would wait for, counted on a CPU: a step asks nothing of the device."""

from collections import Counter

import pytest
import torch
from torch import Tensor

from benchmarks.gpu import work
from trainables.artifacts.workshop import ignore
from trainables.data.domains import FASHION_MNIST
from trainables.device import Placed, are_one, clock, is_out_of_memory
from trainables.networks import ConvNet, Perceptron
from trainables.schedule import Schedule

CPU = torch.device("cpu")
WAITS = ("to", "cpu", "cuda", "item", "tolist", "numpy", "repeat_interleave", "nonzero",
         "__bool__", "__int__", "__float__", "__index__")  # fmt: skip
"""Methods of a tensor that copy between host and device, or give the host a number."""


@pytest.fixture
def asked(monkeypatch):
    """How often each of them is called, and torch.tensor, which copies too."""
    counts = Counter()

    def counted(owner, name):
        whole = getattr(owner, name)

        def count(*given, **options):
            counts[name] += 1
            return whole(*given, **options)

        monkeypatch.setattr(owner, name, count)

    for name in WAITS:
        counted(Tensor, name)
    for name in ("tensor", "as_tensor", "from_numpy"):
        counted(torch, name)
    return counts


def students(batch):
    schedule = Schedule(epochs=2, batch_size=batch)
    return work.students(FASHION_MNIST, Perceptron(hidden=(64,)), schedule, "students")


def images(batch):
    schedule = Schedule(epochs=1, batch_size=batch)
    return work.students(FASHION_MNIST, ConvNet(channels=(2,)), schedule, "ConvNets")


def made(kind):
    def of(batch):
        return kind(FASHION_MNIST, "Small", 2, batch)

    return of


@pytest.mark.parametrize("kind", [students, images, made(work.teachers), made(work.vaes)])
def test_what_is_asked_of_the_device_does_not_grow_with_the_steps(asked, kind):
    """A thousand objects: an epoch of four steps waits as often as one of fifteen."""
    found = []
    for batch in (250, 250, 67):  # the first loads data, and makes what is kept
        members = kind(batch).members(7)
        workshop = work.prepared(members, CPU)
        asked.clear()
        kind(batch).train(members, workshop, ignore)
        found.append(dict(asked))
    assert found[1] == found[2]
    assert sum(found[1].values()) > 0


def test_what_is_placed_twice_is_there_once():
    placed, one = Placed(torch.device("meta")), torch.zeros(3)
    first, again, other = placed(one), placed(one), placed(one.clone())
    assert first.device.type == "meta"
    assert first is again
    assert other is not first
    assert are_one([first, again])
    assert not are_one([first, other])


def test_memory_that_is_refused_is_told_from_other_errors():
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA"))
    assert is_out_of_memory(MemoryError())
    assert is_out_of_memory(RuntimeError("DefaultCPUAllocator: can't allocate memory: 8 bytes"))
    assert not is_out_of_memory(RuntimeError("shapes"))
    assert clock(CPU) <= clock(CPU)
