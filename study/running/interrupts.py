"""Ctrl-C and SIGTERM at a command: a first one stops in good order and soon, a second at once."""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType

import psutil

from records.cli import INTERRUPTED

STOP_SECONDS = 8.0  # good order must not take longer
SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """In the block a signal raises KeyboardInterrupt; one more, or STOP_SECONDS, ends all."""
    before = {number: signal.signal(number, _stop) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            if signal.getsignal(number) is _stop:  # else it is stopping: one more still ends all
                signal.signal(number, handler)


def _stop(number: int, frame: FrameType | None) -> None:
    for each in SIGNALS:
        signal.signal(each, lambda *_: stop_now())
    timer = threading.Timer(STOP_SECONDS, stop_now)
    timer.daemon = True
    timer.start()
    print("stopping (once more: at once) ...", file=sys.stderr)
    raise KeyboardInterrupt


def stop_now() -> None:
    """End this process and all that it started. What has ended is on the disk."""
    end_children()
    print("\ninterrupted: the same command goes on", file=sys.stderr, flush=True)
    os._exit(INTERRUPTED)


def end_children() -> None:
    """Kill every process that this one started, and theirs."""
    children = psutil.Process().children(recursive=True)
    for child in children:
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
    psutil.wait_procs(children, timeout=3)
