"""Nothing leaves this machine, nobody else gets in, and no file that is read can run code."""

import ast
import gzip
import hashlib
import json
import os
import pickle
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import requests
from commands import call
from faults import Launch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tracking import TrackingServer

import trainables
from records.jsonl import read_lines
from study.launch import launch
from trainables.artifacts.store import FORMAT, Store, UnusableArtifactError
from trainables.data.bike_sharing import COLUMNS, read_hours
from trainables.errors import BadInputError

ROOT = Path(trainables.__file__).parent.parent
LOOPBACK = ("127.0.0.1", "::1", "::ffff:127.0.0.1")
ANY_FILE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_a_study_needs_no_route_and_no_name_server(finished):
    """In a network namespace with nothing but loopback: no telemetry is missed."""
    if not finished.is_apart:
        pytest.skip("network namespaces are refused here")
    assert len(finished.recorded) == 36


def test_the_dashboard_listens_on_loopback_and_wants_the_token(tmp_path):
    started = Launch(tmp_path / "r", "--dashboard")
    try:
        started.until("Ray dashboard: ")
        line = next(li for li in started.printed().splitlines() if "Ray dashboard" in li)
        url = line.split()[2]
        port = int(url.rpartition(":")[2])
        listening = [
            connection
            for process in started.children()
            for connection in connections(process)
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port
        ]
        assert listening
        assert {connection.laddr.ip for connection in listening} <= set(LOOPBACK)
        token = Path(os.environ["RAY_AUTH_TOKEN_PATH"]).read_text(encoding="utf-8").strip()
        question = f"{url}/api/jobs/"
        assert requests.get(question, timeout=10).status_code in (401, 403)
        wrong = {"Authorization": f"Bearer {token[::-1]}"}
        assert requests.get(question, headers=wrong, timeout=10).status_code in (401, 403)
        right = {"Authorization": f"Bearer {token}"}
        assert requests.get(question, headers=right, timeout=10).status_code == 200
    finally:
        started.kill(seconds=0)


def connections(process):
    with suppress(psutil.NoSuchProcess):
        return process.net_connections("inet")
    return []


HOST = """
import study, time
from study.cluster.ray import start_ray
from study.cluster.resources import Resources
import ray
start_ray(Resources(workers=1, dashboard=False))
print(ray.get_runtime_context().gcs_address, flush=True)
time.sleep(100)
"""


def test_a_client_without_the_token_cannot_join_the_cluster():
    """Ray's own ports listen to others too: the token is what keeps them out."""
    host = subprocess.Popen([sys.executable, "-c", HOST], stdout=subprocess.PIPE, text=True)
    askers = []
    try:
        address = host.stdout.readline().strip()
        join = f"import ray; ray.init(address='{address}'); print('joined')"
        askers = [
            subprocess.Popen(
                [sys.executable, "-c", join], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                text=True, env={**os.environ, **environment},
            )
            for environment in (
                {"RAY_AUTH_MODE": "token"},
                {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "0" * 64},
                {"RAY_AUTH_MODE": "disabled"},
            )
        ]  # fmt: skip
        assert "joined" in askers[0].communicate(timeout=60)[0]
        deadline = time.monotonic() + 15  # whoever is refused goes on asking for minutes
        for asker in askers[1:]:
            try:
                said = asker.communicate(timeout=max(0, deadline - time.monotonic()))[0]
            except subprocess.TimeoutExpired:
                asker.kill()
                said = asker.communicate()[0]
            assert "joined" not in said
    finally:
        children = psutil.Process(host.pid).children(recursive=True)
        for process in (host, *askers, *children):
            process.kill()


def test_mlflow_with_a_password_refuses_whoever_has_none(tmp_path, free_port, monkeypatch):
    """As README says to serve the records to others."""
    (tmp_path / "auth.ini").write_text(
        "[mlflow]\ndefault_permission = READ\n"
        f"database_uri = sqlite:///{tmp_path}/users.db\n"
        "admin_username = boss\nadmin_password = a-long-password\n"
        "authorization_function = mlflow.server.auth:authenticate_request_basic_auth\n"
    )
    password = TrackingServer(
        tmp_path, free_port, "--app-name", "basic-auth",
        MLFLOW_AUTH_CONFIG_PATH=str(tmp_path / "auth.ini"),
        MLFLOW_FLASK_SERVER_SECRET_KEY="of-this-test",
    )  # fmt: skip
    with password as server:
        answer = server.ask("/api/2.0/mlflow/experiments/get?experiment_id=0")
        assert answer.status_code == 401, server.said.read_text()
        words = ("--space", "smoke", "--results", tmp_path / "r", "--tracking-uri", server.uri)
        refused = call(launch, *words)
        assert refused.code == 2
        assert f"no MLflow records at {server.uri}" in refused.err
        monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "boss")
        monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "a-long-password")
        known = call(launch, *words, "--plan")
        assert known.code == 0, known.err


class Bomb:
    """Pickled, it makes a file when it is loaded."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return (os.mkdir, (self.path,))


def test_a_pickle_in_an_artifact_s_place_is_no_artifact(tmp_path):
    store, path = Store(tmp_path), tmp_path / "vae" / "0123456789abcdef.json"
    path.parent.mkdir()
    bomb = pickle.dumps(Bomb(tmp_path / "went off"))
    path.with_suffix(".safetensors").write_bytes(bomb)
    about = {"format": FORMAT, "key": path.stem, "facts": {}}
    path.write_text(json.dumps(about | {"sha256": hashlib.sha256(bomb).hexdigest()}))
    with pytest.raises(UnusableArtifactError, match="set aside"):
        store.load("vae", path.stem)
    assert not (tmp_path / "went off").exists()


@ANY_FILE
@given(about=st.binary(), tensors=st.binary())
def test_whatever_stands_in_an_artifact_s_place(tmp_path, about, tensors):
    store, path = Store(tmp_path), tmp_path / "vae" / "k.json"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(about)
    path.with_suffix(".safetensors").write_bytes(tensors)
    with pytest.raises(UnusableArtifactError):
        store.load("vae", "k")


@ANY_FILE
@given(header=st.binary(max_size=40), length=st.integers(0, 2**64 - 1))
def test_whatever_a_safetensors_file_claims(tmp_path, header, length):
    """With a sound JSON beside it, so that its own parser is reached."""
    store, path = Store(tmp_path), tmp_path / "vae" / "k.json"
    path.parent.mkdir(exist_ok=True)
    content = length.to_bytes(8, "little") + header
    path.with_suffix(".safetensors").write_bytes(content)
    about = {"format": FORMAT, "key": "k", "facts": {}}
    path.write_text(json.dumps(about | {"sha256": hashlib.sha256(content).hexdigest()}))
    with suppress(UnusableArtifactError):
        assert store.load("vae", "k").tensors == {}


def test_json_without_end(tmp_path):
    store, path = Store(tmp_path), tmp_path / "vae" / "k.json"
    path.parent.mkdir()
    path.write_text("[" * 100_000)
    path.with_suffix(".safetensors").write_bytes(b"")
    with pytest.raises(UnusableArtifactError):
        store.load("vae", "k")
    (tmp_path / "x.jsonl").write_text("[" * 100_000)
    with pytest.raises(BadInputError):
        list(read_lines(tmp_path / "x.jsonl"))


@ANY_FILE
@given(content=st.binary(), packed=st.booleans())
def test_whatever_is_given_as_an_export(tmp_path, content, packed):
    path = tmp_path / ("x.jsonl.gz" if packed else "x.jsonl")
    path.write_bytes(gzip.compress(content) if packed and content[:1] < b"\x80" else content)
    with pytest.raises(BadInputError):
        list(read_lines(path))


HEADER = ",".join(COLUMNS).encode() + b"\r\n"
HOUR = b"1,2011-01-01,1,0,1,0,0,6,0,1,0.24,0.2879,0.81,0,3,13,16\r\n"


@ANY_FILE
@given(content=st.binary() | st.binary().map(lambda rest: HEADER + rest))
def test_whatever_is_given_as_a_table_of_rentals(tmp_path, content):
    path = tmp_path / "hour.csv"
    path.write_bytes(content)
    with pytest.raises(BadInputError, match=r"hour\.csv is no hour\.csv, or damaged") as caught:
        read_hours(path)
    assert "\n" not in str(caught.value)


@ANY_FILE
@given(place=st.integers(0, len(HEADER + HOUR * 2) - 1), change=st.binary(max_size=3))
def test_a_table_of_rentals_with_a_damaged_place(tmp_path, place, change):
    """Three bytes replaced: still numbers of the same shape, or one line."""
    whole = HEADER + HOUR * 2
    path = tmp_path / "hour.csv"
    path.write_bytes(whole[:place] + change + whole[place + 3 :])
    try:
        found = read_hours(path)
    except BadInputError:
        return
    assert len({len(column) for column in found.values()}) == 1
    assert all(column.isfinite().all() for column in found.values())


def test_no_pickle_is_ever_loaded():
    """Nor anything that evaluates text; torch and numpy are told that they may not."""
    forbidden = {"load": {"torch", "pickle", "np", "numpy", "joblib"}, "loads": {"pickle"}}
    safe = {"torch": "weights_only=True", "np": "allow_pickle=False"}
    for path in ROOT.glob("*/**/*.py"):
        if path.relative_to(ROOT).parts[0].startswith((".", "tests", "build")):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value
                named = owner.id if isinstance(owner, ast.Name) else ""
                told = {ast.unparse(each) for each in node.keywords}
                plain = named in forbidden.get(node.func.attr, set())
                assert not plain or safe.get(named) in told, path
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in {"eval", "exec"}, path
