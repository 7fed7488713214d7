"""Identity is the content: where data lie does not count, and what changed is another domain."""

import json
import pickle
import shutil
from dataclasses import replace

import pytest
import torch
from own_data import age, arrays, pictures, table

from trainables.data.own import Arrays, ImageFolder, TableFile, index, kinds
from trainables.errors import BadInputError
from trainables.identity import identity


def people(path):
    lines = ["age,city,income", *(f"{k},{'ABC'[k % 3]},{k * 2.5}" for k in range(30))]
    return table(path, lines)


def domains(folder):
    """One of each kind, of data written into this folder."""
    folder.mkdir(exist_ok=True)
    return (
        ImageFolder(pictures(folder / "photos"), test_size=4),
        Arrays(arrays(folder / "drawings.npz"), test_size=4),
        TableFile(people(folder / "people.csv"), target="income", test_size=4),
    )


def test_where_data_lie_does_not_count(tmp_path):
    for here, there in zip(domains(tmp_path / "a"), domains(tmp_path / "b"), strict=True):
        assert here.path != there.path
        assert here == there
        assert identity(here) == identity(there)
        assert str(tmp_path) not in here.source
        assert identity(replace(here, called="things")) == identity(here)


def test_whatever_else_is_said_counts(tmp_path):
    folder = pictures(tmp_path / "photos")
    base = ImageFolder(folder, test_size=4)
    others = [
        replace(base, small=3),
        replace(base, test_size=5),
        replace(base, stratified=True),
        replace(base, name="others"),
        replace(base, size=(2, 2)),
        replace(base, grey=True),
    ]
    assert len({identity(each) for each in [base, *others]}) == 7


@pytest.mark.parametrize("change", ["content", "name of a file", "name of a class", "one more"])
def test_what_changed_is_another_domain_and_says_so_once(tmp_path, capsys, change):
    folder = pictures(tmp_path / "photos")
    before = ImageFolder(folder, test_size=4)
    first = folder / "cat" / "000.png"
    if change == "content":
        shutil.copy(folder / "dog" / "003.png", first)
    elif change == "name of a file":
        first.rename(folder / "cat" / "zebra.png")
    elif change == "name of a class":
        (folder / "cat").rename(folder / "zebra")
    else:
        shutil.copy(first, folder / "cat" / "010.png")
    assert not capsys.readouterr().err
    after = ImageFolder(folder, test_size=4)
    assert identity(after) != identity(before)
    said = capsys.readouterr().err
    since = json.loads((tmp_path / "data" / "own" / "index.json").read_text())[str(folder)][
        "since"
    ]
    assert said == (
        f"{folder} has changed since {since}: it is another domain now, {after.sha256[:12]}; "
        f"records of the earlier one keep its digest, {before.sha256[:12]}\n"
    )
    assert ImageFolder(folder, test_size=4) == after
    assert not capsys.readouterr().err


def test_data_that_were_mended_before_they_were_a_domain_are_nothing_to_speak_of(tmp_path, capsys):
    folder = pictures(tmp_path / "photos")
    picture = (folder / "cat" / "000.png").read_bytes()
    (folder / "cat" / "000.png").write_bytes(picture[:50])
    with pytest.raises(BadInputError, match="damaged"):
        ImageFolder(folder, test_size=4)
    (folder / "cat" / "000.png").write_bytes(picture)
    ImageFolder(folder, test_size=4)
    assert not capsys.readouterr().err


def test_a_second_start_reads_nothing_and_the_files_are_decoded_once(tmp_path, anew, monkeypatch):
    first = domains(tmp_path)
    age(tmp_path)
    for each in first:  # now old enough to be trusted
        replace(each)
    loaded = [each.load() for each in first]

    def refuse(*given):
        raise AssertionError("read again")

    monkeypatch.setattr(kinds, "digest_of_files", refuse)
    monkeypatch.setattr(kinds, "save_content", refuse)
    anew()
    for each, before in zip(first, loaded, strict=True):
        again = replace(each, sha256="")
        assert again == each
        assert torch.equal(again.load().train.pixels, before.train.pixels)
        assert torch.equal(again.load().train.labels, before.train.labels)


def test_settings_of_one_domain_share_its_memory(tmp_path):
    first = Arrays(arrays(tmp_path / "some.npz"), test_size=4)
    assert replace(first, small=3).load().train.pixels is first.load().train.pixels


def test_a_young_file_that_changes_without_a_trace_is_noticed(tmp_path):
    """Its time is that of the clock's last tick: a change within it leaves size and time alike."""
    import os

    path = arrays(tmp_path / "some.npz", n=30)
    before, stat = Arrays(path, test_size=4), path.stat()
    arrays(path, n=30, y=[1, 0] * 15)
    assert path.stat().st_size == stat.st_size
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert Arrays(path, test_size=4) != before


def test_data_that_change_while_a_study_runs_are_refused(tmp_path, anew):
    for domain in domains(tmp_path):
        travelled = pickle.loads(pickle.dumps(domain))
        path = tmp_path / domain.path
        if path.is_dir():
            shutil.copy(path / "dog" / "000.png", path / "cat" / "000.png")
        else:
            path.write_bytes(path.read_bytes().replace(b"5", b"7", 1))
        anew()
        with pytest.raises(BadInputError) as error:
            travelled.load()
        now = index.digest_of_files(domain._files())
        assert str(error.value) == (
            f"{path} has the digest {now[:12]} now and on this machine, and had "
            f"{domain.sha256[:12]} when the study began: put the same data there, or begin anew"
        )
        with pytest.raises(BadInputError):
            travelled.prepare()


def test_on_another_node_nothing_is_read_until_it_is_needed(tmp_path, anew, monkeypatch):
    made = domains(tmp_path)
    rows = [each.rows(0) for each in made]
    packed = [pickle.dumps(each) for each in made]
    moved = tmp_path.rename(tmp_path.with_name("elsewhere"))
    anew()
    monkeypatch.setenv("STUDY_DATA", str(moved / "data of this node"))
    for each, content, expected in zip(made, packed, rows, strict=True):
        there = pickle.loads(content)
        assert (there, there.shape, there.task) == (each, each.shape, each.task)
        assert there.split_sizes == each.split_sizes
        assert torch.equal(there.rows(0).small, expected.small)
        with pytest.raises(BadInputError, match="cannot be read"):
            there.load()
    assert not [*moved.glob("data of this node/own/*.safetensors")]
    moved.rename(tmp_path)
    for each, content in zip(made, packed, strict=True):
        there = pickle.loads(content)
        there.prepare()
        assert len(there.load().train) == each.facts.objects


@pytest.mark.parametrize("harm", ["cut short", "altered", "taken away"])
def test_decoded_files_are_checked_and_made_again(tmp_path, anew, harm):
    domain = Arrays(arrays(tmp_path / "some.npz"), test_size=4)
    before = domain.load().train.pixels
    (kept,) = (tmp_path / "data" / "own").glob("*.safetensors")
    content = kept.read_bytes()
    if harm == "taken away":
        kept.unlink()
    else:
        kept.write_bytes(content[:-9] if harm == "cut short" else content[:-1] + b"\xff")
    anew()
    assert torch.equal(domain.load().train.pixels, before)
    assert len(kept.read_bytes()) == len(content)


def test_a_damaged_index_is_as_none(tmp_path):
    path = arrays(tmp_path / "some.npz")
    before = Arrays(path, test_size=4)
    file = tmp_path / "data" / "own" / "index.json"
    for content in ("{", "[]", '{"x": 1}', json.dumps({str(path): {"sha256": "x"}}), "\xff"):
        file.write_text(content)
        assert Arrays(path, test_size=4) == before
    assert json.loads(file.read_text())[str(path)]["sha256"] == before.sha256


def test_the_digest_of_one_file_is_its_sha256(tmp_path):
    import hashlib

    path = arrays(tmp_path / "some.npz")
    known = hashlib.sha256(path.read_bytes()).hexdigest()
    assert Arrays(path, test_size=4).sha256 == known
    assert Arrays(path, test_size=4, sha256=known).sha256 == known
    with pytest.raises(BadInputError) as error:
        Arrays(path, test_size=4, sha256="0" * 64)
    assert str(error.value) == (
        f"{path} has the digest {known}, and sha256='{'0' * 64}' was given: give the data that it "
        "is of, or leave it away"
    )


def test_a_relative_path_is_that_of_the_folder_in_which_the_study_was_made(tmp_path, monkeypatch):
    arrays(tmp_path / "some.npz")
    monkeypatch.chdir(tmp_path)
    domain = Arrays("some.npz", test_size=4)
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    assert len(domain.load().train) == 40
    assert (domain.name, domain.objects) == ("some", "images")
    assert replace(domain, name="mine", called="drawings").objects == "drawings"
