"""What follows when the Ray that was started on this machine dies under a study.

What has ended is recorded or spooled, so either way the study goes on from there: a command
starts its process anew, a function raises an error in the thread that called it.
"""

import contextlib
import ctypes
import os
import sys
import threading
from collections.abc import Callable, Iterator

from records.cli import FAILED
from study.running.interrupts import end_at_once, end_children
from study.running.progress import Progress
from trainables.errors import StudyError

RESTARTS = "STUDY_RESTARTS"  # how often this launch has started itself again
MOST_RESTARTS = 3

OnRayDeath = Callable[[str, Progress], None]

_restarting = threading.Lock()


def restart_process(gone: str, progress: Progress) -> None:
    """Start this process anew, by the command that started it; or end it, after MOST_RESTARTS."""
    _restarting.acquire()  # for good: a second thread that sees it waits for the new process
    count = int(os.environ.get(RESTARTS, "0")) + 1
    progress.give_back()
    end_children()
    if count > MOST_RESTARTS:
        progress.warn(f"Ray died again ({gone}), {count} times in all; the same command goes on")
        end_at_once(FAILED)
    progress.warn(f"Ray died ({gone}): starting again, {count} of {MOST_RESTARTS}")
    os.environ[RESTARTS] = str(count)
    os.execv(sys.executable, sys.orig_argv)


def restarted() -> bool:
    """Whether this process was started anew; in between, another launch may have begun to lead."""
    return RESTARTS in os.environ


class _RayDied(BaseException):  # no Exception: Tune would take it for a callback's mistake
    pass


@contextlib.contextmanager
def raised_here() -> Iterator[OnRayDeath]:
    """A reaction that raises StudyError in this thread, out of the block.

    The thread waits inside Ray for an answer that will not come, so it cannot be asked to look:
    the interpreter raises in it, as at Ctrl-C, but in whichever thread called.
    """
    caller = ctypes.c_ulong(threading.get_ident())
    seen: list[str] = []

    def raise_there(gone: str, progress: Progress) -> None:
        if not seen:
            seen.append(gone)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(caller, ctypes.py_object(_RayDied))

    try:
        yield raise_there
    except _RayDied:
        raise StudyError(f"Ray died ({seen[0]}); what has ended is kept: run it again") from None
