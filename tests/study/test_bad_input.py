"""Bad input: one clear line, exit code 2, before anything starts; nothing is left behind."""

import sys

import pytest

from analysis.command import run_command
from analysis.table import table
from study.launch import launch


@pytest.fixture
def attempt(monkeypatch, capsys, tmp_path):
    """Run a command in-process; it must refuse with one line, which is returned."""
    monkeypatch.chdir(tmp_path)
    for name in ("MLFLOW_TRACKING_URI", "RAY_ADDRESS", "STUDY_RESULTS"):
        monkeypatch.delenv(name, raising=False)

    def refuse(function, *arguments):
        monkeypatch.setattr(sys, "argv", ["command", *map(str, arguments)])
        assert run_command(function) == 2
        said = capsys.readouterr().err
        assert said.startswith("error: ")
        assert said.count("\n") == 1
        assert "Traceback" not in said
        return said

    refuse.folder = tmp_path
    return refuse


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "--space is missing: give one of grid"),
        (["--space", "vae_lamda"], "did you mean 'vae_lambda'"),
        (["--space", "catalogue"], "unknown space"),
        (["--space", "nowhere.py"], "no file nowhere.py"),
        (["--space", "smoke", "--seeds", "0"], "--seeds is 0: give a whole number ≥ 1"),
        (["--space", "smoke", "--seeds", "-3"], "--seeds is -3"),
        (["--space", "smoke", "--seeds", "two"], "should be a valid integer"),
        (["--space", "smoke", "--settings", "0"], "--settings is 0"),
        (["--space", "grid", "--settings", "5"], "--settings is for spaces that search"),
        (["--space", "smoke", "--workers", "0"], "--workers is 0"),
        (["--space", "smoke", "--cpus-per-worker", "0"], "--cpus-per-worker is 0"),
        (["--space", "smoke", "--gpus-per-worker", "-1"], "--gpus-per-worker is -1"),
        (["--space", "smoke", "--gpus-per-worker", "many"], "should be a valid number"),
        (["--space", "smoke", "--gpus-per-worker", "3"], "1 workers × 3 GPU are 3, there are"),
        (["--space", "smoke", "--workers", "4096"], "lower --workers or --cpus-per-worker"),
        (["--space", "smoke", "--results", "/proc/nowhere"], "cannot write to --results"),
        (["--space", "smoke", "--tracking-uri", "http://127.0.0.1:9"], "no MLflow records at"),
        (["--space", "smoke", "--tracking-uri", "nonsense://x"], "no MLflow records at"),
        (["--space", "smoke", "--spice"], "No such option"),
        (["smoke"], "unexpected extra argument"),
    ],
)
def test_launch_refuses(attempt, arguments, says):
    assert says in attempt(launch, *arguments)
    assert not (attempt.folder / "results" / "artifacts").exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("SPACE = 1", "it must define SPACE = Space(...); found 1"),
        ("x = (", "own.py:1: '(' was never closed"),
        ("\n\nimport nothing_like_this", "own.py:3: ModuleNotFoundError"),
        (
            "from search_spaces.rows import ON_BIG\nfrom dataclasses import replace\n"
            "bad = replace(ON_BIG,\n    temperature=-1)",
            "own.py:3: BadInputError: Setting.temperature is -1: it must be > 0",
        ),
        (
            "from search_spaces.rows import ON_BIG\nfrom search_spaces.space import Space\n"
            "SPACE = Space(name='s', about='', settings=(ON_BIG, ON_BIG))",
            "lists a setting twice",
        ),
        (
            "from search_spaces.rows import ON_BIG\nfrom search_spaces.space import Space\n"
            "SPACE = Space(name='../s', about='', settings=(ON_BIG,))",
            "own.py:3: BadInputError: a space's name is 1 to 60 letters",
        ),
        (
            "from search_spaces.space import Space\nSPACE = Space(name='s', about='')",
            "lists no settings and has no search",
        ),
    ],
)
def test_a_mistake_in_a_space_file_is_named_with_its_line(attempt, text, says):
    (attempt.folder / "own.py").write_text(text)
    assert says in attempt(launch, "--space", "own.py")


def test_an_unreachable_cluster(attempt):
    said = attempt(launch, "--space", "smoke", "--address", "127.0.0.1:1")
    assert "no Ray cluster at 127.0.0.1:1" in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--space", "smoke"], "launch a study first"),
        (["--space", "smoke", "--format", "pdf"], "'text', 'md', 'csv', 'latex'"),
        ([], "Missing option"),
    ],
)
def test_table_refuses(attempt, arguments, says):
    assert says in attempt(table, *arguments)


def test_a_second_launch_at_the_same_time(attempt):
    from filelock import FileLock

    (attempt.folder / "results").mkdir()
    with FileLock(attempt.folder / "results" / "smoke.lock"):
        said = attempt(launch, "--space", "smoke")
    assert "another launch of smoke is running" in said
