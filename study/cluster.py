"""Ray: started on this machine, or joined; watched while it works; ended."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import ray

from study.resources import Resources
from trainables.errors import BadInputError

QUIET: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
TOKEN = Path.home() / ".ray" / "auth_token"
KNOCK_SECONDS = 5
VITAL = {"raylet", "gcs_server"}  # without these processes nothing of Ray's goes on
LOOK_SECONDS = 0.2


def start_ray(resources: Resources, workers: int) -> str | None:
    """Start Ray on this machine, unless a cluster was joined; the dashboard's address, if any."""
    options: dict[str, Any] = {
        "address": "local",  # not a cluster that happens to run on this machine
        "num_cpus": workers * resources.cpus_per_worker,
        "include_dashboard": resources.dashboard,
        "dashboard_host": "127.0.0.1",
    }
    if ray.is_initialized():
        options = {"address": resources.address, "ignore_reinit_error": True}
    context = ray.init(**options, **QUIET)
    if TOKEN.exists():
        TOKEN.chmod(0o600)  # ray lets every user of the machine read it
    return context.dashboard_url or None


def join_cluster(resources: Resources) -> int:
    """Join the cluster at resources.address; how many workers it is to carry.

    Raises BadInputError where nothing answers there, or it has too little.
    """
    try:
        _knock(resources.address or "auto")
        ray.init(address=resources.address, **QUIET)
    except (OSError, ValueError, OverflowError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0][:200]
        raise BadInputError(
            f"no Ray cluster at {resources.address}: {reason}; start one with "
            "`ray start --head`, or leave --address away to use this machine"
        ) from None
    there = ray.cluster_resources()
    return resources.count(there.get("CPU", 0), there.get("GPU", 0))


def _knock(address: str) -> None:
    """Raise OSError where nothing listens: ray.init itself tries for many minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if port.isdigit():
        socket.create_connection((host, int(port)), timeout=KNOCK_SECONDS).close()


@contextlib.contextmanager
def on_ray(
    resources: Resources, workers: int, lost: Callable[[str], None]
) -> Iterator[str | None]:
    """Ray while the block runs; the dashboard's address, if any. `lost` ends the process."""
    url = start_ray(resources, workers)
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
    """Calls `lost` once if the Ray that was started on this machine dies under the study.

    Ray itself waits for it for ever, or ends the process after a minute.
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
