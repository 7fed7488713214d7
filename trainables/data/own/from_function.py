"""What a user's function returns."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from trainables.data.own.content import Content, is_sound
from trainables.data.own.kinds import MadeDomain
from trainables.data.own.reading.given import Array, content_of
from trainables.errors import BadInputError

ORDER = ("x", "y", "groups")


@dataclass(frozen=True, kw_only=True)
class FromFunction(MadeDomain):
    """What a function at the top of a user's file returns, called without arguments.

    It returns (x, y), (x, y, groups) or a mapping of x, y, and where there are such x_test, y_test
    and groups: NumPy's arrays as in `Arrays`, or tensors, images among them as in PyTorch,
    [n, C, H, W] or [n, H, W]. It must return the same whenever and wherever it is called.
    names: of the classes, label k is the k-th; unit: of the numbers to predict.

    It is called whenever the domain is made, and not again by workers who share the data folder.
    With sha256 given, it is called only where what it made is not kept.
    """

    function: Callable[[], Any] = field(kw_only=False, compare=False)
    names: tuple[str, ...] = ()
    unit: str = ""

    def _check(self) -> None:
        name = getattr(self.function, "__qualname__", "<none>")
        if not callable(self.function) or "<" in name:
            raise BadInputError(
                f"FromFunction: {self.function!r} is no function at the top of a file: give one, "
                "which workers can call, too"
            )
        object.__setattr__(self, "names", tuple(self.names))
        super()._check()

    @property
    def _own_name(self) -> str:
        return self.function.__name__

    @property
    def _place(self) -> str:
        return f"what {self._own_name}() returns"

    def _digest(self) -> str:
        kept = self.sha256 and is_sound(self._kept(self.sha256))
        return self.sha256 if kept else self._make()

    def _made(self) -> tuple[str, Content]:
        found = self.function()
        if isinstance(found, tuple) and len(found) in (2, 3):
            found = dict(zip(ORDER, found, strict=False))
        if not isinstance(found, Mapping):
            raise BadInputError(
                f"{self._own_name}() returns {type(found).__name__}: return (x, y) or (x, y, "
                "groups), or a mapping of x, y, x_test, y_test, groups"
            )
        arrays = {str(key): _array(value) for key, value in found.items() if value is not None}
        content = content_of(self._place, arrays, self.names, self.unit)
        seen = hashlib.sha256()
        for key, array in sorted(arrays.items()):
            seen.update(f"{key} {array.dtype.str} {array.shape}\n".encode())
            seen.update(array.tobytes())
        return seen.hexdigest(), content


def _array(given: Any) -> Array:
    """A tensor as an array, its channels last; what is neither as NumPy sees it."""
    if not isinstance(given, Tensor):
        return np.asarray(given)
    plain = given.detach().cpu()
    array: Array = (plain.float() if plain.dtype == torch.bfloat16 else plain).numpy()
    return np.moveaxis(array, 1, -1) if array.ndim == 4 else array
