"""Printed digits and emoji in memory, of small stand-ins for the real files."""

import hashlib

import pytest
import torch

from trainables.data.pictures import emoji, printed_digits, printed_letters
from trainables.data.rendered.packed import LabelledImages, packed
from trainables.data.sources import DATASETS, Dataset
from trainables.errors import BadInputError

FILES = {
    "PrintedDigits": "digits",
    "PrintedLetters": "letters",
    "NotoEmoji": "noto",
    "Twemoji": "twemoji",
}


def images(seed):
    """Of five pictures the third and the fourth are the second in other skins."""
    pixels = torch.randint(
        256,
        (5, 3, 64, 64),
        generator=torch.Generator().manual_seed(seed),
        dtype=torch.uint8,
    )
    labels, groups, skins = ([0, 1, 1, 1, 0], [0, 1, 1, 1, 2], [0, 0, 1, 2, 0])
    numbers = (torch.tensor(each) for each in (labels, groups, skins))
    return LabelledImages(pixels, *numbers, ("a", "b"), ("x", "y", "z"))


@pytest.fixture(autouse=True)
def files(monkeypatch, tmp_path):
    monkeypatch.setenv("STUDY_DATA", str(tmp_path))
    for seed, (name, stem) in enumerate(FILES.items()):
        content = packed(images(seed))
        sha256 = hashlib.sha256(content).hexdigest()
        dataset = Dataset(name, {f"{stem}.safetensors": sha256}, ())
        monkeypatch.setitem(DATASETS, name, dataset)
        dataset.folder(tmp_path).mkdir(parents=True)
        (dataset.folder(tmp_path) / f"{stem}.safetensors").write_bytes(content)
    empty_caches()
    yield
    empty_caches()


def empty_caches():
    for cached in (emoji, printed_digits, printed_letters):
        cached.cache_clear()


def test_each_set_is_its_own_file():
    sets = (printed_digits, printed_letters, lambda: whole("noto"), lambda: whole("twemoji"))
    for seed, read in enumerate(sets):
        assert torch.equal(read().images, images(seed).images)


def whole(vendor):
    return emoji(vendor, tones=True)


def test_a_set_is_read_once():
    assert printed_digits() is printed_digits()
    assert emoji("noto", 32) is emoji("noto", 32)
    assert emoji("noto", 32) is not emoji("noto", 16)


def test_skins_are_left_away_unless_asked_for():
    plain, every = emoji("noto"), emoji("noto", tones=True)
    assert len(plain) == 3
    assert len(every) == 5
    assert torch.equal(plain.images, every.images[[0, 1, 4]])
    assert plain.groups.tolist() == [0, 1, 2]
    assert plain.labels.tolist() == [0, 1, 0]
    assert plain.variants.tolist() == [0, 0, 0]


def test_a_size_is_a_mean_of_blocks():
    small = emoji("twemoji", 16)
    assert small.images.shape == (3, 3, 16, 16)
    block = emoji("twemoji").images[1, 2, 4:8, 8:12].double().mean()
    assert abs(float(small.images[1, 2, 1, 2]) - float(block)) <= 0.5


def test_a_wrong_vendor_or_size_is_one_line():
    with pytest.raises(BadInputError, match=r"did you mean 'twemoji'\?"):
        emoji("twemojis")
    with pytest.raises(BadInputError, match="size of emoji is 48: give one of 64, 32, 16"):
        emoji("noto", 48)


def test_a_file_that_cannot_be_had_is_said(tmp_path):
    path = DATASETS["PrintedDigits"].folder(tmp_path) / "digits.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BadInputError, match=r"digits\.safetensors has wrong content, set aside"):
        printed_digits()
