"""Whatever happens, the same command finishes the study, as if nothing had happened.

Real launches of `smoke`, hit by real kills and faults, against one that was left in peace: every
trial FINISHED once, nothing RUNNING, every metric equal to the bit. `make soak` hits harder.
"""

import random
import shutil
import signal
import sqlite3
import subprocess
import time

import pytest
from faults import Launch, launch, recorded
from tracking import TrackingServer

from records.client import open_client
from records.read import read
from study.running.lock import LEADER
from trainables.artifacts.store import FORMAT


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A study left in peace: its results, and what is recorded of it."""
    results = tmp_path_factory.mktemp("undisturbed")
    code, printed = launch(results)
    assert code == 0, printed
    return results, recorded(results)


def finish(results, expected, *arguments, **options):
    """The same command finishes the study, as if nothing had happened."""
    code, printed = launch(results, *arguments, **options)
    assert code == 0, printed
    assert recorded(results) == expected
    return printed


def kill_at_random(results, expected, times, seed):
    """SIGKILL the launch that often, at random moments of what is left of the study."""
    draw = random.Random(seed)
    killed = 0
    while killed < times:
        started = Launch(results)
        time.sleep(draw.uniform(3, 18))
        if started.process.poll() is not None:  # it was done before: from the beginning
            assert started.end() == 0, started.printed()
            assert recorded(results) == expected
            shutil.rmtree(results)
            continue
        started.kill()
        killed += 1
    finish(results, expected)


def test_the_launch_is_killed(undisturbed, tmp_path):
    kill_at_random(tmp_path / "r", undisturbed[1], times=1, seed=0)


@pytest.mark.soak
def test_the_launch_is_killed_twenty_times(undisturbed, tmp_path):
    kill_at_random(tmp_path / "r", undisturbed[1], times=20, seed=1)


def test_a_worker_is_killed_in_the_middle_of_a_cohort(undisturbed, tmp_path):
    started = Launch(tmp_path / "r")
    for stage in ("artifacts: teacher", "search round 1"):
        started.until(stage)
        started.kill_one("ray::StudyWorker")
    assert started.end() == 0, started.printed()
    assert recorded(tmp_path / "r") == undisturbed[1]


@pytest.mark.parametrize("process", ["raylet", pytest.param("gcs_server", marks=pytest.mark.soak)])
def test_ray_itself_is_killed(undisturbed, tmp_path, process):
    started = Launch(tmp_path / "r")
    started.until("artifacts: teacher")
    started.kill_one(process)
    assert started.end() == 0, started.printed()
    assert f"Ray died ({process}): starting again, 1 of 3" in started.printed()
    assert recorded(tmp_path / "r") == undisturbed[1]


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_within_ten_seconds(tmp_path, sent):
    started = Launch(tmp_path / "r")
    started.until("artifacts: logits")
    asked = time.monotonic()
    started.process.send_signal(sent)
    assert started.end() == 130, started.printed()
    assert time.monotonic() - asked < 10
    assert "trials have ended; the same command goes on" in started.printed()
    assert "Traceback" not in started.printed()


def test_a_second_signal_stops_at_once(tmp_path):
    started = Launch(tmp_path / "r")
    started.until("artifacts: teacher")
    under = started.children()
    started.process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    asked = time.monotonic()
    started.process.send_signal(signal.SIGINT)
    assert started.process.wait(timeout=30) == 130
    assert time.monotonic() - asked < 4
    time.sleep(0.5)
    assert not [process for process in under if process.is_running()]


def test_a_second_launch_leaves_the_first_alone(undisturbed, tmp_path):
    """The first has one worker: it deals other cohorts, and yet no bit of any result changes."""
    first = Launch(tmp_path / "r", "--workers", 1)
    first.until("of 34 trials are recorded")
    second = Launch(tmp_path / "r", "--wait")
    code, printed = launch(tmp_path / "r")
    assert code == 2
    assert "another launch of smoke is running" in printed
    assert first.end() == 0
    assert second.end() == 0
    assert "waiting for its end" in second.printed()
    assert recorded(tmp_path / "r") == undisturbed[1]


def test_damaged_artifacts_are_made_again(undisturbed, tmp_path):
    results = tmp_path / "r"
    results.mkdir()
    shutil.copytree(undisturbed[0] / "artifacts", results / "artifacts")
    cut, flipped, old, torn = sorted(results.glob("artifacts/logits/*.safetensors"))[::3][:4]
    cut.write_bytes(cut.read_bytes()[:-100])
    content = bytearray(flipped.read_bytes())
    content[len(content) // 2] ^= 1
    flipped.write_bytes(content)
    about = old.with_suffix(".json")
    about.write_text(about.read_text().replace(f'"format": {FORMAT}', '"format": 2'))
    torn.with_suffix(".json").write_text("{")
    finish(results, undisturbed[1])
    wrong = {path.name for path in results.glob("artifacts/*/*.wrong")}
    assert {f"{path.name}.wrong" for path in (cut, flipped, old, torn)} <= wrong


def test_a_moved_folder_another_zone_and_an_earlier_clock(undisturbed, tmp_path):
    """Nothing is trained again, and nothing in the table moves."""
    results = tmp_path / "elsewhere"
    shutil.copytree(undisturbed[0], results)
    with sqlite3.connect(results / "mlflow.db") as database:  # the clock had been set back
        database.execute("UPDATE runs SET start_time = 86400000 - start_time / 1000")
    printed = finish(results, undisturbed[1], TZ="Pacific/Kiritimati")
    assert f"{len(undisturbed[1])} of {len(undisturbed[1])} trials are recorded" in printed
    code, before = launch(undisturbed[0])
    assert code == 0
    table = [line for line in before.splitlines() if "corrected" in line]
    assert table
    assert [line for line in printed.splitlines() if "corrected" in line] == table


def test_a_full_disk(undisturbed, tmp_path):
    """Artifacts and database on a file system of 12 MB; then space is made."""
    results = tmp_path / "r"
    results.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(results)])
    if made.returncode:
        pytest.skip("mounting a small file system is for root alone, and refused in some boxes")
    try:
        code, printed = launch(results, "--patience", 3)
        assert code == 1, printed
        assert "No space left on device" in printed
        assert "Traceback" not in printed
        assert not list(results.glob("artifacts/*/.*"))  # no half artifact
        subprocess.run(["mount", "-o", "remount,size=200m", str(results)], check=True)
        finish(results, undisturbed[1])
    finally:
        subprocess.run(["umount", "-l", str(results)], check=False)


def test_what_cannot_be_trained_does_not_spoil_the_rest(tmp_path):
    """VAEs of 400 million units are refused together, then one by one; a link's mistake is found
    to be one setting's own, and recorded as its result; all else is trained."""
    space = tmp_path / "bad.py"
    space.write_text(BAD)
    code, printed = launch(tmp_path / "r", "--workers", 1, space=space)
    assert code == 1, printed
    assert "again, in halves" in printed
    assert "could not train vae (1)" in printed
    assert "can't allocate memory" in printed
    assert "2 trials could not be trained" in printed
    found = read(open_client(f"sqlite:///{tmp_path}/r/mlflow.db"), "bad")
    by_link = {(record.parameters["link"], record.status) for record in found}
    assert by_link == {("—", "FINISHED"), ("noise", "FINISHED"), ("broken", "FAILED")}
    (reason,) = {record.failure for record in found if record.failure}
    assert "ValueError: this link is broken (bad.py:" in reason


BAD = """
from dataclasses import dataclass, replace
from typing import ClassVar

from search_spaces.smoke import ALONE, LINK, taught
from search_spaces.base.space import Space
from trainables.links.fixed import Noise
from trainables.links.link import Link
from trainables.links.vae import VaeLink


@dataclass(frozen=True, kw_only=True)
class Broken(Link):
    name: ClassVar[str] = "broken"

    def __call__(self, images, generator, vae):
        raise ValueError("this link is broken")


HUGE = VaeLink(recipe=replace(LINK.recipe, hidden_size=400_000_000))
SPACE = Space(
    name="bad",
    about="Do settings that cannot be trained spoil the others?",
    settings=(
        ALONE,
        replace(taught("MNIST"), link=HUGE),
        replace(taught("FashionMNIST"), link=Broken()),
        replace(taught("FashionMNIST"), link=Noise(draws=2)),
    ),
    seeds=2,
)
"""


def test_the_tracking_server_goes_away(undisturbed, tmp_path, free_port):
    """For some seconds: waited for. For good: what has ended is kept, and recorded later."""
    with TrackingServer(tmp_path, free_port) as server:
        server.ask()
        where = ("--tracking-uri", server.uri)
        started = Launch(tmp_path / "r", *where, "--patience", "8")
        started.until("artifacts: logits")
        server.stop()
        started.until("the records do not answer")
        server.start()
        started.until("the records answer again")
        started.until("search round 2")
        server.stop()
        assert started.end() == 1, started.printed()
        assert "finished results are kept in" in started.printed()
        assert "Traceback" not in started.printed()
        code, printed = launch(tmp_path / "r", *where)
        assert code == 2
        assert f"no MLflow records at {server.uri}" in printed
        server.start()
        server.ask()
        code, printed = launch(tmp_path / "r", *where)
        assert code == 0, printed
        assert "results of an earlier launch are recorded now" in printed
        assert recorded(tmp_path / "r", server.uri) == undisturbed[1]
        assert LEADER in open_client(server.uri).get_experiment_by_name("smoke").tags
