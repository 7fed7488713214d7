"""Export and import: everything is there again, once, whatever stopped the import."""

import json
import math
import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from mlflow.entities import Metric

from analysis.records import experiment_names, open_client
from search_spaces.smoke import ALONE, SPACE, taught
from study.ledger import Ledger
from study.record import Recorder
from study.records import export, load, read_lines, write_lines
from trainables.calibration import Reliability
from trainables.errors import BadInputError
from trainables.settings import Trial
from trainables.student import TrialResult


def result(setting, seed, failure=None):
    history = {"test/accuracy": [0.5, 0.75], "test/cross_entropy": [1.0, 0.5]}
    reliability = {"student": Reliability([10.0], [0.5], [0.5])}
    trial = Trial(setting=setting, seed=seed)
    return TrialResult(trial, history, {}, 0.25, reliability, failure)


@pytest.fixture
def client(tmp_path):
    """A study with finished, failed, planned and odd runs."""
    client = open_client(f"sqlite:///{tmp_path}/first.db")
    recorder = Recorder(client, SPACE, 2, Ledger([]), str(tmp_path))
    recorder.expect([ALONE, taught("FashionMNIST"), taught("MNIST")])
    for seed in range(2):
        recorder.add(result(ALONE, seed))
        recorder.add(result(taught("FashionMNIST"), seed, failure="nan" if seed else None))
    recorder.close()
    trials = client.get_experiment_by_name(experiment_names("smoke")[1]).experiment_id
    odd = client.create_run(trials, 1, {"trial": "odd"}).info.run_id
    values = [math.nan, math.inf, -1e-300]
    client.log_batch(odd, [Metric("odd", value, 7, step) for step, value in enumerate(values)])
    client.set_terminated(odd, "KILLED", 9)
    return client


def known(client):
    """All lines but what names the store itself."""
    lines = [json.loads(json.dumps(line)) for line in export(client, "smoke")]
    for line in lines:
        line.get("tags", {}).pop("imported_from", None)
    return [repr(line) for line in lines]


def test_everything_is_there_again_once(client, tmp_path):
    file = tmp_path / "smoke.jsonl.gz"
    write_lines(file, export(client, "smoke"))
    second = open_client(f"sqlite:///{tmp_path}/second.db")
    assert load(second, read_lines(file)) == (8, 0)
    assert known(second) == known(client)
    assert load(second, read_lines(file)) == (0, 8)
    write_lines(tmp_path / "again.jsonl.gz", export(client, "smoke"))
    assert (tmp_path / "again.jsonl.gz").read_bytes() == file.read_bytes()


def test_into_the_store_that_it_came_from_nothing_is_doubled(client, tmp_path):
    before = known(client)
    write_lines(tmp_path / "e.jsonl", export(client, "smoke"))
    assert load(client, read_lines(tmp_path / "e.jsonl")) == (0, 8)
    assert known(client) == before


def test_an_import_that_is_killed_goes_on(client, tmp_path):
    file, store = tmp_path / "e.jsonl", f"sqlite:///{tmp_path}/second.db"
    write_lines(file, export(client, "smoke"))
    second = open_client(store)
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


def test_through_a_real_server(client, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "mlflow", "server", "--workers", "1", "--port", str(port),
         "--backend-store-uri", f"sqlite:///{tmp_path}/server.db"],
        env={**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, cwd=tmp_path,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 120
        while socket.socket().connect_ex(("127.0.0.1", port)):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        remote = open_client(f"http://127.0.0.1:{port}")
        write_lines(tmp_path / "e.jsonl", export(client, "smoke"))
        assert load(remote, read_lines(tmp_path / "e.jsonl")) == (8, 0)
        assert known(remote) == known(client)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


def test_what_is_no_export_is_refused(client, tmp_path):
    write_lines(tmp_path / "e.jsonl", export(client, "smoke"))
    lines = (tmp_path / "e.jsonl").read_text().splitlines()
    bad = {
        "cut short after": "\n".join(lines[:-1]),
        "no export of records": "\n".join(lines)[:-200],
        "no export of format 1": lines[0].replace("1", "99", 1),
    }
    for says, text in bad.items():
        (tmp_path / "bad.jsonl").write_text(text)
        with pytest.raises(BadInputError, match=says):
            read_lines(tmp_path / "bad.jsonl")
    with pytest.raises(BadInputError, match="No such file"):
        read_lines(tmp_path / "nowhere.jsonl")
    with pytest.raises(BadInputError, match="nothing of 'grid' is recorded"):
        list(export(client, "grid"))
