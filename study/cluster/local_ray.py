"""The study's Ray, from its start to its end: in a thread, beside all else that must be ready."""

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator

import psutil

from study.cluster.resources import Resources

VITAL = {"raylet", "gcs_server"}  # without these processes nothing of Ray's goes on
LOOK_SECONDS = 0.2


class LocalRay:
    """Ray, started by a thread of its own, which then looks whether it still lives.

    While it starts, the caller goes on: MLflow is imported, the records are made, work is planned.
    The kernel ends Ray's processes with the thread that started them: it stays until the end.
    Where a cluster was joined, nothing is started, and nothing of this machine is looked at.
    """

    def __init__(self, resources: Resources, verbose: bool = False) -> None:
        self.resources, self.verbose = resources, verbose
        self._thread: threading.Thread | None = None
        self._started, self._ended = threading.Event(), threading.Event()
        self._url: str | None = None
        self._error: BaseException | None = None
        self._lost: Callable[[str], None] | None = None
        self._vital: list[tuple[str, psutil.Process]] = []

    def begin(self) -> None:
        """Let it start, unless it does already."""
        if self._thread is None:
            import study.cluster.ray  # noqa: F401  here: two threads must not import side by side

            self._thread = threading.Thread(target=self._run, name="ray", daemon=True)
            self._thread.start()

    @contextlib.contextmanager
    def watched(self, lost: Callable[[str], None]) -> Iterator[str | None]:
        """Ray, ready, while the block runs; the dashboard's address, if any.

        lost: called with the names of the processes that died, should Ray die in the block; from
            a thread of its own, or from this one, and more than once.
        """
        self.begin()
        self._started.wait()
        if self._error:
            raise self._error
        self._lost = lost
        try:
            yield self._url
        except Exception:
            self._look()  # what went wrong may be Ray's death, a moment before it is seen
            raise
        finally:
            self._lost = None
        self.end()  # now rather than after tables and figures

    def end(self) -> None:
        """Nothing of Ray outlives this; where it was not needed, it was never imported."""
        if self._thread:
            self._started.wait()
        if "ray" in sys.modules:
            sys.modules["ray"].shutdown()  # at the interpreter's exit it takes seconds longer
        self._ended.set()

    def _run(self) -> None:
        from study.cluster.ray import start_ray

        try:
            self._url = start_ray(self.resources, self.verbose)
            children = psutil.Process().children()
            self._vital = [(child.name(), child) for child in children if child.name() in VITAL]
        except BaseException as error:  # the caller's, when it needs Ray
            self._error = error
        self._started.set()
        while not self._ended.wait(LOOK_SECONDS):
            self._look()

    def _look(self) -> None:
        """Call `lost` if a vital process has gone."""
        gone = [name for name, process in self._vital if not _lives(process)]
        if gone and self._lost:
            self._lost(" and ".join(gone))


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
