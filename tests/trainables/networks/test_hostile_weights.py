"""Files of weights that somebody made: no code of theirs runs, and no memory is filled."""

import io
import json
import os
import pickle
import struct
import zipfile

import pytest
import torch
from safetensors.torch import save

from trainables import checks
from trainables.errors import BadInputError
from trainables.networks.network import Perceptron
from trainables.networks.pretrained import fits, read_weights


class Code:
    """Pickled, it calls what it is given when it is loaded."""

    def __init__(self, *call):
        self.call = call

    def __reduce__(self):
        return self.call[0], self.call[1:]


def pt(content):
    """A file as torch writes it, with this pickle in it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("x/data.pkl", content)
        archive.writestr("x/version", "3\n")
        archive.writestr("x/byteorder", "little")
    return file.getvalue()


def header(**tensors):
    """A safetensors file that says that it has these, and 8 bytes of them."""
    text = json.dumps(tensors).encode()
    return struct.pack("<Q", len(text)) + text + bytes(8)


def tensor(shape, start=0, end=8, dtype="F32"):
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}


def saved(value):
    file = io.BytesIO()
    torch.save(value, file)
    return file.getvalue()


CALLS = {
    "a shell": (os.system, "touch went-off"),
    "a folder": (os.mkdir, "went-off"),
    "eval": (eval, "open('went-off', 'w')"),
    "a file": (open, "went-off", "w"),
    "an import": (__import__, "this"),
    "memory": (bytearray, 10**15),
    "a tensor of 10¹⁵": (torch.zeros, 10**15),
}
PICKLES = {
    **{f"{name}, pickled": pickle.dumps(Code(*call), 2) for name, call in CALLS.items()},
    **{f"{name}, packed": pt(pickle.dumps(Code(*call), 2)) for name, call in CALLS.items()},
    "a network": saved(torch.nn.Linear(2, 2)),
    "a dictionary in itself": saved({"a": {"b": torch.zeros(1)}}),
    "numbers for names": saved({1: torch.zeros(1)}),
    "a sparse tensor": saved({"a": torch.eye(2).to_sparse()}),
    "a tensor without values": saved({"a": torch.zeros(10**9, device="meta")}),
    "cut short": saved({"a": torch.zeros(100)})[:-90],
    "marks without end": b"\x80\x02" + b"(" * 10**5,
}
SAFETENSORS = {
    "a head of 2⁶³ bytes": struct.pack("<Q", 2**63) + b"{}",
    "a head longer than the file": struct.pack("<Q", 1000) + b"{}",
    "10¹² numbers in 8 bytes": header(w=tensor([10**6, 10**6])),
    "sizes whose product is too large": header(w=tensor([2**62, 2**62])),
    "a negative size": header(w=tensor([-2])),
    "beyond the file": header(w=tensor([2], 0, 10**12)),
    "backwards": header(w=tensor([2], 8, 0)),
    "two tensors in one place": header(a=tensor([2]), b=tensor([2])),
    "a kind that there is not": header(w=tensor([2], dtype="CODE")),
    "a pickle": pickle.dumps(Code(os.mkdir, "went-off")),
    "JSON without end": struct.pack("<Q", 10**5) + b"[" * 10**5,
    "no bytes": b"",
}


@pytest.mark.parametrize(("suffix", "case"), [
    *((".pt", case) for case in PICKLES), *((".safetensors", case) for case in SAFETENSORS)
])  # fmt: skip
def test_a_file_that_holds_no_plain_tensors(suffix, case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / f"w{suffix}"
    path.write_bytes((PICKLES if suffix == ".pt" else SAFETENSORS)[case])
    with pytest.raises(BadInputError, match=r"w\.(pt|safetensors)") as error:
        read_weights(path)
    assert "\n" not in str(error.value)
    assert [*tmp_path.iterdir()] == [path]


def test_weights_that_are_many_when_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(checks, "MOST_BYTES", 2**20)
    with zipfile.ZipFile(tmp_path / "w.pt", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/data/0", bytes(2**21))
    with pytest.raises(BadInputError, match=r"w\.pt, unpacked, has 2,097,152 bytes, and at most"):
        read_weights(tmp_path / "w.pt")


@pytest.mark.parametrize("name", ["w.pt", "w.safetensors"])
def test_a_pipe_is_not_waited_for_and_5_gb_are_not_read(name, tmp_path):
    os.mkfifo(tmp_path / name)
    with pytest.raises(BadInputError, match="is no file but a pipe or a device"):
        read_weights(tmp_path / name)
    (tmp_path / name).unlink()
    with (tmp_path / name).open("wb") as file:
        file.truncate(5 * 2**30)
    with pytest.raises(BadInputError, match=r"has 5,368,709,120 bytes, and at most 4,294,967,296"):
        read_weights(tmp_path / name)


def test_a_tensor_that_is_one_value_many_times_is_another_network_s(tmp_path):
    """10¹² values in four bytes: seen by its shape, before it is made one."""
    own = Perceptron(hidden=(3,)).build((2,), 2).state_dict()
    wide = own | {name: torch.zeros(1).expand(10**6, 10**6) for name in [*own][:1]}
    torch.save(wide, tmp_path / "w.pt")
    with pytest.raises(BadInputError, match="have another shape"):
        fits(Perceptron(hidden=(3,)), (2,), 2, read_weights(tmp_path / "w.pt"))


def test_names_of_tensors_are_shown_escaped(tmp_path):
    (tmp_path / "w.safetensors").write_bytes(save({"\x1b[31m\u202e": torch.zeros(1)}))
    own = Perceptron(hidden=(3,)).build((2,), 2).state_dict()
    found = read_weights(tmp_path / "w.safetensors")
    with pytest.raises(BadInputError, match=r"\\x1b\[31m\\u202e are unknown") as error:
        fits(Perceptron(hidden=(3,)), (2,), 2, own | found)
    assert str(error.value).isprintable()
