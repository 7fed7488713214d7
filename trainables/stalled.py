"""A cohort without progress is ended: code of a user's own may wait for ever."""

import ctypes
import faulthandler
import os
import threading
import time
import traceback
from pathlib import Path

GRACE = 30.0
"""Seconds after which a process ends whose thread does not come to the exception: it waits outside
Python's own code, for a lock or a socket, say."""
EXIT_CODE = 75
STEP = 0.25  # seconds between two looks


class StalledError(BaseException):
    """Raised where a thread stands that made no progress. No `except Exception` catches it."""


class Watch:
    """A block in which progress must be told more often than every so many seconds.

    Where `alive` was not called for longer, StalledError is raised in the thread that entered the
    block, at the line where it is. If that does not end the block, the process ends itself.

    seconds: infinite is no limit.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._heard = time.monotonic()
        self._left, self._ending = threading.Event(), threading.Lock()
        self._thread = threading.get_ident()

    def alive(self) -> None:
        """There was progress."""
        self._heard = time.monotonic()

    def __enter__(self) -> "Watch":
        self._thread, self._heard = threading.get_ident(), time.monotonic()
        threading.Thread(target=self._watch, name="stalled", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._ending:
            self._left.set()
        _raise_in(self._thread, None)  # one that was on its way is not for what follows

    def _watch(self) -> None:
        while time.monotonic() - self._heard < self.seconds:
            if self._left.wait(STEP):
                return
        with self._ending:
            if self._left.is_set():
                return
            _raise_in(self._thread, StalledError)
        if not self._left.wait(GRACE):
            faulthandler.dump_traceback()  # where it stands, for --verbose
            os._exit(EXIT_CODE)


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    """Raise an error in a thread, once it runs Python code again; None: take one back."""
    given = ctypes.py_object(error) if error else None  # NULL
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), given)


def place_of(error: BaseException) -> str:
    """Where an exception came from: "mine.py:12"."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(where.filename).name}:{where.lineno}"
