"""The built-in spaces are what they say, and the rooms know whom they may know."""

import ast
from pathlib import Path

import pytest

import trainables
from search_spaces.catalogue import load, names
from trainables.artifacts import logits_for
from trainables.settings import Trial

ROOT = Path(trainables.__file__).parent.parent
MAY_KNOW = {
    "trainables": {"trainables"},
    "search_spaces": {"search_spaces", "trainables"},
    "analysis": {"analysis", "trainables"},
    "study": {"study", "search_spaces", "trainables", "analysis"},
}


def test_the_spaces_that_there_are():
    assert names() == ["grid", "paper_table", "smoke", "vae_lambda", "vae_lambda_small"]


def test_sizes():
    grid, paper = load("grid"), load("paper_table")
    assert len(grid.settings) * grid.seeds == 400
    assert len(paper.settings) == 11 + 9
    assert paper.seeds == 5
    search = load("vae_lambda").search
    assert (search.settings, search.hard_label_weight, search.temperature) == (
        40,
        (0, 1),
        (0.5, 20),
    )


def test_low_resource_vae_never_sees_held_out_labels():
    setting = load("vae_lambda_small").search.base
    assert logits_for(Trial(setting=setting, seed=0)).vae.held_out == setting.held_out == 0.2


@pytest.mark.parametrize("room", MAY_KNOW)
def test_imports_run_one_way(room):
    rooms = {"trainables", "search_spaces", "study", "analysis", "benchmarks"}
    for file in (ROOT / room).glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            modules = []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                modules = [node.module or ""]
            known = {module.split(".")[0] for module in modules} & rooms
            assert known <= MAY_KNOW[room], f"{file.name} imports {known}"


def test_the_core_needs_neither_ray_nor_mlflow():
    for file in (ROOT / "trainables").glob("*.py"):
        if file.name != "trainable.py":
            assert "import ray" not in file.read_text()
            assert "mlflow" not in file.read_text().lower()
