"""A block without progress is ended: by an exception where it stands, else with its process."""

import itertools
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from trainables import stalled
from trainables.stalled import EXIT_CODE, StalledError, Watch, place_of

PATIENT = 0.6


def test_what_loops_for_ever_is_ended_where_it_stands():
    with pytest.raises(StalledError) as raised:
        loop_for_ever()
    assert place_of(raised.value).startswith("test_stalled.py:")


def loop_for_ever():
    with Watch(PATIENT):
        for _ in itertools.count():
            try:
                time.sleep(0.01)
            except Exception:  # a user's code may catch what it likes
                continue


def test_progress_keeps_it_going():
    started = time.monotonic()
    with Watch(PATIENT) as watch:
        while time.monotonic() - started < 2 * PATIENT:
            watch.alive()
            time.sleep(0.01)


def test_a_block_that_has_ended_is_watched_no_more():
    with Watch(PATIENT):
        pass
    time.sleep(2 * PATIENT)


def test_an_error_that_comes_with_the_end_does_not_reach_what_follows(monkeypatch):
    """It is called stalled, and ends before the error is there."""
    sooner = stalled._raise_in

    def later(*given):
        time.sleep(0.1)
        sooner(*given)

    monkeypatch.setattr(stalled, "_raise_in", later)
    with suppress(StalledError), Watch(0):
        time.sleep(0.02)
    for _ in range(30):  # here it would be raised
        time.sleep(0.01)


def test_what_waits_outside_python_ends_with_its_process():
    waits = (
        "import threading; from trainables import stalled; stalled.GRACE = 0.5\n"
        f"with stalled.Watch({PATIENT}): threading.Lock().acquire() and threading.Event().wait()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", waits], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == EXIT_CODE
    assert "wait" in ended.stderr  # the traceback of where it stands
