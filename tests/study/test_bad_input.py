"""Bad input: one clear line, exit code 2, before anything starts; nothing is lost or left.

Each case says what was given, what is allowed, and what to do; it runs in a folder that holds a
study's records and artifacts, which are compared byte by byte.
"""

import shutil
import socket
import sqlite3
from contextlib import suppress
from dataclasses import fields
from pathlib import Path

import pytest
from commands import call
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st
from untouched import content

from analysis.figures.__main__ import figures
from analysis.report import report
from analysis.table import table
from search_spaces.base.catalogue import load
from study.clean import clean
from study.launch import launch
from study.records import records
from study.status import status
from study.ui import ui
from trainables.data.domains import FASHION_MNIST
from trainables.errors import BadInputError
from trainables.objectives import Distillation
from trainables.settings.columns import name_of
from trainables.settings.setting import Setting

SMOKE = ("--space", "smoke")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "--space is missing: give one of bayesian, bayesian_known"),
        (["--space", "vae_lamda"], "did you mean 'vae_lambda'"),
        (["--space", "catalogue"], "unknown space"),
        (["--space", ""], "unknown space ''"),
        (["--space", "a\0b"], "unknown space"),
        (["--space", "../smoke"], "unknown space"),
        (["--space", "nowhere.py"], "no file nowhere.py"),
        (["--space", "results.py"], "no file results.py"),
        ([*SMOKE, "--seeds", "0"], "--seeds is 0: give a whole number ≥ 1"),
        ([*SMOKE, "--seeds", "-3"], "--seeds is -3"),
        ([*SMOKE, "--seeds", "2000"], "--seeds is 2000: give 1,000 at most"),
        ([*SMOKE, "--seeds", "two"], "should be a valid integer"),
        ([*SMOKE, "--seeds", "1e3"], "should be a valid integer"),
        ([*SMOKE, "--settings", "0"], "--settings is 0"),
        ([*SMOKE, "--settings", "many"], "should be a valid integer"),
        (["--space", "grid", "--settings", "5"], "--settings is for spaces that search"),
        (["--space", "regression_tabel"], "did you mean 'regression_table'"),
        (["--space", "rentals"], "unknown space"),
        (["--space", "regression_table", "--settings", "5"], "--settings is for spaces that"),
        ([*SMOKE, "--workers", "0"], "--workers is 0"),
        ([*SMOKE, "--workers", "1.5"], "should be a valid integer"),
        ([*SMOKE, "--workers", "4096"], "lower --workers or --cpus-per-worker"),
        ([*SMOKE, "--cpus-per-worker", "0"], "--cpus-per-worker is 0"),
        ([*SMOKE, "--cpus-per-worker", "999"], "lower --workers or --cpus-per-worker"),
        ([*SMOKE, "--gpus-per-worker", "-1"], "--gpus-per-worker is -1"),
        ([*SMOKE, "--gpus-per-worker", "nan"], "--gpus-per-worker is nan"),
        ([*SMOKE, "--gpus-per-worker", "many"], "should be a valid number"),
        ([*SMOKE, "--gpus-per-worker", "3"], "1 workers × 1 CPU and 3 GPU do not fit"),
        ([*SMOKE, "--patience", "-1"], "--patience is -1: give seconds ≥ 0"),
        ([*SMOKE, "--patience", "nan"], "--patience is nan"),
        ([*SMOKE, "--results", "/proc/nowhere"], "cannot write to --results"),
        ([*SMOKE, "--results", "results/mlflow.db"], "cannot write to --results"),
        ([*SMOKE, "--results", "a\0b"], "embedded null byte"),
        ([*SMOKE, "--results", "x" * 300], "cannot write to --results"),
        ([*SMOKE, "--tracking-uri", "http://127.0.0.1:9"], "no MLflow records at"),
        ([*SMOKE, "--tracking-uri", "http://"], "no MLflow records at"),
        ([*SMOKE, "--tracking-uri", "http://[::1"], "no MLflow records at"),
        ([*SMOKE, "--tracking-uri", "nonsense://x"], "no MLflow records at"),
        (
            [*SMOKE, "--tracking-uri", "sqlite:////proc/nowhere/x.db"],
            "cannot write to /proc/nowhere",
        ),
        ([*SMOKE, "--tracking-uri", "sqlite:///text.db"], "no MLflow records at"),
        ([*SMOKE, "--tracking-uri", "sqlite:///newer.db"], "no MLflow records at"),
        ([*SMOKE, "--tracking-uri", "postgresql://nobody@127.0.0.1:9/x"], "no MLflow records at"),
        ([*SMOKE, "--gpus-per-worker", "0.4"], "a share 1/k (0.5, 0.25, ...)"),
        ([*SMOKE, "--storage", "nonsense://x"], "--storage nonsense://x cannot be opened"),
        ([*SMOKE, "--quiet", "--verbose"], "--quiet and --verbose: give one of them"),
        ([*SMOKE, "--address", "somewhere"], "give HOST:PORT as `ray start --head` printed it"),
        ([*SMOKE, "--address", "127.0.0.1:1"], "no Ray cluster at 127.0.0.1:1"),
        ([*SMOKE, "--address", "127.0.0.1:99999"], "no Ray cluster at 127.0.0.1:99999"),
        ([*SMOKE, "--address", "ray://127.0.0.1:1"], "no Ray cluster at ray://127.0.0.1:1"),
        ([*SMOKE, "--spice"], "No such option"),
        (["smoke"], "unexpected extra argument"),
    ],
)
def test_launch_refuses(attempt, arguments, says):
    Path("text.db").write_text("these are no records", encoding="utf-8")
    shutil.copy("results/mlflow.db", "newer.db")
    with sqlite3.connect("newer.db") as newer:
        newer.execute("UPDATE alembic_version SET version_num = 'of a later MLflow'")
    assert says in attempt(launch, *arguments)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("STUDY_RESULTS", "/proc/nowhere", "cannot write to --results"),
        ("MLFLOW_TRACKING_URI", "http://127.0.0.1:9", "no MLflow records at http://127.0.0.1:9"),
        ("RAY_ADDRESS", "127.0.0.1:1", "no Ray cluster at 127.0.0.1:1"),
        ("STUDY_DATA", "/proc/nowhere", "cannot write the data folder /proc/nowhere"),
    ],
)
def test_a_wrong_environment_is_named(attempt, monkeypatch, name, value, says):
    monkeypatch.setenv(name, value)
    assert says in attempt(launch, *SMOKE)


def test_a_cluster_whose_token_is_not_here(attempt, monkeypatch, tmp_path):
    """Ray itself would end the process with a stack trace of C++."""
    for name in ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH", "RAY_AUTH_MODE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("study.cluster.dashboard.Path.home", lambda: tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"127.0.0.1:{listening.getsockname()[1]}"
        said = attempt(launch, *SMOKE, "--address", address)
    assert f"no token for the Ray cluster at {address}: put what `ray get-auth-token`" in said


@pytest.mark.parametrize("damage", ["missing", "cut", "no idx file", "another's"])
def test_data_that_is_not_what_it_should_be(attempt, monkeypatch, damage):
    """Offline, so that nothing better can be fetched: what was tried, and how to put it there."""
    folder = Path("data/FashionMNIST/raw")
    folder.mkdir(parents=True)
    file = folder / "train-labels-idx1-ubyte"
    bytes_of = {
        "cut": bytes(60_000),
        "no idx file": b"<html>not found</html>",
        "another's": bytes(60_008),
    }
    monkeypatch.setenv("STUDY_DATA", "data")
    monkeypatch.setenv("STUDY_OFFLINE", "1")
    monkeypatch.setattr("trainables.data.sources.SYSTEM_FOLDERS", Path("nowhere"))
    if damage in bytes_of:
        file.write_bytes(bytes_of[damage])
    records = content(Path("results"))
    ended = call(launch, *SMOKE)
    assert ended.code == 2
    assert "not allowed offline" in (said := ended.err.splitlines()[-1])
    assert ("set aside" in said) == (damage in bytes_of)
    assert content(Path("results")) == records


@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_rentals_that_are_not_what_they_should_be(attempt, monkeypatch, damage):
    """Only what the space needs is asked for: no image is missed."""
    file = Path("data/BikeSharing/raw/hour.csv")
    file.parent.mkdir(parents=True)
    if damage == "cut":
        file.write_bytes(b"instant,dteday,season\r\n1,2011-01-01,1\r\n")
    monkeypatch.setenv("STUDY_DATA", "data")
    monkeypatch.setenv("STUDY_OFFLINE", "1")
    ended = call(launch, "--space", "regression_table")
    assert ended.code == 2
    said = ended.err.splitlines()[-1]
    assert said.startswith("error: BikeSharing could not be had (missing: hour.csv)")
    assert ("set aside" in said) == (damage == "cut")


HEAD = """from dataclasses import replace
from search_spaces.rows.garments import ON_BIG
from search_spaces.base import Search, Space, Uniform
from trainables.objectives import *; from trainables.settings import CrossValidation, Pruning
OVER = {"objective.hard_label_weight": Uniform(0, 1)}
"""


RENTALS = """from dataclasses import replace; from trainables.links import Dilation
from search_spaces.rows.bike_sharing import *; from search_spaces.rows.garments import ON_BIG
from search_spaces.base import Choice, LogUniform, Search, Space
from trainables.objectives import Distillation; from trainables.settings import CrossValidation
"""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "it must define SPACE = Space(...); found None"),
        ("SPACE = 1", "it must define SPACE = Space(...); found 1"),
        ("x = (", "own.py:1: '(' was never closed"),
        ("import nothing_like_this", "own.py:1: ModuleNotFoundError"),
        ("import sys\nsys.exit(0)", "own.py:2: SystemExit"),
        ("x = 1 / 0", "own.py:1: ZeroDivisionError"),
        ("def f():\n    return f()\nf()", "own.py:2: RecursionError"),
        ("x = 'a\0b'", "own.py"),
        (
            HEAD + "x = Distillation(\n  temperature=-1)",
            "own.py:6: BadInputError: Distillation.temperature is -1: it must be ≥ 0.001 and",
        ),
        (HEAD + "x = Distillation(temperature=float('inf'))", "Distillation.temperature is inf"),
        (HEAD + "x = Distillation(temperature='2')", "Distillation.temperature is '2'"),
        (HEAD + "x = Distillation(hard_label_weight=1.1)", "must be ≥ 0 and ≤ 1"),
        (HEAD + "x = Distillation(hard_label_weight=True)", "hard_label_weight is True"),
        (HEAD + "x = replace(ON_BIG, student_split='Medium')", "Setting.student_split"),
        (HEAD + "x = replace(ON_BIG, protocol='publish')", "did you mean 'published'"),
        (HEAD + "x = replace(ON_BIG, teacher=None)", "or Distillation(hard_label_weight=1)"),
        (HEAD + "x = replace(ON_BIG, tau=1)", "own.py:6: BadInputError: unknown field of Setting"),
        (HEAD + "x = replace(ON_BIG.schedule, epochs=0)", "Schedule.epochs is 0"),
        (HEAD + "x = replace(ON_BIG.schedule, learning_rate=0)", "learning_rate is 0"),
        (HEAD + "x = replace(ON_BIG.teacher, domain='CIFAR')", "Teacher.domain is 'CIFAR'"),
        (HEAD + "SPACE = Space(name='s', about='')", "lists no settings and has no search"),
        (
            HEAD + "SPACE = Space(name='s', about='', settings=(ON_BIG, ON_BIG))",
            "lists a setting twice",
        ),
        (
            HEAD + "SPACE = Space(name='../s', about='', settings=(ON_BIG,))",
            "own.py:6: BadInputError: a space's name is 1 to 60 letters",
        ),
        (HEAD + "SPACE = Space(name='s', about='', settings=(ON_BIG,), seeds=2.5)", "Space.seeds"),
        (
            HEAD + "SPACE = Space(name='s', about='', settings=(ON_BIG,), matters={'mse': 1})",
            "Space.matters has 'mse': FashionMNIST is measured by accuracy, cross_entropy",
        ),
        (
            HEAD
            + "SPACE = Space(name='s', about='', settings=(ON_BIG,), matters={'accuracy': 0})",
            "Space.matters['accuracy'] is 0: give a number > 0, the smallest difference",
        ),
        (
            HEAD + "SPACE = Space(name='s', about='', settings=(ON_BIG,), matters=0.01)",
            "Space.matters is 0.01: give numbers by measures' names",
        ),
        (
            HEAD + "SPACE = Space(name='s', about='', settings=(ON_BIG,), anew=True)",
            "anew=True, and no listed setting has a validation score",
        ),
        (HEAD + "x = Search(base=ON_BIG, over=OVER, sampler='tpa')", "did you mean 'tpe'"),
        (
            HEAD + "x = Search(base=ON_BIG, over={'objective.temperature': Uniform(4, 2)})",
            "low < high",
        ),
        (HEAD + "x = Search(base=ON_BIG, over=OVER, settings=0)", "Search.settings is 0"),
        (HEAD + "x = CrossValidation(folds=1)", "CrossValidation.folds is 1"),
        (
            HEAD + "SPACE = Space(name='s', about='', searches=(Search(base=ON_BIG, over=OVER,"
            " rule=CrossValidation(folds=2_000)),))",
            "a share of 0.0005 of the 1,000 objects of FashionMNIST-Small is to be held out",
        ),
        (HEAD + "x = Pruning(rungs=(0.6, 0.3))", "rising"),
        (
            RENTALS + "x = replace(REG_ON_BIG, objective=Distillation(temperature=2))",
            "own.py:5: BadInputError: Distillation is an objective for classes, and a student of "
            "Reg learns numbers",
        ),
        (RENTALS + "x = replace(REG_ON_BIG, link=Dilation())", "Dilation maps images"),
        (
            RENTALS + "x = replace(REG_ON_BIG, target='Regg')",
            "Setting.target is 'Regg': give a Dom",
        ),
        (
            RENTALS + "x = Search(base=REG_ON_BIG, rule=CrossValidation(score='mse'),"
            " over={'objective.temperature': LogUniform(0.5, 20)})",
            "objective.temperature is no field of a setting",
        ),
        (
            RENTALS + "x = Search(base=REG_ON_BIG, over={'student.hidden': Choice((8,), (16,))})",
            "measured by mse, mae, r2",
        ),
        (
            RENTALS + "SPACE = Space(name='s', about='', settings=(REG_ON_BIG, ON_BIG))",
            "has settings of several targets",
        ),
    ],
)
def test_a_mistake_in_a_space_file_is_named_with_its_line(attempt, text, says):
    Path("own.py").write_text(text, encoding="utf-8")
    assert says in attempt(launch, "--space", "own.py")


@pytest.mark.parametrize(
    ("command", "arguments", "says"),
    [
        (table, [], "Missing option"),
        (table, ["--space", "grid"], "nothing of 'grid' is recorded there"),
        (table, ["--space", "../x"], "a space's name is"),
        (table, [*SMOKE, "--results", "nowhere"], "launch a study first"),
        (table, [*SMOKE, "--format", "pdf"], "'text', 'md', 'csv', 'latex'"),
        (table, [*SMOKE, "--limit", "0"], "greater than or equal to 1"),
        (table, [*SMOKE, "--tracking-uri", "sqlite:///mistyped.db"], "no MLflow records at"),
        (figures, ["--space", "grid"], "nothing of 'grid' is recorded there"),
        (figures, [*SMOKE, "--out", "/proc/nowhere"], "cannot write"),
        (report, ["--space", "grid"], "nothing of 'grid' is recorded there"),
        (report, [*SMOKE, "--out", "/proc/nowhere/x.html"], "cannot write"),
        (status, ["--space", "grud"], "did you mean 'grid'"),
        (status, ["--watch"], "--watch is for one study: give --space, too"),
        (launch, [*SMOKE, "--on-end", " "], "--on-end is empty: give a command for the shell"),
        (ui, ["--port", "0"], "greater than or equal to 1"),
        (status, ["--space", "grid"], "nothing of 'grid' is recorded there"),
        (status, [*SMOKE, "--seeds", "0"], "--seeds is 0"),
        (clean, ["--space", "grud"], "did you mean 'grid'"),
        (clean, ["--space", "grid", "--yes"], "nothing of 'grid' is recorded there"),
        (records, ["export", "--file", "x.gz"], "--space is missing"),
        (records, ["export", "--space", "grid", "--file", "x.gz"], "nothing of 'grid'"),
        (records, ["export", *SMOKE, "--file", "/proc/nowhere/x"], "cannot write"),
        (records, ["import", "--file", "nowhere.gz"], "cannot read nowhere.gz"),
        (records, ["import", "--file", "results/mlflow.db"], "is no export of records"),
        (records, ["remove", "--file", "x"], "'export', 'import'"),
    ],
)
def test_the_other_commands_refuse(attempt, command, arguments, says):
    assert says in attempt(command, *arguments)


@pytest.mark.parametrize(("command", "more"), [(launch, []), (clean, ["--yes"])])
def test_while_another_launch_runs(attempt, command, more):
    with FileLock("results/smoke.lock"):
        assert "another launch of smoke is running" in attempt(command, *SMOKE, *more)


@given(
    field=st.sampled_from(
        [
            "hard_label_weight",
            "temperature",
            "held_out",
            "student_split",
            "objective",
            "protocol",
            "target",
        ]
    ),
    value=st.one_of(
        st.floats(),
        st.integers(),
        st.text(max_size=9),
        st.none(),
        st.booleans(),
        st.binary(max_size=3),
    ),
)
def test_a_setting_takes_a_sound_value_or_refuses_it_in_one_line(field, value):
    """Whatever is put into a field: a setting with a key, or one line that names the field."""
    try:
        own = {"hard_label_weight": 1.0}
        if field in {each.name for each in fields(Distillation)}:
            parts = {"objective": Distillation(**own | {field: value})}
        else:
            parts = {"objective": Distillation(**own)} | {field: value}
        setting = Setting(**{"target": FASHION_MNIST} | parts)
    except BadInputError as error:
        said = str(error)
    else:
        said = f"{name_of(setting)}: {field}" if len(setting.key) == 16 else ""
    assert field in said
    assert "\n" not in said


@given(st.one_of(st.text(), st.binary().map(lambda raw: raw.decode("latin-1"))))
def test_no_name_leads_out_of_the_results_folder(name):
    """Whatever is given as a space: a built-in one, or one line."""
    with suppress(BadInputError):
        assert load(name).name.isidentifier()
