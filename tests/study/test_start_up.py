"""What a command imports before it works: seconds of every start."""

import subprocess
import sys
import threading

import pytest
from commands import call

from records.cli import command_of
from study.__main__ import SUMMARIES, commands
from study.cluster import Resources
from study.cluster.local_ray import LocalRay
from study.launch import launch

HEAVY = """
import runpy, sys
module = sys.argv.pop(1)
try:
    runpy.run_module(module, run_name="__main__")
except SystemExit as end:
    heavy = {"torch", "torch._dynamo", "mlflow", "ray", "matplotlib"}
    print("imported:", *sorted(heavy & {*sys.modules}))
    raise
"""


def imported(*words):
    """Which heavy packages a command has imported when it has ended well."""
    command = [sys.executable, "-c", HEAVY, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split()[1:])


@pytest.mark.parametrize("word", ["--list", "--help"])
def test_lists_and_help_import_nothing_heavy(word):
    assert imported("study.launch", word) == set()


def test_help_says_what_holds_where_nothing_is_given():
    words = " ".join(call(launch, "--help").out.replace("│", " ").split())
    for default in ("(the space's own)", "(one a CPU, or one a GPU)", "(in the results folder)"):
        assert f"[default: {default}]" in words


@pytest.mark.parametrize("name", SUMMARIES)
def test_each_name_of_the_one_command_gives_its_own_function(name):
    listed = commands().commands[name]
    entered = listed.make_context(name, ["--help"], resilient_parsing=True).command
    assert entered.callback.__name__ == name
    assert entered.name == command_of(entered.callback).name


def test_what_reads_a_database_does_without_mlflow(finished, tmp_path):
    smoke = ("--space", "smoke", "--results")
    assert imported("study.status", *smoke, finished.results) == {"torch"}
    assert imported("analysis.table", *smoke, finished.results) == {"torch"}
    assert imported("study.launch", *smoke, finished.results, "--plan") == {"torch"}
    assert imported("study.launch", *smoke, tmp_path, "--plan") == {"torch"}


def test_ray_that_cannot_start_is_an_error_where_it_is_needed(monkeypatch):
    def fail(*_):
        raise OSError("no room")

    monkeypatch.setattr("study.cluster.ray.start_ray", fail)
    local_ray = LocalRay(Resources(workers=1))
    local_ray.begin()
    with pytest.raises(OSError, match="no room"), local_ray.watched(lambda gone: None):
        pytest.fail("the block was entered")
    local_ray.end()


def test_ray_is_awaited_and_its_thread_lives_as_long(monkeypatch):
    """The kernel ends Ray's processes with the thread that started them."""
    go_on, order = threading.Event(), []

    def start(*_):
        go_on.wait()
        order.append("started")

    monkeypatch.setattr("study.cluster.ray.start_ray", start)
    monkeypatch.setattr("ray.shutdown", lambda: order.append(f"shut down, {thread.is_alive()}"))
    local_ray = LocalRay(Resources(workers=1))
    local_ray.begin()
    thread = next(each for each in threading.enumerate() if each.name == "ray")
    order.append("planned")
    go_on.set()
    with local_ray.watched(lambda gone: None):
        order.append("trained")
    thread.join(timeout=10)
    assert order == ["planned", "started", "trained", "shut down, True"]
    assert not thread.is_alive()
