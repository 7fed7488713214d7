"""Paths: the way to a field of a setting or of one of its parts, "objective.temperature"."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from types import MappingProxyType
from typing import Any

NOTHING: Mapping[str, Any] = MappingProxyType({})
ABSENT = object()
"""What stands at a path that a setting does not have."""


def heads(path: str) -> Iterator[str]:
    """The path's own beginnings: of "a.b.c" these are "a", "a.b" and itself."""
    names = path.split(".")
    return (".".join(names[:end]) for end in range(1, len(names) + 1))


def field_names(part: Any) -> list[str]:
    """The fields of a part that can be given; none of what is no part."""
    if not is_dataclass(part):
        return []
    return [field.name for field in fields(part) if field.init]


def paths_of(part: Any, prefix: str = "") -> Iterator[str]:
    """Every path of a part, and of its parts in turn."""
    for name in field_names(part):
        yield prefix + name
        yield from paths_of(getattr(part, name), f"{prefix}{name}.")


def value_at(part: Any, path: str, changes: Mapping[str, Any] = NOTHING) -> Any:
    """What stands at a path once `changes`, values by path, are put in; ABSENT for nothing."""
    for head in heads(path):
        name = head.rpartition(".")[2]
        if name not in field_names(part):
            return ABSENT
        part = changes[head] if head in changes else getattr(part, name)
    return part


def replace_at(part: Any, changes: Mapping[str, Any]) -> Any:
    """The part with these values, by path.

    Each part within is made anew once, with all that changes in it, so that it checks its fields
    together. Where both a part and fields of it are given, the fields are those of the new part.
    """
    own = {path: value for path, value in changes.items() if "." not in path}
    deeper: dict[str, dict[str, Any]] = defaultdict(dict)
    for path, value in changes.items():
        name, _, rest = path.partition(".")
        if rest:
            deeper[name][rest] = value
    for name, within in deeper.items():
        inner = own[name] if name in own else getattr(part, name)
        own[name] = replace_at(inner, within)
    return replace(part, **own)
