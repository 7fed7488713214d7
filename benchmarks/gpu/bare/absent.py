"""What `trainables` imports beside torch and does not need to train, where it is not installed.

A GPU machine in the field has torch, NumPy and what these bring along, and often nothing else. A
package of ABSENT that is missing is replaced by one whose parts can be imported but do nothing.
"""

import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

ABSENT = (
    "rich",
    "rich.console",
    "platformdirs",
    "safetensors",
    "safetensors.torch",
    "upath",
    "PIL",
)


class _Anything(type):
    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Nothing


class _Nothing(Exception, metaclass=_Anything):  # noqa: N818 (it stands for others, too)
    """Stands for any class or function: may be annotated with, caught, and looked into."""


class _Module(ModuleType):
    __version__ = "absent"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Nothing


class _Console:
    """What speaks of a download."""

    def __init__(self, **options: Any) -> None:
        pass

    def print(self, text: str) -> None:
        print(text, file=sys.stderr)


def _cache(name: str) -> str:
    return str(Path.home() / ".cache" / name)


def stand_in() -> None:
    """Put such modules where packages are missing; what is installed stays as it is."""
    missing = {name for name in ABSENT if "." not in name and find_spec(name) is None}
    for name in ABSENT:
        if name.split(".")[0] in missing:
            sys.modules[name] = _Module(name)
    if "rich" in missing:
        sys.modules["rich.console"].Console = _Console  # type: ignore[attr-defined]  # a stand-in
    if "platformdirs" in missing:
        sys.modules["platformdirs"].user_cache_dir = _cache  # type: ignore[attr-defined]  # a stand-in
