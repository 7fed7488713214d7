"""One study on three machines with addresses of their own, one of which dies while it runs.

Bare workers: no code of this project is on them. Records go to a tracking server on a fourth
machine, artifacts to a folder that all see.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from lab import HEAD, NETWORK, ROOT, VENV, Lab
from tracking import TrackingServer

from records.client import open_client
from records.runs import runs
from records.schema import experiment_names

pytestmark = pytest.mark.cluster
SPACE = Path(__file__).with_name("grid_small.py")
TRIALS = 410  # ten of them the best cell and its student alone, trained anew


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    if "STUDY_LAB" not in os.environ:
        pytest.skip("needs namespaces of its own: make test-cluster")
    made = Lab(tmp_path_factory.mktemp("lab"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def records(lab):
    """A tracking server on a machine of its own."""
    words = lab.machine("records", 9)
    host = f"{NETWORK}.9"
    arguments = ("--host", host, "--allowed-hosts", f"{host}:5000")
    with TrackingServer(lab.folder, 5000, *arguments, host=host, on=words) as server:
        server.ask()
        yield server


def launch(lab, words, results, *arguments, **environment):
    """A launch on that machine, and its output's file."""
    said = Path(f"{results}.said")
    process = subprocess.Popen(
        [
            *words, sys.executable, "-m", "study.launch", "--space", SPACE, "--results", results,
            *arguments,
        ],
        env=lab.environment | {"PYTHONPATH": str(ROOT)} | environment, cwd=ROOT,
        stdout=said.open("w", encoding="utf-8"), stderr=subprocess.STDOUT,
    )  # fmt: skip
    return process, said


def finished(client):
    """Where each FINISHED trial ran, by its key; fails if one is there twice."""
    experiment = client.get_experiment_by_name(experiment_names("grid_small")[1])
    rows = list(runs(client, experiment.experiment_id)) if experiment else []
    ended = [row for row in rows if row.status == "FINISHED"]
    found = {row.tags["trial"]: row.tags["worker"].partition(":")[0] for row in ended}
    assert len(found) == len(ended), "a trial was recorded twice"
    return found


def test_a_study_runs_on_three_nodes_and_outlives_one(lab, records, tmp_path, capsys):
    head = lab.ray("node1", 1, "--dashboard-host=127.0.0.1")
    lab.until_up("node1")
    for number in (2, 3):
        lab.ray(f"node{number}", number)
    for number in (2, 3):
        lab.until_up(f"node{number}")
    client = open_client(records.uri)
    began = time.monotonic()
    study, said = launch(
        lab, head, tmp_path / "r", "--address", HEAD, "--tracking-uri", records.uri,
        "--storage", tmp_path / "shared",
    )  # fmt: skip
    lab.until(study, said, "artifacts: logits")
    lab.ray("node4", 4)
    lab.until_up("node4")
    while not (busy := {"node2", "node3"} & set((before := finished(client)).values())):
        assert study.poll() is None, said.read_text()
        time.sleep(1)
    lab.kill(dead := min(busy))
    killed = time.monotonic() - began
    assert study.wait(timeout=300) == 0, said.read_text()
    took = time.monotonic() - began

    where = finished(client)
    assert len(where) == TRIALS
    assert before.items() <= where.items()
    trials = client.get_experiment_by_name(experiment_names("grid_small")[1]).experiment_id
    assert not [row for row in runs(client, trials) if row.status != "FINISHED"]
    counts = Counter(where.values())
    assert set(counts) == {"node1", "node2", "node3", "node4"}, (counts, said.read_text())
    assert not list((tmp_path / "shared").glob(".probe*"))

    alone, its = launch(lab, head, tmp_path / "alone", "--workers", "1", "--no-dashboard")
    began = time.monotonic()
    assert alone.wait(timeout=300) == 0, its.read_text()
    with capsys.disabled():
        print(
            f"\n{TRIALS} trials, each recorded once: "
            + ", ".join(f"{count} on {node}" for node, count in sorted(counts.items())),
            f"\n{dead} was killed after {killed:.0f} s, {len(before)} recorded; then node4;",
            f"done after {took:.0f} s; one node alone: {time.monotonic() - began:.0f} s "
            f"(on the same {os.cpu_count()} cores)",
        )


def test_the_same_as_a_job_from_outside_has_nothing_left_to_do(lab, records, tmp_path):
    """`ray job submit`: it finds the cluster, and the records of the study above."""
    head = lab.nodes["node1"][1]
    done = subprocess.run(
        [
            *head, VENV / "bin" / "ray", "job", "submit", "--address", "http://127.0.0.1:8265",
            "--working-dir", ROOT, "--", sys.executable, "-m", "study.launch", "--space", SPACE,
            "--tracking-uri", records.uri, "--results", tmp_path / "r", "--plan",
        ],
        env=lab.environment, cwd="/", capture_output=True, text=True, timeout=150,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"trials: {TRIALS} done, 0 missing" in done.stdout


def test_what_would_wait_for_ever_is_one_line(lab, tmp_path):
    """Asked all at once; tests/study/test_bad_input.py has those that need no cluster."""
    head = lab.nodes["node1"][1]
    outside = lab.machine("outside", 50)
    own = "/tmp/ray/own"  # each machine of the lab has a /tmp/ray of its own
    asked = [
        (head, ["--workers", "4"], {}, "4 workers × 1 CPU do not fit"),
        (head, [], {"RAY_AUTH_TOKEN": "0" * 64}, "refuses this token"),
        (head, ["--storage", own], {}, f"the storage {own} is not shared with it"),
        (head, [], {"STUDY_DATA": "/tmp/ray/none", "STUDY_OFFLINE": "1"}, "could not be had"),
        (outside, [], {}, "send the launch there: ray job submit"),
    ]
    started = [
        launch(lab, words, tmp_path / f"r{number}", "--address", HEAD, *arguments, **environment)
        for number, (words, arguments, environment, _) in enumerate(asked)
    ]
    for (process, said), (*_, says) in zip(started, asked, strict=True):
        assert process.wait(timeout=90) == 2, said.read_text()
        assert said.read_text().splitlines()[-1].startswith("error: ")
        assert says in said.read_text()


SRUN = """#!/bin/sh
# Slurm's srun, as far as the script needs it: run the command on that machine of the lab.
while :; do case $1 in
  --nodelist=*) node=${1#*=}; shift ;;
  --*) shift ;;
  *) break ;;
esac; done
own=""; [ "$node" = slurm1 ] || own="mount -t tmpfs tmpfs /tmp/ray;"
exec ip netns exec "$node" unshare --uts sh -c "hostname $node; $own"' exec "$@"' sh "$@"
"""
HOSTNAME = """#!/bin/sh
[ "$1" = --ip-address ] || exec /bin/hostname "$@"
ip -4 -o address show eth0 | awk '{ sub("/.*", "", $4); print $4 }'
"""
SCONTROL = "#!/bin/sh\necho slurm1; echo slurm2\n"


def test_the_slurm_script_starts_ray_on_its_machines(lab, tmp_path):
    """The script itself, on two machines of the lab; only Slurm's own programs are replaced."""
    lab.close()
    for number in (1, 2):
        lab.machine(f"slurm{number}", 20 + number)
    for name, text in (("srun", SRUN), ("hostname", HOSTNAME), ("scontrol", SCONTROL)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    said = tmp_path / "said"  # a file: what Ray leaves behind would keep a pipe open
    done = subprocess.run(
        ["bash", ROOT / "cluster" / "slurm.sh", "--space", "smoke", "--results", tmp_path / "r"],
        env=lab.environment
        | {
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "SLURM_SUBMIT_DIR": str(ROOT),
            "SLURM_JOB_NODELIST": "slurm[1-2]",
            "SLURM_CPUS_PER_TASK": "1",
            "PYTHONPATH": str(ROOT),
        },
        stdout=said.open("w"), stderr=subprocess.STDOUT, timeout=150,
    )  # fmt: skip
    assert done.returncode == 0, said.read_text()
    client = open_client(f"sqlite:///{tmp_path}/r/mlflow.db")
    trials = client.get_experiment_by_name("smoke · trials").experiment_id
    ended = [row for row in runs(client, trials) if row.status == "FINISHED"]
    assert len(ended) >= 32
    assert "asking 2 nodes" in said.read_text()  # both were there, and able
