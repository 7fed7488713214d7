"""Export and import: everything is there again, once, whatever stopped the import."""

import gzip
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from mlflow.entities import Metric
from recorded import recorder_of, result
from tracking import TrackingServer

from records.client import open_client
from records.jsonl import read_lines, write_lines
from records.read import read, read_study
from records.schema import experiment_names
from records.transfer import export, load
from search_spaces.smoke import ALONE, taught
from study.planning.search_state import Expected
from trainables.data.domains import FASHION_MNIST, MNIST
from trainables.errors import BadInputError

ALL = ALONE, TAUGHT, UNTRAINED = ALONE, taught(FASHION_MNIST), taught(MNIST)


def record(client, *results, seeds=2, settings=ALL):
    """What a launch does: what is planned, then what was trained."""
    folder = Path(client.tracking_uri.removeprefix("sqlite:///")).parent
    recorder = recorder_of(client, folder, read(client, "smoke"), seeds)
    recorder.expect(map(Expected, settings))
    recorder.add(results)
    recorder.close()


def moved(client, tmp_path, into):
    """Exported, and imported into another store; (written, skipped)."""
    write_lines(tmp_path / "moved.jsonl", export(client, "smoke"))
    return load(into, read_lines(tmp_path / "moved.jsonl"))


@pytest.fixture(scope="module")
def filled(empty_database, tmp_path_factory):
    """A database with finished, failed, planned and odd runs, to be copied."""
    path = Path(shutil.copy(empty_database, tmp_path_factory.mktemp("filled")))
    client = open_client(f"sqlite:///{path}")
    failed = result(TAUGHT, 1, failure="nan")
    record(client, result(ALONE, 0), result(TAUGHT, 0), result(ALONE, 1), failed)
    trials = client.get_experiment_by_name(experiment_names("smoke")[1]).experiment_id
    odd = client.create_run(trials, 1, {"trial": "odd"}).info.run_id
    values = [math.nan, math.inf, -1e-300]
    client.log_batch(odd, [Metric("odd", value, 7, step) for step, value in enumerate(values)])
    client.set_terminated(odd, "KILLED", 9)
    return path


@pytest.fixture
def client(filled, tmp_path):
    """A store with a study."""
    shutil.copy(filled, tmp_path / "first.db")
    return open_client(f"sqlite:///{tmp_path}/first.db")


@pytest.fixture
def second(empty_database, tmp_path):
    """A store that knows nothing yet."""
    shutil.copy(empty_database, tmp_path / "second.db")
    return open_client(f"sqlite:///{tmp_path}/second.db")


def known(client):
    """All lines, NaN made comparable."""
    return [repr(line) for line in export(client, "smoke")]


def counts(client):
    """Settings with their n, and how many trials are FINISHED or anything else."""
    settings, trials = (
        client.search_runs([client.get_experiment_by_name(name).experiment_id])
        for name in experiment_names("smoke")
    )
    return (
        sorted((run.info.status, run.data.metrics.get("n")) for run in settings),
        sorted(run.info.status for run in trials),
    )


def test_everything_is_there_again_once(client, second, tmp_path):
    file, again = tmp_path / "smoke.jsonl.gz", tmp_path / "again.jsonl.gz"
    write_lines(file, export(client, "smoke"))
    assert load(second, read_lines(file)) == (8, 0)
    assert known(second) == known(client)
    assert load(second, read_lines(file)) == (0, 8)
    write_lines(again, export(second, "smoke"))
    assert again.read_bytes() == file.read_bytes()


def test_an_export_says_what_the_client_says(client):
    """The other tests compare exports with exports: this one holds one against MLflow itself."""
    lines = [line for line in export(client, "smoke") if "in" in line]
    for line in lines:
        run = client.get_run(line["origin"])
        assert (line["status"], line["tags"]) == (run.info.status, run.data.tags)
        assert (line["start"], line["end"]) == (run.info.start_time, run.info.end_time)
        assert line["parameters"] == run.data.params
        assert set(line["metrics"]) == set(run.data.metrics)
        for name, points in line["metrics"].items():
            history = client.get_metric_history(line["origin"], name)
            expected = {(p.step, repr(p.value), p.timestamp) for p in history}
            assert {(step, repr(value), time) for step, value, time in points} == expected
        assert {one["name"] for one in line["inputs"]} == {
            one.dataset.name for one in run.inputs.dataset_inputs
        }
    assert sum(len(line["inputs"]) for line in lines) == 8  # 4 trials on their split and Test


def test_into_the_store_that_it_came_from_nothing_is_doubled(client, tmp_path):
    before = known(client)
    write_lines(tmp_path / "e.jsonl", export(client, "smoke"))
    assert load(client, read_lines(tmp_path / "e.jsonl")) == (0, 8)
    assert known(client) == before


def test_a_study_that_went_on_is_brought_up_to_date(client, second, tmp_path):
    moved(client, tmp_path, second)
    record(client, result(ALONE, 2), seeds=3)
    assert moved(client, tmp_path, second) == (2, 7)  # the trial, and its setting's summary
    assert known(second) == known(client)


def test_an_older_state_takes_nothing_away(client, second, tmp_path):
    moved(client, tmp_path, second)
    record(second, *(result(UNTRAINED, seed) for seed in range(3)), result(ALONE, 2), seeds=3)
    before = known(second)
    assert moved(client, tmp_path, second) == (0, 8)
    assert known(second) == before
    assert read_study(second, "smoke").seeds == 3


def test_what_was_trained_there_as_well_is_not_doubled(client, second, tmp_path):
    record(second, result(ALONE, 0), settings=[ALONE])
    moved(client, tmp_path, second)
    assert counts(second) == counts(client)


def test_what_is_running_is_left_out(client, second, tmp_path):
    trials = client.get_experiment_by_name(experiment_names("smoke")[1]).experiment_id
    client.create_run(trials, tags={"trial": "live"})
    assert list(export(client, "smoke"))[-1] == {"runs": 8, "running": 1}
    moved(client, tmp_path, second)
    assert "RUNNING" not in counts(second)[1]


def test_every_sign_survives(client, second, tmp_path):
    note = 'λ\u2028line\x85separators\r\n"quotes"'
    experiment = client.get_experiment_by_name("smoke").experiment_id
    client.set_experiment_tag(experiment, "mlflow.note.content", note)
    moved(client, tmp_path, second)
    assert second.get_experiment_by_name("smoke").tags["mlflow.note.content"] == note


@pytest.mark.faults
def test_an_import_that_is_killed_goes_on(client, second, tmp_path):
    file, store = tmp_path / "e.jsonl", f"sqlite:///{tmp_path}/second.db"
    write_lines(file, export(client, "smoke"))
    command = [sys.executable, "-m", "study.records", "import", "--file", str(file)]
    victim = subprocess.Popen([*command, "--tracking-uri", store], stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    name = experiment_names("smoke")[1]
    while not (found := second.get_experiment_by_name(name)) or not second.search_runs(
        [found.experiment_id]
    ):
        assert time.monotonic() < deadline
        assert victim.poll() is None
        time.sleep(0.005)
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    done = subprocess.run([*command, "--tracking-uri", store], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert known(second) == known(client)


def test_through_a_real_server(client, tmp_path, free_port):
    with TrackingServer(tmp_path, free_port) as server:
        server.ask()
        remote = open_client(server.uri)
        write_lines(tmp_path / "e.jsonl", export(client, "smoke"))
        assert load(remote, read_lines(tmp_path / "e.jsonl")) == (8, 0)
        assert known(remote) == known(client)


def test_what_is_no_export_is_refused(client, tmp_path):
    write_lines(tmp_path / "e.jsonl", export(client, "smoke"))
    whole = (tmp_path / "e.jsonl").read_bytes()
    lines = whole.splitlines(keepends=True)
    packed = gzip.compress(whole)
    bad = {
        "a.jsonl": (b"".join(lines[:-1]), f"cut short after line {len(lines) - 1}"),
        "b.jsonl": (b"".join(lines)[:-200], f"cut short after line {len(lines) - 2}"),
        "c.jsonl": (lines[0].replace(b"1", b"99", 1), "newer version .*format 99"),
        "d.jsonl": (b"[]\n", "no export of records"),
        "e.jsonl": (lines[0] + b'{"in": "smoke"}\n', "see line 2"),
        "f.jsonl": (b"", "is empty"),
        "g.jsonl.gz": (whole, "no export of records"),
        "h.jsonl.gz": (packed[: len(packed) // 2], "cut short after line"),
        "i.jsonl.gz": (packed[:200] + bytes(60) + packed[260:], "damaged"),
    }
    for name, (content, says) in bad.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadInputError, match=says):
            read_lines(tmp_path / name)
    with pytest.raises(BadInputError, match="No such file"):
        read_lines(tmp_path / "nowhere.jsonl")
    with pytest.raises(BadInputError, match="cannot write"):
        write_lines(tmp_path / "no" / "folder.jsonl", [])
    with pytest.raises(BadInputError, match="nothing of 'grid' is recorded"):
        list(export(client, "grid"))


def test_an_export_that_fails_leaves_the_file_that_was_there(client, tmp_path):
    (tmp_path / "e.jsonl").write_text("as it was")
    with pytest.raises(BadInputError, match="nothing of 'grid'"):
        write_lines(tmp_path / "e.jsonl", export(client, "grid"))
    assert (tmp_path / "e.jsonl").read_text() == "as it was"
    assert not list(tmp_path.glob(".e.jsonl*"))


def test_an_experiment_that_was_deleted_there_is_named(client, second, tmp_path):
    moved(client, tmp_path, second)
    second.delete_experiment(second.get_experiment_by_name("smoke").experiment_id)
    with pytest.raises(BadInputError, match="'smoke' was deleted there: restore it"):
        moved(client, tmp_path, second)
