"""Weights from files: read without running code, and only those that fit."""

import pickle

import pytest
import torch
from safetensors.torch import save_file

from trainables.errors import BadInputError
from trainables.networks.convolutional import ConvNet
from trainables.networks.network import Perceptron
from trainables.networks.pretrained import fits, read_weights

NETWORK, SHAPE = ConvNet(channels=(3,)), (1, 8, 8)


@pytest.fixture
def weights():
    return NETWORK.build(SHAPE, 4).state_dict()


@pytest.mark.parametrize("name", ["own.safetensors", "own.pt", "own.pth"])
def test_what_was_saved_is_read(tmp_path, weights, name):
    write = save_file if name.endswith("safetensors") else torch.save
    write(weights, tmp_path / name)
    found = read_weights(str(tmp_path / name))
    assert found.keys() == weights.keys()
    assert all(torch.equal(found[key], value) for key, value in weights.items())
    fits(NETWORK, SHAPE, 4, found)


class Evil:
    def __reduce__(self):
        return (pytest.fail, ("pickled code was run",))


def test_files_that_hold_no_weights(tmp_path, weights):
    torch.save(torch.nn.Linear(2, 2), tmp_path / "module.pt")
    torch.save({"a": 1}, tmp_path / "numbers.pt")
    (tmp_path / "evil.pth").write_bytes(pickle.dumps(Evil(), protocol=2))
    (tmp_path / "text.safetensors").write_text("no weights")
    (tmp_path / "empty.pt").touch()
    for name in ("module.pt", "numbers.pt", "evil.pth", "text.safetensors", "empty.pt", "none.pt",
                 "weights.h5", "none.safetensors"):  # fmt: skip
        with pytest.raises(BadInputError, match=name) as error:
            read_weights(tmp_path / name)
        assert "\n" not in str(error.value)


def test_weights_of_another_network(weights):
    renamed = {name.replace("maps", "body"): value for name, value in weights.items()}
    with pytest.raises(BadInputError, match=r"maps\.0\.weight, maps\.0\.bias are missing"):
        fits(NETWORK, SHAPE, 4, renamed)
    with pytest.raises(BadInputError, match="extra are unknown"):
        fits(NETWORK, SHAPE, 4, weights | {"extra": torch.zeros(1)})
    with pytest.raises(BadInputError, match=r"last\.weight is \[4, 48\], not \[5, 48\]"):
        fits(NETWORK, SHAPE, 5, weights)
    with pytest.raises(BadInputError, match=r"layers\.1\.weight and 3 more are missing"):
        fits(Perceptron(hidden=(3, 3)), SHAPE, 4, {})
