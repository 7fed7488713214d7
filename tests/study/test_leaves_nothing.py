"""What only looks leaves nothing behind: no folder, no database, no file."""

from pathlib import Path

import pytest
from commands import call

from analysis.compare import compare
from analysis.publish import command
from study.clean import clean
from study.launch import launch
from study.status import status

SMOKE = ("--space", "smoke")


@pytest.mark.parametrize(
    ("looks", "words", "code"),
    [
        (launch, ["--list"], 0),
        (launch, [*SMOKE, "--plan"], 0),
        (launch, [*SMOKE, "--plan", "--results", "a/b"], 0),
        (launch, [*SMOKE, "--plan", "--storage", "store", "--until-decided"], 0),
        (launch, [*SMOKE, "--plan", "--tracking-uri", "sqlite:///none/mlflow.db"], 0),
        (status, [], 2),
        (status, SMOKE, 2),
        (command("table"), SMOKE, 2),
        (command("report"), SMOKE, 2),
        (command("figures"), SMOKE, 2),
        (command("ranks"), [*SMOKE, "--space", "grid"], 2),
        (compare, ["smoke", "grid"], 2),
        (clean, SMOKE, 2),
    ],
)
def test_where_nothing_was_nothing_is(tmp_path, monkeypatch, looks, words, code):
    monkeypatch.chdir(tmp_path)
    assert call(looks, *words).code == code
    assert list(Path().iterdir()) == []
