"""Whatever is killed, the same command finishes the study, as if nothing had happened.

Real launches of `smoke`, hit by real kills, against one that was left in peace: every
trial FINISHED once, nothing RUNNING, every metric equal to the bit. `make soak` hits harder.
"""

import json
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest
from faults import Launch, finish, launch, lives, recorded

from analysis.comparisons.questions import questions
from analysis.evidence.rows import rows_of
from records.folder import database_uri
from records.read import read_study
from records.reader import open_reader

pytestmark = pytest.mark.faults  # minutes of them: make test-faults


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


def test_stopped_in_every_way_in_turn(finished, tmp_path):
    """One study: stopped at once, left by Ray, asked to end, without a worker, killed."""
    results, told = tmp_path / "r", tmp_path / "end"
    on_end = ("--on-end", f"cat > {told}")
    stopped_at_once(Launch(results, *on_end))
    assert json.loads(told.read_text())["state"] == "interrupted"

    started = Launch(results, *on_end)
    started.until("artifacts: teacher")
    started.kill_one("raylet")
    started.until("Ray died (raylet): starting again, 1 of 3")
    started.until("artifacts: logits")
    ended_in_good_order(started, signal.SIGINT, told)

    started = Launch(results, *on_end)
    started.until("search round 1")
    started.kill_one("ray::StudyWorker")
    started.until("search round 2")
    ended_in_good_order(started, signal.SIGTERM, told)

    kill_at_random(results, finished.recorded, times=1, seed=0)


def stopped_at_once(started):
    """By a second signal, soon after the first."""
    started.until("artifacts: teacher")
    under = started.children()
    started.process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    asked = time.monotonic()
    started.process.send_signal(signal.SIGINT)
    assert started.process.wait(timeout=30) == 130
    assert time.monotonic() - asked < 4
    time.sleep(0.5)
    assert not [process for process in under if lives(process)]


def ended_in_good_order(started, sent, told):
    """Within ten seconds of a signal, having said how far it came."""
    asked = time.monotonic()
    started.process.send_signal(sent)
    assert started.end() == 130, started.printed()
    assert time.monotonic() - asked < 10
    assert "trials have ended; the same command goes on" in started.printed()
    assert "Traceback" not in started.printed()
    end = json.loads(told.read_text())
    assert (end["state"], end["code"], end["answers"]) == ("interrupted", 130, [])
    assert end["missing"] > 0


@pytest.mark.soak
def test_the_launch_is_killed_twenty_times(finished, tmp_path):
    kill_at_random(tmp_path / "r", finished.recorded, times=20, seed=1)


IDLE = """
import psutil, sys
from types import SimpleNamespace
from rich.console import Console
from search_spaces.smoke import ALONE
from study.cluster.ray import start_ray
from study.cluster.resources import Resources
from study.planning.rounds import Round
from study.running.progress import Progress
from study.running.tune import train
from trainables.cohorts.cohort import Cohort
from trainables.settings.trial import Trial

def one(seed):
    return Round(f"seed {seed}", [Cohort("student", (Trial(setting=ALONE, seed=seed),))])

def work():  # asked for its next round, the only worker waits for one
    yield one(0)
    for process in psutil.Process().children(recursive=True):
        if "ray::StudyWorker" in process.name():
            process.kill()
            process.wait()
    yield one(1)

resources, ended = Resources(workers=1, gpus_per_worker=0, dashboard=False), []
start_ray(resources)
recorder = SimpleNamespace(add=ended.extend)
progress = Progress(Console())
progress.expect(done=0, total=2, missing={"student": 1.0})
errors = train(work(), recorder, resources, sys.argv[1], progress)
assert (errors, [result.trial.seed for result in ended]) == ([], [0, 1]), (errors, ended)
"""


def test_a_worker_is_killed_while_it_waits(tmp_path):
    """Its next cohort has not begun: it goes to another worker, even one of a single member."""
    done = subprocess.run(
        [sys.executable, "-c", IDLE, str(tmp_path / "artifacts")],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "its worker died" not in done.stdout


@pytest.mark.soak
def test_ray_s_head_is_killed(finished, tmp_path):
    started = Launch(tmp_path / "r")
    started.until("artifacts: teacher")
    started.kill_one("gcs_server")
    assert started.end() == 0, started.printed()
    assert "Ray died (gcs_server): starting again, 1 of 3" in started.printed()
    assert recorded(tmp_path / "r") == finished.recorded


@pytest.mark.soak
def test_ray_that_dies_too_often_is_the_end(tmp_path):
    told = f"cat >> {tmp_path}/end"
    started = Launch(tmp_path / "r", "--on-end", told, STUDY_RESTARTS="3")
    started.until("artifacts: teacher")
    started.kill_one("raylet")
    assert started.end() == 1, started.printed()
    assert "4 times in all; the same command goes on" in started.printed()
    end = json.loads((tmp_path / "end").read_text())
    assert (end["state"], end["code"]) == ("failed", 1)
    assert end["missing"] > 0


UNDECIDED = """
from search_spaces.base import Space
from search_spaces.smoke import ALONE, taught
from trainables.data.domains import FASHION_MNIST
SPACE = Space(name="undecided", about="Is it so?", settings=(ALONE, taught(FASHION_MNIST)))
"""


def test_a_study_until_decided_is_killed_between_two_looks(tmp_path, monkeypatch):
    """The same seeds of the same settings, and the same verdict to the bit."""
    (tmp_path / "mine.py").write_text(UNDECIDED, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    options = ("--until-decided", "--max-seeds", 14)
    code, printed = launch(tmp_path / "whole", *options, space="mine.py")
    assert code == 0, printed
    assert "0 of 1 comparisons are decided (at most 14 seeds)" in printed
    started = Launch(tmp_path / "r", *options, space="mine.py")
    started.until("1 of 1 comparisons are undecided: they get more seeds")
    started.kill()
    code, printed = launch(tmp_path / "r", *options, space="mine.py")
    assert code == 0, printed
    found = [recorded(tmp_path / name, space="undecided") for name in ("whole", "r")]
    assert found[0] == found[1]
    assert len(found[0]) == 2 * 14
    studies = [
        read_study(open_reader(database_uri(tmp_path / n)), "undecided") for n in ("whole", "r")
    ]
    (one,), (other,) = (list(questions(rows_of(study))) for study in studies)
    assert one.verdict == other.verdict
    assert one.verdict.found.n == 14


def test_a_second_launch_leaves_the_first_alone(finished, tmp_path):
    """The first has one worker: it deals other cohorts, and yet no bit of any result changes."""
    first = Launch(tmp_path / "r", workers=1)
    first.until("trials are recorded")
    second = Launch(tmp_path / "r", "--wait")
    code, printed = launch(tmp_path / "r")
    assert code == 2
    assert "another launch of smoke is running" in printed
    assert first.end() == 0
    assert second.end() == 0
    assert "waiting for its end" in second.printed()
    assert recorded(tmp_path / "r") == finished.recorded
