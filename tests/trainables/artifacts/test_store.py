import json

import pytest
import torch

from trainables.artifacts.artifact import LogitsArtifact, TeacherArtifact
from trainables.artifacts.store import Saved, Store, UnusableArtifactError, open_folder
from trainables.data.domains import FASHION_MNIST
from trainables.links.link import Identity
from trainables.schedule import Schedule
from trainables.teacher import Teacher

SAVED = Saved({"w": torch.arange(6.0).reshape(2, 3)}, {"accuracy": 0.5})


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path)
    store.save("teacher", "abc", SAVED, {"": "TeacherArtifact"})
    return store


def test_what_is_saved_comes_back(store):
    loaded = store.load("teacher", "abc")
    assert torch.equal(loaded.tensors["w"], SAVED.tensors["w"])
    assert loaded.facts == SAVED.facts
    assert [p for p in store.path("teacher", "abc").parent.iterdir() if p.name[0] == "."] == []


def spoil_tensors(path):
    file = path.with_suffix(".safetensors")
    content = bytearray(file.read_bytes())
    content[-3] ^= 1
    file.write_bytes(content)


def cut_tensors(path):
    file = path.with_suffix(".safetensors")
    file.write_bytes(file.read_bytes()[:-5])


def cut_json(path):
    path.write_bytes(path.read_bytes()[:40])


def other_format(path):
    about = json.loads(path.read_text())
    path.write_text(json.dumps(about | {"format": 99}))


def not_an_object(path):
    path.write_text("[1, 2]")


def only_json(path):
    path.with_suffix(".safetensors").unlink()


@pytest.mark.parametrize(
    "spoil", [spoil_tensors, cut_tensors, cut_json, other_format, not_an_object, only_json]
)
def test_a_spoilt_artifact_is_set_aside_never_used(store, spoil):
    path = store.path("teacher", "abc")
    spoil(path)
    with pytest.raises(UnusableArtifactError):
        store.load("teacher", "abc")
    assert not store.has("teacher", "abc")
    assert path.with_name("abc.json.wrong").exists()


def test_a_spoilt_artifact_is_made_again(workshop):
    """The same again, to the bit: it is determined by its hash."""
    schedule = Schedule(epochs=1, batch_size=64)
    recipe = Teacher(domain=FASHION_MNIST, split="Small", schedule=schedule)
    teacher = TeacherArtifact(recipe=recipe, seed=3)
    logits = LogitsArtifact(
        teacher=teacher, link=Identity(), vae=None, target=FASHION_MNIST, split="Small", seed=3
    )
    first = workshop.get_or_make(logits).tensors["logits"]
    for artifact in (logits, teacher):
        spoil_tensors(workshop.store.path(artifact.kind, artifact.key))
    again = workshop.get_or_make(logits).tensors["logits"]
    assert first.shape == (1, 1000, 10)
    assert torch.equal(first, again)


def test_a_store_may_be_anywhere_that_fsspec_reaches():
    """Here in memory, which like an object store has neither folders nor locks."""
    elsewhere = Store(open_folder("memory://study/artifacts"))
    with pytest.raises(UnusableArtifactError, match="is not there"):
        elsewhere.load("teacher", "abc")
    elsewhere.save("teacher", "abc", SAVED, {})
    assert elsewhere.has("teacher", "abc")
    assert torch.equal(elsewhere.load("teacher", "abc").tensors["w"], SAVED.tensors["w"])
    cut_tensors(elsewhere.path("teacher", "abc"))
    with pytest.raises(UnusableArtifactError, match="differs from its hash"):
        elsewhere.load("teacher", "abc")
    assert not elsewhere.has("teacher", "abc")
    assert elsewhere.path("teacher", "abc").with_name("abc.json.wrong").exists()


KEYS = ["..", "../../x", "/etc/passwd", "a/b", "a\\b", "a\0", "a\n", "\u202e", "x" * 100_000, ""]


@pytest.mark.parametrize("key", KEYS)
def test_a_key_that_is_a_path_leads_nowhere(key, tmp_path):
    """Records name artifacts, and whoever changed them may name any file: it stays as it is."""
    for name in ("x.json", "x.safetensors"):
        (tmp_path / name).write_text("somebody's")
    with pytest.raises(UnusableArtifactError, match="is not there") as error:
        Store(tmp_path / "store").load("vae", key)
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 300
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.json", "x.safetensors"]
