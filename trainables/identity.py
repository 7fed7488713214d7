"""The identity of a setting: a hash of what it says, and of nothing else.

A trial's record, a teacher's file and a search's memory are all found by it, so it must not
depend on the order of fields, on whether a default was spelled out, or on the Python process.
Fields that hold their default are left out: a field added later, with a default that means
"as before", leaves every recorded identity as it was. Hence: never change a default; add a field.
So are fields with compare=False, which do not count for equality: where data lie, say.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any

IDENTITY_LENGTH = 16  # hexadecimal digits: 64 bits, so a million settings collide with p < 1e-7


def identity(value: Any) -> str:
    """The hash of a dataclass (or of numbers, strings, sequences and mappings of such).

    Raises TypeError for anything whose meaning a reader could not spell out.
    """
    return hashed(canonical(value))


def hashed(plain: Any) -> str:
    """The hash of plain JSON values."""
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:IDENTITY_LENGTH]


def canonical(value: Any) -> Any:
    """The same content as plain JSON values: a dataclass is its name and its unusual fields."""
    if is_dataclass(value) and not isinstance(value, type):
        counted = [f for f in fields(value) if f.compare]
        unusual = {f.name: getattr(value, f.name) for f in counted if not _usual(value, f)}
        return {"": type(value).__name__} | {k: canonical(v) for k, v in unusual.items()}
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): canonical(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [canonical(item) for item in value]
    raise TypeError(f"{value!r} has no identity: settings hold numbers, strings and dataclasses")


def _usual(value: Any, field: Field[Any]) -> bool:
    if field.default is not MISSING:
        return bool(getattr(value, field.name) == field.default)
    if field.default_factory is not MISSING:
        return bool(getattr(value, field.name) == field.default_factory())
    return False
