"""Ctrl-C and SIGTERM: a first one stops in good order and soon, a second one at once."""

import contextlib
import os
import signal
import sys
import threading
from types import FrameType

import psutil

from records.cli import INTERRUPTED

STOP_SECONDS = 8.0  # good order must not take longer


def on_interrupt() -> None:
    """From now on a signal raises KeyboardInterrupt; one more, or STOP_SECONDS, ends all."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)


def _stop(number: int, frame: FrameType | None) -> None:
    for each in (signal.SIGINT, signal.SIGTERM):
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
