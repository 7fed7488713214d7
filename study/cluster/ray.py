"""Ray: started on this machine, or joined; watched while it works; ended."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import ray

from study.cluster.code import runtime_env
from study.cluster.resources import Resources
from trainables.errors import BadInputError, one_line

VITAL = {"raylet", "gcs_server"}  # without these processes nothing of Ray's goes on
LOOK_SECONDS = 0.2


def token_file() -> Path:
    """Where Ray makes its token, and looks for it unless RAY_AUTH_TOKEN_PATH names a file."""
    return Path.home() / ".ray" / "auth_token"


def join_cluster(resources: Resources, verbose: bool = False) -> None:
    """Join the cluster at resources.address; its nodes are to be checked next.

    Raises BadInputError where it cannot be joined.
    """
    try:
        with _own_signal_handlers():
            ray.init(address=resources.address, runtime_env=runtime_env(), **_chatter(verbose))
    except (OSError, ValueError, RuntimeError) as error:
        reason = one_line(error)
        raise BadInputError(f"cannot join the cluster at {resources.address}: {reason}") from None


def start_ray(resources: Resources, verbose: bool = False) -> str | None:
    """Start Ray on this machine, unless a cluster was joined; the dashboard's address, if any."""
    options: dict[str, Any] = {
        "address": "local",  # not a cluster that happens to run on this machine
        "num_cpus": (resources.workers or 1) * resources.cpus_per_worker,
        "include_dashboard": resources.dashboard,
        "dashboard_host": "127.0.0.1",
    }
    if ray.is_initialized():
        options = {"address": resources.address, "ignore_reinit_error": True}
    with _own_signal_handlers():
        context = ray.init(**options, **_chatter(verbose))
    if token_file().exists():
        token_file().chmod(0o600)  # ray lets every user of the machine read it
    return context.dashboard_url or None


def _chatter(verbose: bool) -> dict[str, Any]:
    """Ray's own lines, and what the workers print: shown if asked for."""
    return {"log_to_driver": verbose, "logging_level": "INFO" if verbose else "ERROR"}


@contextlib.contextmanager
def _own_signal_handlers() -> Iterator[None]:
    """Put back the process's handlers: ray.init replaces them by its own, for its own end."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():  # no other may set them
            for number, handler in before.items():
                signal.signal(number, handler)


@contextlib.contextmanager
def on_ray(
    resources: Resources, lost: Callable[[str], None], verbose: bool = False
) -> Iterator[str | None]:
    """Ray while the block runs; the dashboard's address, if any.

    lost: called with the names of the processes that died, should Ray die in the block; from a
        thread of its own, or from this one, and more than once.
    """
    url = start_ray(resources, verbose)
    watch = Watch(lost)
    watch.start()
    try:
        yield url
    except Exception:
        watch.look()  # what went wrong may be Ray's death, a moment before it is seen
        raise
    finally:
        watch.ended.set()
    ray.shutdown()  # at the interpreter's exit it takes seconds longer


class Watch(threading.Thread):
    """Calls `lost` if the Ray that was started on this machine dies under the study.

    At every look until the study has ended. Ray itself waits for it for ever, or ends the process
    after a minute.
    """

    def __init__(self, lost: Callable[[str], None]) -> None:
        super().__init__(name="watch", daemon=True)
        self.lost, self.ended = lost, threading.Event()
        children = psutil.Process().children()
        self.vital = [(child.name(), child) for child in children if child.name() in VITAL]

    def run(self) -> None:
        """Look, five times a second."""
        while not self.ended.wait(LOOK_SECONDS):
            self.look()

    def look(self) -> None:
        """Call `lost` if a vital process has gone."""
        gone = [name for name, process in self.vital if not _lives(process)]
        if gone and not self.ended.is_set():
            self.lost(" and ".join(gone))


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
