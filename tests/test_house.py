"""The house in order: no folder is crowded, and each says in a few lines what its files are."""

import ast
import re
from pathlib import Path

import pytest

import trainables

ROOT = Path(trainables.__file__).parent.parent
ROOMS = ("analysis", "benchmarks", "records", "search_spaces", "study", "trainables")
FACES = sorted(face for room in ROOMS for face in (ROOT / room).rglob("__init__.py"))


@pytest.mark.parametrize("face", FACES, ids=lambda face: str(face.parent.relative_to(ROOT)))
def test_a_package_has_few_modules_and_a_map_of_them(face):
    modules = [file for file in face.parent.glob("*.py") if file.stem[:2] != "__"]
    assert len(modules) <= 12
    title, *lines = (ast.get_docstring(ast.parse(face.read_text())) or "").splitlines()
    assert len([line for line in lines if line]) <= 10
    spaces = {file for file in modules if "\nSPACE = " in file.read_text()}
    named = set(re.findall(r"\w+", "\n".join(lines)))
    assert {file.stem for file in {*modules} - spaces} <= named, title


def test_folders_of_code_are_packages():
    folders = {file.parent for room in ROOMS for file in (ROOT / room).rglob("*.py")}
    assert {face.parent for face in FACES} == folders


def test_tests_have_names_of_their_own():
    """pytest imports them by name alone; helpers stand beside."""
    names = [file.name for file in (ROOT / "tests").rglob("test_*.py")]
    assert len(names) == len(set(names))
