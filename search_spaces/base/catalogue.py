"""Finding spaces: the built-in ones by name, a user's own by the path of its file."""

import contextlib
import importlib
import importlib.util
import re
import sys
import traceback
from collections.abc import Iterator
from dataclasses import is_dataclass
from pathlib import Path

from search_spaces import modules, names
from search_spaces.base.paths import field_names
from search_spaces.base.space import Space
from trainables.errors import BadInputError, unknown

OWN_MODULE = "own_space"  # the module name of a user's file
UNKNOWN_FIELD = re.compile(r"(\w+)\.__init__\(\) got an unexpected keyword argument '(\w+)'")


def load(name_or_path: str) -> Space:
    """The space of that name, or the one that a Python file defines as SPACE.

    Raises BadInputError with the nearest name, or with file and line of a file's mistake.
    """
    if module := modules().get(name_or_path):
        space: Space = importlib.import_module(module).SPACE
        return space
    if name_or_path.endswith(".py"):
        return _from_file(Path(name_or_path))
    raise unknown("space", name_or_path, names())


def _from_file(path: Path) -> Space:
    if not path.is_file():
        raise BadInputError(
            f"no file {path}: give a built-in space ({', '.join(names())}) or "
            "the path of a file that defines SPACE"
        )
    spec = importlib.util.spec_from_file_location(OWN_MODULE, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[OWN_MODULE] = module
    try:
        with _no_bytecode():
            spec.loader.exec_module(module)
    except SyntaxError as error:
        raise BadInputError(f"{path}:{error.lineno}: {error.msg}") from None
    except (Exception, SystemExit) as error:
        lines = [
            f.lineno
            for f in traceback.extract_tb(error.__traceback__)
            if Path(f.filename).resolve() == path.resolve()
        ]
        place = f"{path}:{lines[-1]}" if lines else str(path)
        raise BadInputError(f"{place}: {_said(error)}") from None
    space = getattr(module, "SPACE", None)
    if not isinstance(space, Space):
        raise BadInputError(f"{path}: it must define SPACE = Space(...); found {space!r}")
    return space


@contextlib.contextmanager
def _no_bytecode() -> Iterator[None]:
    """Leave no __pycache__ beside a user's file, whose folder may not be ours to write."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before


def _said(error: BaseException) -> str:
    """The error's class and what it says; of a field that a dataclass lacks its nearest one."""
    found = UNKNOWN_FIELD.fullmatch(str(error)) if isinstance(error, TypeError) else None
    known = _fields(found[1]) if found else []
    if found and known:
        error = unknown(f"field of {found[1]}", found[2], known)
    return f"{type(error).__name__}: {error}"


def _fields(name: str) -> list[str]:
    """What can be given to the dataclass of this name, ours or one of the user's file."""
    rooms = (OWN_MODULE, "trainables", "search_spaces")
    modules = [vars(module) for n, module in sys.modules.items() if n.partition(".")[0] in rooms]
    named = (module.get(name) for module in modules)
    found = next((each for each in named if isinstance(each, type) and is_dataclass(each)), None)
    return field_names(found)
