import pickle
import sys
from dataclasses import replace
from types import ModuleType

import cloudpickle
import numpy as np
import pytest
import torch
from own_data import arrays

from trainables.data.own import Arrays, FromFunction
from trainables.data.task import Classes
from trainables.errors import BadInputError
from trainables.identity import identity

CALLS = []
X = np.random.default_rng(0).integers(0, 256, (20, 5, 4, 3), dtype=np.uint8)
Y = np.arange(20) % 2
RETURNED = {}


def drawn():
    """What a test put there."""
    CALLS.append(1)
    return RETURNED["found"]


@pytest.fixture(autouse=True)
def returned():
    CALLS.clear()
    RETURNED["found"] = (X, Y)
    return RETURNED


def test_it_is_as_the_same_arrays_from_a_file(tmp_path):
    domain = FromFunction(drawn, test_size=4)
    same = Arrays(arrays(tmp_path / "some.npz", x=X, y=Y), test_size=4)
    assert (domain.name, domain.shape, domain.task) == ("drawn", (3, 5, 4), same.task)
    assert torch.equal(domain.load().train.pixels, same.load().train.pixels)
    assert torch.equal(domain.load().train.labels, same.load().train.labels)


@pytest.mark.parametrize("kind", [torch.uint8, torch.float32, torch.bfloat16])
def test_tensors_are_laid_out_as_in_pytorch(returned, kind):
    images = torch.from_numpy(X).permute(0, 3, 1, 2)
    given = images if kind == torch.uint8 else (images.float() / 255).to(kind)
    returned["found"] = (given, torch.from_numpy(Y))
    domain = FromFunction(drawn, test_size=4)
    assert domain.shape == (3, 5, 4)
    gap = domain.load().train.pixels.int() - images.reshape(20, -1).int()
    assert gap.abs().max() <= (1 if kind == torch.bfloat16 else 0)


@pytest.mark.parametrize("groups", [None, Y])
def test_forms_of_return(returned, groups):
    returned["found"] = {"x": X, "y": Y, "groups": groups, "x_test": X[:6], "y_test": Y[:6]}
    domain = FromFunction(drawn, small=4)
    assert domain.split_sizes["Test"] == 6
    if groups is None:
        assert not domain.grouped
        return
    returned["found"] = (X, Y, np.arange(20) // 2)
    assert FromFunction(drawn, small=4, test_size=4, names=("no", "yes")).grouped


def test_its_identity_is_what_it_returns(returned):
    first = FromFunction(drawn, test_size=4)
    assert identity(FromFunction(drawn, test_size=4)) == identity(first)
    returned["found"] = (X, 1 - Y)
    assert identity(FromFunction(drawn, test_size=4)) != identity(first)
    returned["found"] = (X, Y)
    calls = len(CALLS)
    assert replace(first, small=3) != first
    assert len(CALLS) == calls  # what it returned is known
    named = replace(first, names=("no", "yes"))
    assert named.task == Classes(names=("no", "yes"))
    assert named != first


def test_workers_read_what_it_returned_and_call_it_only_elsewhere(
    returned, anew, monkeypatch, tmp_path
):
    domain = FromFunction(drawn, test_size=4)
    before = domain.load()
    assert len(CALLS) == 1
    packed = pickle.dumps(domain)
    anew()
    there = pickle.loads(packed)
    assert torch.equal(there.load().train.pixels, before.train.pixels)
    assert FromFunction(drawn, test_size=4, sha256=domain.sha256) == domain
    assert len(CALLS) == 1
    monkeypatch.setenv("STUDY_DATA", str(tmp_path / "another node"))
    assert torch.equal(pickle.loads(packed).load().train.pixels, before.train.pixels)
    assert len(CALLS) == 2
    anew()
    monkeypatch.setenv("STUDY_DATA", str(tmp_path / "a third"))
    returned["found"] = (X, 1 - Y)
    now = FromFunction(drawn, test_size=4).sha256
    with pytest.raises(BadInputError) as error:
        pickle.loads(packed).load()
    assert str(error.value) == (
        f"what drawn() returns has the digest {now[:12]} now and on this machine, and had "
        f"{domain.sha256[:12]} when the study began: put the same data there, or begin anew"
    )


def test_the_function_travels_with_a_user_s_file(anew, monkeypatch, tmp_path):
    """As a study sends it: by value, since workers have no such module."""
    module = ModuleType("own_space")
    monkeypatch.setitem(sys.modules, "own_space", module)
    exec(
        "import torch\ndef half():\n    return torch.ones(9, 2, 2) / 2, torch.arange(9) % 2",
        vars(module),
    )
    domain = FromFunction(module.half, small=2, test_size=2)
    cloudpickle.register_pickle_by_value(module)
    packed = cloudpickle.dumps(domain)
    monkeypatch.delitem(sys.modules, "own_space")
    monkeypatch.setenv("STUDY_DATA", str(tmp_path / "another node"))
    anew()
    assert pickle.loads(packed).load().train.pixels.unique().tolist() == [128]


def test_a_mistake_in_the_function_is_the_user_s_to_see(returned):
    del returned["found"]
    with pytest.raises(KeyError, match="found"):
        FromFunction(drawn, test_size=4)
