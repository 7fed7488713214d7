"""Arrays that a user gives, checked and turned into objects: x and y, by these names."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from trainables.data.domain import DomainData, Objects, Shape
from trainables.data.own.content import Content
from trainables.errors import BadInputError, unknown

Array = np.ndarray[Any, np.dtype[Any]]
NEEDED, OPTIONAL = ("x", "y"), ("x_test", "y_test", "groups")
FEWEST = 2  # objects of a class: one to learn from, one to be asked about


def content_of(
    where: str, arrays: Mapping[str, Array], names: Sequence[str] = (), unit: str = ""
) -> Content:
    """Arrays under the names x, y, x_test, y_test and groups as the objects of a domain.

    x: images, [n, H, W] or [n, H, W, C], uint8 or real in [0, 1], which is rounded to bytes; or a
        table, [n, D]. y: classes, as text or whole numbers from 0, or real numbers to predict.
    where: they come from. names: of the classes, in the order of labels; unit: of the numbers.

    Raises BadInputError, one line, for whatever cannot be learnt from.
    """
    _check_keys(where, arrays)
    x, shape = _inputs(where, "x", arrays["x"])
    parts = {"": _labels(where, "y", arrays["y"], len(x))}
    own = None
    if "x_test" in arrays:
        own, its_shape = _inputs(where, "x_test", arrays["x_test"])
        if its_shape != shape or own.dtype != x.dtype:
            raise BadInputError(
                f"{where}: an object of x_test has the shape {its_shape}, one of x {shape}: they "
                "must agree"
            )
        parts["_test"] = _labels(where, "y_test", arrays["y_test"], len(own))
    names, labels = labelled(where, parts, tuple(names), unit)
    groups = _groups(where, arrays["groups"], len(x)) if "groups" in arrays else None
    test = None if own is None else Objects(own, labels["_test"])
    return Content(shape, DomainData(Objects(x, labels[""]), test, groups), names, unit)


def labelled(
    where: str, parts: Mapping[str, Array], names: tuple[str, ...], unit: str
) -> tuple[tuple[str, ...], dict[str, Tensor]]:
    """The names of the classes (none for numbers), and each part's labels.

    parts: checked arrays [n]; "" is what seeds split, "_test" a test set. Labels: classes, int64
    [n], or numbers, float32 [n].
    """
    kinds = {array.dtype.kind for array in parts.values()}
    if kinds == {"f"} and not names:
        return (), {part: _numbers(where, f"y{part}", array) for part, array in parts.items()}
    if unit:
        raise BadInputError(
            f"{where}: unit={unit!r} is for real numbers to predict, and y holds classes: leave "
            "it away, or give y as floats"
        )
    if kinds == {"U"}:
        names = names or tuple(sorted({*parts[""].tolist()}))
        labels = {part: _by_name(where, f"y{part}", a, names) for part, a in parts.items()}
    elif "U" in kinds or (kinds > {"f"} and not names):
        raise BadInputError(f"{where}: y and y_test hold different kinds of labels")
    else:
        largest = min(max(0, int(parts[""].max())), len(parts[""]))  # as many classes as objects
        names = names or tuple(map(str, range(largest + 1)))
        labels = {part: _whole(where, f"y{part}", a, names) for part, a in parts.items()}
    check_classes(where, names, labels[""])
    return names, labels


def _check_keys(where: str, arrays: Mapping[str, Array]) -> None:
    for key in NEEDED:
        if key not in arrays:
            there = ", ".join(arrays) or "none"
            raise BadInputError(f"{where} has no {key!r}: it needs x and y; there are {there}")
    for key in arrays:
        if key not in NEEDED + OPTIONAL:
            raise unknown(f"array in {where}", key, NEEDED + OPTIONAL)
    if ("x_test" in arrays) != ("y_test" in arrays):
        raise BadInputError(f"{where}: x_test and y_test make a test set together: give both")


def _inputs(where: str, key: str, x: Array) -> tuple[Tensor, Shape]:
    """Rows [n, D], uint8 of images or float32 of a table, and the shape of an object."""
    if x.ndim not in (2, 3, 4) or 0 in x.shape:
        raise BadInputError(
            f"{where}: {key} has the shape {x.shape}: give [n, H, W] or [n, H, W, C] of images, "
            "or [n, D] of a table"
        )
    if x.dtype.kind not in "fiu" or (x.ndim > 2 and x.dtype.kind != "f" and x.dtype != np.uint8):
        kinds = "numbers" if x.ndim == 2 else "uint8 (0 to 255) or floats (0 to 1)"
        raise BadInputError(f"{where}: {key} holds {x.dtype}: give {kinds}")
    if x.ndim == 2:
        rows = _float32(x)
        _check_finite(where, key, rows)
        return torch.from_numpy(rows), (x.shape[1],)
    if x.dtype != np.uint8:
        _check_finite(where, key, x)
        if x.min() < 0 or x.max() > 1:
            raise BadInputError(
                f"{where}: {key} has values from {x.min():g} to {x.max():g}: give floats from 0 "
                "to 1, or uint8 from 0 to 255"
            )
        x = (x.astype(np.float32) * 255).round().astype(np.uint8)
    images = np.moveaxis(x.reshape(*x.shape[:3], -1), 3, 1)
    rows = np.ascontiguousarray(images).reshape(len(x), -1)
    return torch.from_numpy(rows).clone(), images.shape[1:]


def _labels(where: str, key: str, y: Array, objects: int) -> Array:
    if y.ndim != 1:
        raise BadInputError(f"{where}: {key} has the shape {y.shape}: give one label an object")
    if len(y) != objects:
        raise BadInputError(
            f"{where}: {key.replace('y', 'x')} has {objects} objects, and {key} {len(y)} labels"
        )
    if y.dtype.kind not in "biufU":
        raise BadInputError(
            f"{where}: {key} holds {y.dtype}: give whole numbers or text for classes, or floats"
        )
    if y.dtype.kind == "f":
        _check_finite(where, key, y)
    return y.astype(np.int64) if y.dtype.kind == "b" else y


def _numbers(where: str, key: str, y: Array) -> Tensor:
    values = _float32(y)
    _check_finite(where, key, values)
    if key == "y" and values.min() == values.max():
        raise BadInputError(
            f"{where}: y is {values[0]:g} of every object: nothing is to be learnt"
        )
    return torch.from_numpy(values)


def _by_name(where: str, key: str, y: Array, names: tuple[str, ...]) -> Tensor:
    label = {name: number for number, name in enumerate(names)}
    for name in y.tolist():
        if name not in label:
            raise unknown(f"class in {where}: {key}", name, names)
    return torch.tensor([label[name] for name in y.tolist()])


def _whole(where: str, key: str, y: Array, names: tuple[str, ...]) -> Tensor:
    wrong = (y != np.round(y)) | (y < 0) | (y >= len(names))
    if wrong.any():
        first = int(wrong.argmax())
        raise BadInputError(
            f"{where}: {key}[{first}] is {y[first]:g}: labels are whole numbers from 0 to "
            f"{len(names) - 1}, one for each class"
        )
    return torch.from_numpy(y.astype(np.int64))


def check_classes(where: str, names: tuple[str, ...], labels: Tensor) -> None:
    """Raise BadInputError unless there are two classes or more, and objects enough of each."""
    if len({*names}) < len(names):
        raise BadInputError(f"{where}: two of the names {[*names]} are the same")
    if len(names) < 2:
        raise BadInputError(f"{where}: all objects are of one class, {names[0]!r}: two are needed")
    for name, count in zip(names, labels.bincount(minlength=len(names)).tolist(), strict=True):
        if count < FEWEST:
            has = "one object only" if count else "no object"
            raise BadInputError(
                f"{where}: class {name!r} has {has}: give it {FEWEST} at least, or leave it away"
            )


def _groups(where: str, groups: Array, objects: int) -> Tensor:
    if groups.shape != (objects,) or groups.dtype.kind not in "biuU":
        raise BadInputError(
            f"{where}: groups holds {groups.dtype} of the shape {groups.shape}: give a whole "
            f"number or a text for each of the {objects} objects"
        )
    return torch.from_numpy(np.unique(groups, return_inverse=True)[1].astype(np.int64))


def _float32(values: Array) -> Array:
    with np.errstate(over="ignore"):  # to infinity, which is refused
        return values.astype(np.float32)


def _check_finite(where: str, key: str, values: Array) -> None:
    wrong = ~np.isfinite(values)
    if wrong.any():
        first = tuple(np.argwhere(wrong)[0].tolist())
        raise BadInputError(
            f"{where}: {key}[{', '.join(map(str, first))}] is {values[first]:g}: fill in what is "
            "missing, or leave the object away"
        )
