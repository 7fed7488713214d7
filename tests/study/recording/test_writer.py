"""The writer's thread alone: order, outages, and what it says of them."""

import threading

import pytest
import requests

from study.recording.writer import Writer
from trainables.errors import StudyError

GONE = requests.ConnectionError("gone\nand more")


class Store:
    """Takes what is written; `outages` writes fail first, half done."""

    def __init__(self, outages=0, error=GONE):
        self.outages, self.error = outages, error
        self.written, self.half, self.said, self.idle = [], [], [], []
        self.writer = Writer(self.half.clear, self._after_each, "the rest is in a file", self._say)

    def _say(self, line):
        self.said.append(line)

    def _after_each(self):
        self.idle.append(self.writer.is_idle)

    def put(self, what):
        def write():
            self.half.append(what)
            if self.outages:
                self.outages -= 1
                raise self.error
            self.half.remove(what)
            self.written.append((what, self.writer.is_retrying))

        self.writer.put(write)


def test_what_is_put_is_written_in_its_order():
    store = Store()
    for number in range(20):
        store.put(number)
    store.writer.close(patience=0)
    assert store.written == [(number, False) for number in range(20)]
    assert store.idle[-1]
    assert store.said == []


def test_an_outage_is_waited_for_said_once_and_mended_before_each_try():
    store = Store(outages=2)
    store.put("a")
    store.put("b")
    store.writer.close(patience=60)
    assert store.written == [("a", True), ("b", False)]
    assert store.half == []
    assert store.said == [
        "the records do not answer: gone; waiting, results are kept",
        "the records answer again",
    ]


def test_patience_ends():
    store = Store(outages=10**9)
    store.put("a")
    with pytest.raises(StudyError, match="not all is recorded: gone; the rest is in a file"):
        store.writer.close(patience=0)
    assert not store.written
    with pytest.raises(StudyError):
        store.writer.check()


def test_what_waiting_cannot_mend_ends_the_thread_at_once():
    store = Store(outages=1, error=ValueError("wrong"))
    store.put("a")
    with pytest.raises(ValueError, match="wrong"):
        store.writer.close(patience=300)
    assert store.outages == 0


def test_who_leaves_writes_no_more():
    store, begun, goes_on = Store(), threading.Event(), threading.Event()

    def slow():
        begun.set()
        goes_on.wait(30)

    store.writer.put(slow)
    store.put("never")
    begun.wait(30)
    threading.Timer(0.1, goes_on.set).start()
    store.writer.leave()
    assert store.written == []
    assert not store.writer.is_idle
