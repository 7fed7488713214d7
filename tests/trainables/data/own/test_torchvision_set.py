"""By data sets that are on disk, or made up: nothing is downloaded."""

import pickle
import struct
from dataclasses import replace

import pytest
import torch
from torchvision import datasets

from trainables.data.own import TorchvisionSet, kinds
from trainables.data.task import Classes
from trainables.errors import BadInputError

FAKE = {"size": 30, "image_size": (3, 8, 6), "num_classes": 3}


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    monkeypatch.setenv("STUDY_OFFLINE", "1")


def idx(path, values):
    """A file in the format of MNIST."""
    head = struct.pack(f">BBBB{values.dim()}I", 0, 0, 8, values.dim(), *values.shape)
    path.write_bytes(head + bytes(values.flatten().tolist()))


@pytest.fixture
def digits(data_folder):
    """A tiny MNIST where torchvision looks for it, without eights: its folder."""
    folder = data_folder / "torchvision" / "MNIST" / "MNIST" / "raw"
    folder.mkdir(parents=True)
    draw = torch.Generator().manual_seed(0)
    for part, n in (("train", 54), ("t10k", 18)):
        images = torch.randint(256, (n, 28, 28), generator=draw, dtype=torch.uint8)
        labels = torch.tensor([0, 1, 2, 3, 4, 5, 6, 7, 9]).repeat(n // 9)
        idx(folder / f"{part}-images-idx3-ubyte", images)
        idx(folder / f"{part}-labels-idx1-ubyte", labels)
    return folder


def test_its_own_train_and_test_set_are_used(digits, data_folder):
    domain = TorchvisionSet("MNIST", small=9, grey=True)
    theirs, test = (
        datasets.MNIST(data_folder / "torchvision" / "MNIST", train=train)
        for train in (True, False)
    )
    names = tuple(name for name in theirs.classes if name[0] != "8")
    assert domain.task == Classes(names=names)
    assert (domain.name, domain.shape) == ("MNIST", (1, 28, 28))
    assert domain.split_sizes == {"Train": 54, "Big": 45, "Small": 9, "Test": 18}
    assert torch.equal(domain.load().train.pixels, theirs.data.flatten(1))
    assert torch.equal(domain.test(0).pixels, test.data.flatten(1))
    assert domain.load().train.labels[:9].tolist() == [*range(9)]
    assert theirs.targets[8] == 9


def test_files_are_read_once_and_what_is_in_them_counts(digits, anew, monkeypatch, capsys):
    from own_data import age

    first = TorchvisionSet("MNIST", small=9)
    age(digits)
    assert TorchvisionSet("MNIST", small=9) == first
    with monkeypatch.context() as patch:
        patch.setattr(kinds.MadeDomain, "_make", lambda self: pytest.fail("made again"))
        anew()
        assert TorchvisionSet("MNIST", small=9) == first
        assert len(pickle.loads(pickle.dumps(first)).load().train) == 54
    (digits / "MNIST.gz").write_bytes(b"an archive that is not needed")
    assert TorchvisionSet("MNIST", small=9) == first
    assert not capsys.readouterr().err
    file = digits / "train-images-idx3-ubyte"
    file.write_bytes(file.read_bytes()[:-1] + b"\1")
    assert TorchvisionSet("MNIST", small=9) != first
    assert "torchvision's MNIST" in capsys.readouterr().err
    anew()
    with pytest.raises(BadInputError, match="when the study began"):
        first.load()


def test_its_identity_does_not_depend_on_how_it_is_decoded(digits):
    """So its fields can be varied, and searched."""
    first = TorchvisionSet("MNIST", small=9)
    small = replace(first, size=(14, 14), grey=True)
    assert small.sha256 == first.sha256
    assert small != first
    assert (small.shape, small.load().train.pixels.shape) == ((1, 14, 14), (54, 196))


def test_a_set_without_parts_is_divided(data_folder):
    domain = TorchvisionSet("FakeData", options=FAKE, small=6, test_size=0.2, size=(4, 4))
    assert domain.split_sizes == {"Train": 24, "Big": 18, "Small": 6, "Test": 6}
    assert domain.shape == (3, 4, 4)
    theirs = datasets.FakeData(**FAKE)
    assert domain.load().train.labels.tolist() == [theirs[k][1] for k in range(30)]


def test_a_set_that_has_splits(monkeypatch):
    class Some(datasets.FakeData):
        def __init__(self, root, split="train", download=False):
            super().__init__(size={"train": 30, "exam": 12}[split], image_size=(3, 4, 4))
            self.num_classes = 3
            self.random_offset = len(split)

    monkeypatch.setattr(datasets, "Some", Some, raising=False)
    monkeypatch.setattr(datasets, "__all__", (*datasets.__all__, "Some"))
    domain = TorchvisionSet("Some", parts=("train", "exam"), small=5)
    assert domain.split_sizes == {"Train": 30, "Big": 25, "Small": 5, "Test": 12}
    with pytest.raises(BadInputError, match=r"cannot be had .* 'test'; change parts="):
        TorchvisionSet("Some", small=5)
