"""A tracking server for real: PostgreSQL, users and passwords, artifacts through the server."""

import gzip
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
import requests
from postgres import Postgres, missing
from tracking import TrackingServer

import trainables

pytestmark = pytest.mark.cluster
ROOT = Path(trainables.__file__).parent.parent
GOLDEN = ROOT / "tests" / "analysis" / "golden" / "smoke.jsonl.gz"
USER = {"MLFLOW_TRACKING_USERNAME": "boss", "MLFLOW_TRACKING_PASSWORD": "a-long-password"}


@pytest.fixture
def server(tmp_path, free_port, monkeypatch):
    """Its users are in PostgreSQL as well."""
    if reason := missing():
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="study-pg-") as place:  # postgres must reach it
        Path(place).chmod(0o755)
        with Postgres(Path(place) / "pg", free_port + 1) as database:
            (tmp_path / "auth.ini").write_text(
                f"[mlflow]\ndefault_permission = READ\ndatabase_uri = {database.uri}\n"
                "admin_username = boss\nadmin_password = a-long-password\n"
                "authorization_function = mlflow.server.auth:authenticate_request_basic_auth\n"
            )
            serving = TrackingServer(
                tmp_path, free_port, "--app-name", "basic-auth", store=database.uri,
                MLFLOW_AUTH_CONFIG_PATH=str(tmp_path / "auth.ini"),
                MLFLOW_FLASK_SERVER_SECRET_KEY="of-this-test",
            )  # fmt: skip
            with serving as answering:
                answering.ask()
                for name, value in USER.items():
                    monkeypatch.setenv(name, value)
                yield answering


def run(*words, seconds=280):
    done = subprocess.run(
        [sys.executable, "-m", *map(str, words)], cwd=ROOT, capture_output=True, text=True,
        timeout=seconds,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_study_moves_to_a_server_and_goes_on_there(server, tmp_path, capsys):
    """Import, export: the same bytes. The same command on the server trains what is missing."""
    given = ("--tracking-uri", server.uri, "--results", tmp_path / "r")
    assert "there already" in run("study.records", "import", "--file", GOLDEN, *given[:2])
    back = tmp_path / "back.jsonl.gz"
    # From the database itself: through the server each metric of a run is a request.
    run(
        "study.records",
        "export",
        "--space",
        "smoke",
        "--file",
        back,
        "--tracking-uri",
        server.store,
    )
    assert lines(back) == lines(GOLDEN)

    before, began = requests_of(server), time.monotonic()
    printed = run(
        "study.launch", "--space", "smoke", "--workers", "2", "--no-dashboard", "--seeds", "3",
        *given,
    )  # fmt: skip
    took, asked = time.monotonic() - began, requests_of(server) - before
    known, total = map(int, re.search(r"(\d+) of (\d+) trials are recorded", printed).groups())
    assert known > 30
    assert total > known

    from mlflow import MlflowClient

    client = MlflowClient(server.uri)
    place = client.get_experiment_by_name("smoke · report")
    assert place.artifact_location.startswith("mlflow-artifacts:")
    (report,) = client.search_runs([place.experiment_id])
    there = {one.path for one in client.list_artifacts(report.info.run_id)}
    assert {"smoke.html", "figures"} <= there
    fetched = client.download_artifacts(report.info.run_id, "smoke.html", str(tmp_path))
    assert Path(fetched).read_bytes() == (tmp_path / "r" / "reports" / "smoke.html").read_bytes()
    assert f'href="{server.uri}/#/experiments/' in Path(fetched).read_text(encoding="utf-8")
    note = client.get_experiment_by_name("smoke").tags["mlflow.note.content"]
    assert "| test accuracy |" in note
    wrong = requests.get(f"{server.uri}/api/2.0/mlflow/experiments/get?experiment_id=0", timeout=9)
    assert wrong.status_code == 401
    with capsys.disabled():
        print(f"\n{total - known} trials on the server in {took:.0f} s, {asked} requests in all")


def lines(path):
    """What an export says, in any order; ids are the store's own. (The last line counts.)"""
    found = [json.loads(text) for text in gzip.decompress(path.read_bytes()).splitlines()]
    return sorted(json.dumps(one | {"origin": ""}, sort_keys=True) for one in found[:-1])


def requests_of(server):
    """How many requests it has answered."""
    return len(re.findall(r'"(?:GET|POST|PATCH|PUT) ', server.said.read_text()))
