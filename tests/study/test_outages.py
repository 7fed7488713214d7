"""Whatever fails around a study, the same command finishes it, as if nothing had happened.

Real launches of `smoke` on a full disk, over damaged files, with a server that goes away, against
one that was left in peace: every metric equal to the bit.
"""

import re
import shutil
import sqlite3
import subprocess

import pytest
from faults import Launch, finish, launch, recorded
from tracking import TrackingServer

from records.client import open_client
from records.read import read
from study.running.lock import LEADER
from trainables.artifacts.store import FORMAT

pytestmark = pytest.mark.faults  # minutes of them: make test-faults


def test_damaged_artifacts_are_made_again(finished, tmp_path):
    results = tmp_path / "r"
    results.mkdir()
    shutil.copytree(finished.results / "artifacts", results / "artifacts")
    cut, flipped, old, torn = sorted(results.glob("artifacts/logits/*.safetensors"))[::3][:4]
    cut.write_bytes(cut.read_bytes()[:-100])
    content = bytearray(flipped.read_bytes())
    content[len(content) // 2] ^= 1
    flipped.write_bytes(content)
    about = old.with_suffix(".json")
    about.write_text(about.read_text().replace(f'"format": {FORMAT}', '"format": 2'))
    torn.with_suffix(".json").write_text("{")
    finish(results, finished.recorded)
    wrong = {path.name for path in results.glob("artifacts/*/*.wrong")}
    assert {f"{path.name}.wrong" for path in (cut, flipped, old, torn)} <= wrong


def test_a_moved_folder_another_zone_and_an_earlier_clock(finished, copied):
    """Nothing is trained again, and nothing in the table moves."""
    with sqlite3.connect(copied / "mlflow.db") as database:  # the clock had been set back
        database.execute("UPDATE runs SET start_time = 86400000 - start_time / 1000")
    printed = finish(copied, finished.recorded, TZ="Pacific/Kiritimati")
    assert f"{len(finished.recorded)} of {len(finished.recorded)} trials are recorded" in printed
    table = [line for line in finished.printed.splitlines() if "corrected" in line]
    assert table
    assert [line for line in printed.splitlines() if "corrected" in line] == table


def test_a_full_disk_that_becomes_read_only(finished, tmp_path):
    """Artifacts and database on a file system of 12 MB; then it has space, but may not be
    written; then it may."""
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
        subprocess.run(["mount", "-o", "remount,ro", str(results)], check=True)
        code, printed = launch(results)
        assert code == 2
        assert f"cannot write to --results {results}: Read-only file system" in printed
        subprocess.run(["mount", "-o", "remount,rw", str(results)], check=True)
        finish(results, finished.recorded)
    finally:
        subprocess.run(["umount", "-l", str(results)], check=False)


def test_what_cannot_be_trained_does_not_spoil_the_rest(tmp_path):
    """VAEs of 400 million units are refused together, then one by one; a link's mistake is found
    to be one setting's own, and recorded as its result, and so is one that waits for ever; all
    else is trained."""
    space = tmp_path / "bad.py"
    space.write_text(BAD)
    code, printed = launch(tmp_path / "r", "--stall-minutes", "0.2", workers=1, space=space)
    assert code == 1, printed
    assert "again, in halves" in printed
    assert "could not train vae (1)" in printed
    assert "can't allocate memory" in printed
    assert "2 trials could not be trained" in printed
    found = read(open_client(f"sqlite:///{tmp_path}/r/mlflow.db"), "bad")
    by_link = {(record.parameters["link"], record.status) for record in found}
    assert by_link == {
        ("—", "FINISHED"), ("noise", "FINISHED"), ("broken", "FAILED"), ("waiting", "FAILED"),
    }  # fmt: skip
    broken, waiting = sorted({record.failure for record in found if record.failure})
    assert "ValueError: this link is broken (bad.py:" in broken
    assert re.search(r"no progress for [\d.]+ min \(bad.py:\d+\).*--stall-minutes", waiting)


BAD = """
import time
from dataclasses import dataclass, replace
from typing import ClassVar

from search_spaces.smoke import ALONE, LINK, taught
from search_spaces.base.space import Space
from trainables.data.domains import FASHION_MNIST, MNIST
from trainables.links import Link, Noise, VaeLink


@dataclass(frozen=True, kw_only=True)
class Broken(Link):
    name: ClassVar[str] = "broken"

    def __call__(self, objects, generator):
        if len(objects) > 2:  # so many it is tried on, before the study starts
            raise ValueError("this link is broken")
        return objects


@dataclass(frozen=True, kw_only=True)
class Waiting(Link):
    name: ClassVar[str] = "waiting"

    def __call__(self, objects, generator):
        while len(objects) > 2:
            time.sleep(0.1)
        return objects


HUGE = VaeLink(recipe=replace(LINK.recipe, hidden_size=400_000_000))
SPACE = Space(
    name="bad",
    about="Do settings that cannot be trained spoil the others?",
    settings=(
        ALONE,
        replace(taught(MNIST), link=HUGE),
        replace(taught(FASHION_MNIST), link=Broken()),
        replace(taught(FASHION_MNIST), link=Waiting()),
        replace(taught(FASHION_MNIST), link=Noise(draws=2)),
    ),
    seeds=2,
)
"""


def test_the_tracking_server_goes_away(finished, tmp_path, free_port):
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
        assert recorded(tmp_path / "r", server.uri) == finished.recorded
        assert LEADER in open_client(server.uri).get_experiment_by_name("smoke").tags
