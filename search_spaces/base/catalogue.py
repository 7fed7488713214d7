"""Finding spaces: the built-in ones by name, a user's own by the path of its file."""

import importlib
import importlib.util
import pkgutil
import sys
import traceback
from pathlib import Path

import search_spaces
from search_spaces.base.space import Space
from trainables.errors import BadInputError, unknown

OWN_MODULE = "own_space"  # the module name of a user's file
NOT_SPACES = ("base", "rows")  # the folders of search_spaces without spaces


def names() -> list[str]:
    """The built-in spaces' names."""
    return sorted(_modules())


def _modules() -> dict[str, str]:
    """Each built-in space's name with its module: spaces may stand in folders."""
    found = pkgutil.walk_packages(search_spaces.__path__, f"{search_spaces.__name__}.")
    paths = [module.name for module in found if not module.ispkg]
    return {
        path.rpartition(".")[2]: path for path in paths if path.split(".")[1] not in NOT_SPACES
    }


def load(name_or_path: str) -> Space:
    """The space of that name, or the one that a Python file defines as SPACE.

    Raises BadInputError with the nearest name, or with file and line of a file's mistake.
    """
    if module := _modules().get(name_or_path):
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
        raise BadInputError(f"{place}: {type(error).__name__}: {error}") from None
    space = getattr(module, "SPACE", None)
    if not isinstance(space, Space):
        raise BadInputError(f"{path}: it must define SPACE = Space(...); found {space!r}")
    return space
