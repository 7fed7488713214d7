"""Weights from a file: a state dict as safetensors, or as torch.save writes it."""

import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor

from trainables.checks import check_file, check_unpacked
from trainables.data.domain import Shape
from trainables.errors import MOST_SHOWN, BadInputError, harmless, one_line
from trainables.networks.network import Network, plain_model

SUFFIXES = (".safetensors", ".pt", ".pth")
SHOWN = 3  # names in an error


def read_weights(path: str | Path) -> dict[str, Tensor]:
    """The tensors of a state dict, by name, on the CPU. No pickled code is ever run.

    Raises BadInputError for a file that cannot be read, or holds something else.
    """
    path = Path(path)
    if path.suffix not in SUFFIXES:
        raise BadInputError(f"{path} is no file of weights: give one of {', '.join(SUFFIXES)}")
    check_file(path)
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        if zipfile.is_zipfile(path):
            check_unpacked(path)
        found: Any = torch.load(path, map_location="cpu", weights_only=True)
    except BadInputError:
        raise
    except Exception as error:  # of every kind, where it was made to be read wrongly
        raise BadInputError(f"cannot read the weights in {path}: {one_line(error)}") from None
    if isinstance(found, Mapping) and all(map(_is_weight, found.items())):
        return dict(found)
    raise BadInputError(
        f"{path} holds no state dict: write it by torch.save(model.state_dict(), ...)"
    )


def _is_weight(named: tuple[object, object]) -> bool:
    """A tensor under a name: whose values are there, one by one."""
    name, value = named
    if not isinstance(name, str) or not isinstance(value, Tensor):
        return False
    return value.layout is torch.strided and value.device.type == "cpu"


def fits(network: Network, shape: Shape, outputs: int, weights: Mapping[str, Tensor]) -> None:
    """Raise BadInputError unless the weights are those of such a network, name by name."""
    own = plain_model(network, shape, outputs).state_dict()
    other = [
        f"{name} is [{_listed(weights[name].shape)}], not [{_listed(own[name].shape)}]"
        for name in own
        if name in weights and weights[name].shape != own[name].shape
    ]
    faults = {
        "are missing": [name for name in own if name not in weights],
        "are unknown": [name for name in weights if name not in own],
        "have another shape": other,
    }
    for what, names in faults.items():
        if names:
            more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
            raise BadInputError(
                f"these weights are not those of {network.label} for {_listed(shape, '×')} and "
                f"{outputs} outputs: {_listed(names[:SHOWN])}{more} {what}"
            )


def _listed(values: Iterable[object], between: str = ", ") -> str:
    return between.join(harmless(str(value), MOST_SHOWN) for value in values)
