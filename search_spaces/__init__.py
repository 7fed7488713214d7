"""What is tried: each file here is a space, found by its name; a user's own by its file's path.

base/        what a space and a search are, and how a space is found
rows/        settings that spaces build on
transfer/    spaces of other transfer methods
pairs/       spaces of other pairs of domains
fair/        spaces in which every way is searched alike
generalised/ spaces of students that see less of the same objects than their teachers
nested/      spaces whose seeds choose for themselves
"""

import ast
from pathlib import Path

FOLDER = Path(__file__).parent
NOT_SPACES = ("base", "rows")  # its folders without spaces


def modules() -> dict[str, str]:
    """Each built-in space's name with its module: spaces may stand in folders."""
    return {
        file.stem: ".".join((__name__, *file.relative_to(FOLDER).with_suffix("").parts))
        for file in FOLDER.rglob("[!_]*.py")
        if file.relative_to(FOLDER).parts[0] not in NOT_SPACES
    }


def names() -> list[str]:
    """The built-in spaces' names."""
    return sorted(modules())


def about(name: str) -> str:
    """The question of a built-in space, read from its source: to import it takes torch.

    Raises LookupError where the source does not spell it out.
    """
    file = FOLDER.joinpath(*modules()[name].split(".")[1:]).with_suffix(".py")
    for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        for given in call.keywords if isinstance(call, ast.Call) else ():
            if given.arg == "about" and isinstance(given.value, ast.Constant):
                return str(given.value.value)
    raise LookupError(f"{file}: give about= as a text")
