"""Ctrl-C and SIGTERM at a command: a first one stops in good order and soon, a second at once."""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import NoReturn

import psutil

from records.cli import INTERRUPTED

STOP_SECONDS = 8.0  # good order must not take longer
SIGNALS = (signal.SIGINT, signal.SIGTERM)

_timers: list[threading.Timer] = []
_last: list[Callable[[int], None]] = []


@contextlib.contextmanager
def interruptible(last: Callable[[int], None] | None = None) -> Iterator[None]:
    """In the block a signal raises KeyboardInterrupt; one more, or STOP_SECONDS, ends all.

    last: called before a process ends at once, with its exit code.
    """
    _last[:] = [last] if last else []
    before = {number: signal.signal(number, _stop) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            if signal.getsignal(number) is _stop:  # else it is stopping: one more still ends all
                signal.signal(number, handler)


@contextlib.contextmanager
def unhurried() -> Iterator[None]:
    """In the block a process that has stopped in good order may take longer than STOP_SECONDS."""
    stopping = bool(_timers)
    while _timers:
        _timers.pop().cancel()
    try:
        yield
    finally:
        if stopping:
            _end_soon()


def end_at_once(code: int) -> NoReturn:
    """End this process now, after what is to be done last."""
    for each in (_last.pop() for _ in range(len(_last))):
        each(code)
    os._exit(code)


def _stop(number: int, frame: FrameType | None) -> None:
    for each in SIGNALS:
        signal.signal(each, lambda *_: stop_now())
    _end_soon()
    print("stopping (once more: at once) ...", file=sys.stderr)
    raise KeyboardInterrupt


def _end_soon() -> None:
    timer = threading.Timer(STOP_SECONDS, stop_now)
    timer.daemon = True
    timer.start()
    _timers.append(timer)


def stop_now() -> None:
    """End this process and all that it started. What has ended is on the disk."""
    end_children()
    print("\ninterrupted: the same command goes on", file=sys.stderr, flush=True)
    end_at_once(INTERRUPTED)


def end_children() -> None:
    """Kill every process that this one started, and theirs."""
    children = psutil.Process().children(recursive=True)
    for child in children:
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
    psutil.wait_procs(children, timeout=3)
