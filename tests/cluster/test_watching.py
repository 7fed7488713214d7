"""Real Prometheus, with the configuration that Ray writes, asked for a study's gauges."""

import json
import shutil
import subprocess
import time
from pathlib import Path

import pytest
import requests
from faults import Launch

import trainables
from study.running import gauges

pytestmark = pytest.mark.cluster
GRAFANA = Path(trainables.__file__).parent.parent / "cluster" / "grafana.json"


@pytest.fixture
def prometheus(tmp_path, free_port):
    """Started as docs/watching.md says, once there is a Ray to watch; its address."""
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("no Prometheus here (Debian: apt-get install prometheus)")
    started = []

    def start(session):
        words = [
            program, f"--config.file={session}/metrics/prometheus/prometheus.yml",
            f"--web.listen-address=127.0.0.1:{free_port}", f"--storage.tsdb.path={tmp_path}/tsdb",
        ]  # fmt: skip
        said = (tmp_path / "said").open("w")
        started.append(subprocess.Popen(words, stdout=said, stderr=said))
        return f"http://127.0.0.1:{free_port}"

    yield start
    for process in started:
        process.kill()
        process.wait()


def ask(url, query):
    try:
        answer = requests.get(f"{url}/api/v1/query", {"query": query}, timeout=5).json()
    except requests.ConnectionError:
        return []
    return answer["data"]["result"]


def test_prometheus_sees_a_study_while_it_runs(prometheus, tmp_path):
    study = Launch(tmp_path / "r", "--dashboard", space=Path(__file__).with_name("grid_small.py"))
    try:
        study.until("Ray dashboard: ")
        url = prometheus(Path("/tmp/ray/session_latest").resolve())
        deadline = time.monotonic() + 150
        while not (done := ask(url, f'ray_{gauges.TRIALS}{{state="done"}} > 0')):
            assert study.process.poll() is None, study.printed()
            assert time.monotonic() < deadline, study.printed()
            time.sleep(0.5)
        assert done[0]["metric"]["space"] == "grid_small"
        assert float(done[0]["value"][1]) <= 410
        states = {one["metric"]["state"] for one in ask(url, f"ray_{gauges.TRIALS}")}
        assert states == {"done", "failed", "running", "waiting"}
        for panel in json.loads(GRAFANA.read_text())["panels"]:
            for target in panel["targets"]:
                query = target["expr"].replace("$space", "grid_small")
                assert ask(url, query) or "best" in query, query
    finally:
        study.kill()
