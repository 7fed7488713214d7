"""Ray: started on this machine, or joined."""

import contextlib
import ctypes
import signal
import threading
from collections.abc import Iterator
from typing import Any

import psutil
import ray
from tenacity import Retrying, retry_if_exception_message, stop_after_attempt

from study.cluster.code import runtime_env
from study.cluster.dashboard import token_file
from study.cluster.resources import Resources
from trainables.errors import BadInputError, StudyError, one_line

SIGACTION_BYTES = 512  # more than a struct sigaction has on any system
ATTEMPTS = 3  # to start Ray
TOO_SLOW = "The current node timed out during startup"  # as Ray's error begins
TRAINABLE = "trainables.trainable"  # what workers import, with torch: seconds, while we plan


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
    if resources.cpus_per_worker == 1:  # Ray starts a process a CPU at once: just the workers
        options["_system_config"] = {"preload_python_modules": [TRAINABLE]}
    if ray.is_initialized():
        options = {"address": resources.address, "ignore_reinit_error": True}
    with _own_signal_handlers():
        context = _init(options | _chatter(verbose))
    if token_file().exists():
        token_file().chmod(0o600)  # ray lets every user of the machine read it
    return context.dashboard_url or None


def _init(options: dict[str, Any]) -> Any:
    """Ray's own start, again where a busy machine was too slow for it.

    Ray waits 30 s for its raylet, which nothing changes; once its files were read, it is sooner.
    Raises StudyError where it was too slow each time.
    """
    attempts = Retrying(
        stop=stop_after_attempt(ATTEMPTS),
        retry=retry_if_exception_message(match=TOO_SLOW),
        reraise=True,
    )
    try:
        return attempts(_init_once, options)
    except Exception as error:
        if not str(error).startswith(TOO_SLOW):
            raise
        raise StudyError(
            f"Ray did not start within 30 s, {ATTEMPTS} times: this machine is too busy; the same "
            "command goes on"
        ) from None


def _init_once(options: dict[str, Any]) -> Any:
    mine = psutil.Process()
    before = {child.pid for child in mine.children(recursive=True)}
    try:
        return ray.init(**options)
    except Exception:
        for child in mine.children(recursive=True):  # Ray leaves what it has started by then
            if child.pid not in before:
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.kill()
        raise


def _chatter(verbose: bool) -> dict[str, Any]:
    """Ray's own lines, and what the workers print: shown if asked for."""
    return {"log_to_driver": verbose, "logging_level": "INFO" if verbose else "ERROR"}


@contextlib.contextmanager
def _own_signal_handlers() -> Iterator[None]:
    """Put back the process's handlers: ray.init replaces them by its own, for its own end.

    Python sets handlers in the main thread alone; the system's call does so in any, and without
    it Ray's answer to SIGTERM, a stack trace and the end, would stay.
    """
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in numbers}
    libc = ctypes.CDLL(None)
    actions = {number: ctypes.create_string_buffer(SIGACTION_BYTES) for number in numbers}
    for number, action in actions.items():
        libc.sigaction(number, None, action)
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            for number, handler in before.items():
                signal.signal(number, handler)
        for number, action in actions.items():
            libc.sigaction(number, action, None)
