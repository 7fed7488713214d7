"""MLflow's pages, opened at the last study: a real server, and its end."""

import re
import signal
import subprocess
import sys
import time

import psutil
import pytest
import requests
from commands import call
from golden.make import open_golden

from study.ui import ui


@pytest.fixture
def results(tmp_path):
    """The golden study, and one that is older."""
    client = open_golden(tmp_path)
    client.create_experiment("older · trials")
    return tmp_path


def test_it_serves_the_page_of_the_last_study_until_it_is_interrupted(results, free_port):
    command = ["-m", "study.ui", "--results", str(results), "--port", str(free_port)]
    said = results / "said"
    with said.open("w") as file:
        started = subprocess.Popen(
            [sys.executable, *command], stdout=file, stderr=file,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # else of the shell's
        )  # fmt: skip
    try:
        until = time.monotonic() + 150
        while "Ctrl-C" not in said.read_text():
            assert started.poll() is None, said.read_text()
            assert time.monotonic() < until, said.read_text()
            time.sleep(0.2)
        (page,) = re.findall(r"^smoke: (http:\S+)$", said.read_text(), re.MULTILINE)
        assert page.startswith(f"http://127.0.0.1:{free_port}/#/experiments/")
        assert "viewStateShareKey=study" in page
        experiment = re.search(r"experiments/(\d+)/", page)[1]
        asked = f"http://127.0.0.1:{free_port}/api/2.0/mlflow/experiments/get"
        answer = requests.get(asked, {"experiment_id": experiment}, timeout=30).json()
        assert answer["experiment"]["name"] == "smoke"
        busy = call(ui, "--results", results, "--port", free_port)
        assert busy.code == 2
        assert f"port {free_port} of this machine cannot be served" in busy.err
        under = psutil.Process(started.pid).children(recursive=True)
        started.send_signal(signal.SIGINT)
        assert started.wait(60) == 130
        assert not psutil.wait_procs(under, timeout=5)[1]
        assert "Traceback" not in said.read_text()
    finally:
        started.kill()


def test_without_a_study_there_is_nothing_to_show(empty_database):
    ended = call(ui, "--results", empty_database.parent)
    assert ended.code == 2
    assert "no study is recorded in sqlite:///" in ended.err


def test_of_records_on_a_server_the_page_is_shown(results, monkeypatch):
    opened = []
    monkeypatch.setattr("study.ui.webbrowser.open", opened.append)
    monkeypatch.setattr("study.ui.is_database", lambda uri: False)
    monkeypatch.setenv("BROWSER", "any")
    ended = call(ui, "--results", results)
    assert ended.code == 0, ended.err
    assert opened == [ended.out.split()[-1]]
    opened.clear()
    assert call(ui, "--results", results, "--no-browser").code == 0
    assert not opened
