"""A study as a function, in this process: its Ray dies, it goes on, and then nothing is left."""

import os
import signal
import subprocess
import sys
import threading

import psutil
import pytest
import ray

from records.client import open_client
from records.runs import runs
from records.schema import experiment_names
from search_spaces.smoke import SPACE
from study.running.ray_death import RESTARTS
from study.running.study import run_study
from trainables.errors import BadInputError, StudyError

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def kill_raylet(ended):
    """SIGKILL to the raylet under this process once a worker of the study is there."""
    while not ended.wait(0.1):
        names = {}
        for child in psutil.Process().children(recursive=True):
            try:
                names[child.name()] = child
            except psutil.NoSuchProcess:
                continue
        if any("StudyWorker" in name for name in names):
            names["raylet"].kill()
            return


def state():
    """What a call must leave as it was: signal handlers, our variables, no Ray."""
    handlers = [signal.getsignal(number) for number in SIGNALS]
    ours = {name: value for name, value in os.environ.items() if name.startswith("STUDY_")}
    return handlers, ours, ray.is_initialized()


def ends_of(results):
    """When each trial's run ended, by its id."""
    client = open_client(f"sqlite:///{results}/mlflow.db")
    experiment = client.get_experiment_by_name(experiment_names("smoke")[1])
    return {row.run_id: row.ended for row in runs(client, experiment.experiment_id)}


def test_a_finished_study_is_shown_and_nothing_of_it_trained(copied):
    before = ends_of(copied)
    result = run_study("smoke", results=copied, workers=2, dashboard=False, offline=True)
    assert result.code == 0
    assert ends_of(copied) == before
    assert set(result.table["n"]) == {SPACE.seeds}
    assert result.results == copied
    assert result.report.is_file()


@pytest.fixture(scope="module")
def called(tmp_path_factory):
    """One study by two calls: one whose Ray is killed, and one to the end."""
    results = tmp_path_factory.mktemp("study")
    options = {"results": results, "workers": 2, "dashboard": False, "offline": True}
    before, ended = state(), threading.Event()
    killer = threading.Thread(target=kill_raylet, args=[ended])
    killer.start()
    with pytest.raises(StudyError) as error:
        run_study("smoke", **options)
    ended.set()
    killer.join()
    after_death = state()
    first = run_study(SPACE, **options)
    return {
        "error": str(error.value), "states": (before, after_death, state()),
        "first": first,
    }  # fmt: skip


@pytest.mark.faults
def test_ray_s_death_is_an_error_in_the_thread_that_called(called):
    """The process lives on (a notebook's would be lost), and the same call goes on."""
    assert called["error"] == "Ray died (raylet); what has ended is kept: run it again"
    assert called["first"].code == 0


@pytest.mark.faults
def test_what_came_out(called):
    result = called["first"]
    assert len(result.table) - len(SPACE.settings) in (1, 2)  # two choices, or one twice
    assert set(result.table["n"]) == {SPACE.seeds}
    assert result.report.stat().st_size > 10_000
    assert list(result.figures.glob("*.png"))
    assert (result.artifacts / "teacher").is_dir()
    assert result.records == f"sqlite:///{result.results}/mlflow.db"


@pytest.mark.faults
def test_the_process_is_left_as_it_was(called):
    before, *after = called["states"]
    assert RESTARTS not in before[1]
    assert [*after] == [before, before]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"space": "smook"}, "did you mean 'smoke'"),
        ({"seeds": 0}, "--seeds is 0"),
        ({"workers": 0}, "--workers is 0"),
        ({"patience": float("nan")}, "--patience is nan"),
        ({"quiet": True, "verbose": True}, "give one of them"),
        ({"results": "/proc/nowhere"}, "cannot write to --results"),
    ],
)
def test_bad_input_starts_nothing(tmp_path, options, says):
    with pytest.raises(BadInputError, match=says):
        run_study(**{"space": "smoke", "results": tmp_path} | options)
    assert not list(tmp_path.iterdir())


def test_ray_must_not_be_imported_before_study(tmp_path):
    """Its processes would wait a minute for a token that this one does not send."""
    call = "import ray; from study.running.study import run_study; run_study('smoke')"
    environment = {name: value for name, value in os.environ.items() if name != "RAY_AUTH_MODE"}
    done = subprocess.run(
        [sys.executable, "-c", call], env=environment, capture_output=True, text=True, cwd=tmp_path
    )
    assert "BadInputError: ray was imported before study" in done.stderr


def test_a_ray_of_the_caller_s_own_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(ray, "is_initialized", lambda: True)
    with pytest.raises(BadInputError, match="Ray runs in this process already"):
        run_study("smoke", results=tmp_path)
