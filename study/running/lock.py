"""One launch leads a study: two would train everything twice and close each other's runs.

Where results and records are files, a lock file says so. Where the records are on a server, that
other machines write to as well, a tag of the experiment does: the leader renews it every few
seconds, so a dead one is seen to be dead. The tag also says how far the study is, for
`study.status`, wherever that is asked.
"""

import contextlib
import json
import os
import platform
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import requests
from filelock import FileLock, Timeout

from records.reader import Reader
from study.watching.leader import LEADER, Leader, Standing, leader_of
from trainables.errors import BadInputError, Say

if TYPE_CHECKING:  # most of two seconds: where a study is led
    from mlflow import MlflowClient

BEAT_SECONDS = 5.0
SILENT_BEATS = 4  # so many missed, and a leader is dead


@contextlib.contextmanager
def locked(folders: list[Path], space: str, wait: bool, say: Say) -> Iterator[None]:
    """Hold a study's lock in each of these folders.

    Raises BadInputError where another launch holds it, unless it is to be waited for.
    """
    with contextlib.ExitStack() as held:
        for folder in dict.fromkeys(folders):  # results and records may be one folder
            lock = FileLock(folder / f"{space}.lock")
            try:
                folder.mkdir(parents=True, exist_ok=True)
                lock.acquire(timeout=0)
            except Timeout:
                if not wait:
                    raise BadInputError(
                        f"another launch of {space} is running in {folder}: --wait for it, or "
                        "give another folder"
                    ) from None
                say(f"another launch of {space} is running in {folder}: waiting for its end")
                lock.acquire()  # the system frees a dead process's lock, so no wait is for ever
            except OSError as error:
                raise BadInputError(
                    f"cannot write to {folder}: {error.strerror}; records must be kept where you "
                    "may write"
                ) from None
            held.callback(lock.release)
        yield


@contextlib.contextmanager
def leading(
    client: "MlflowClient", experiment: str, wait: bool, say: Say, standing: Callable[[], Standing]
) -> Iterator[None]:
    """Lead the study whose settings' experiment this is; say in its tag how far it is.

    Raises BadInputError where another launch leads, unless it is to be waited for.
    """
    from mlflow.exceptions import MlflowException

    # MLflow has no compare-and-set: claim, wait, and see whose claim stands.
    mine = Leader(platform.node(), os.getpid(), uuid.uuid4().hex, 1)
    _await_end(client, experiment, wait, say)
    _write(client, experiment, mine)
    time.sleep(
        0 if is_file(client.tracking_uri) else 1
    )  # two that came at once: the later claim counts
    there = leader_of(client, experiment)
    if there is None or there.token != mine.token:
        raise BadInputError("another launch of this study began at the same time: it leads")
    ended = threading.Event()

    def say_now(count: int) -> None:
        now = standing()
        _write(client, experiment, replace(mine, beat=count, says=now.says, standing=now))

    def beat() -> None:
        count = 1
        while not ended.wait(BEAT_SECONDS):
            count += 1
            # A beat that does not arrive is no reason to stop: SILENT_BEATS of them are given.
            with contextlib.suppress(MlflowException, requests.RequestException, OSError):
                say_now(count)

    thread = threading.Thread(target=beat, name="leader", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout=1)
        # Else the next launch finds out by itself, after SILENT_BEATS.
        with contextlib.suppress(MlflowException, requests.RequestException, OSError):
            say_now(0)


def _await_end(client: Reader, experiment: str, wait: bool, say: Say) -> None:
    there, said = leader_of(client, experiment), False
    if is_file(client.tracking_uri):  # a file's lock is held: whoever wrote the tag is gone
        return
    while there and not there.gone:
        if not said:
            say(f"a launch on {there.host} (process {there.pid}) leads: does it still live?")
            said = True
        # Clocks of two machines may differ, so no times are compared: does its beat change?
        time.sleep(BEAT_SECONDS * SILENT_BEATS)
        now = leader_of(client, experiment)
        if now == there:  # killed, or its machine was
            say("it has been silent: this launch leads now")
            return
        if not wait:
            raise BadInputError(
                f"another launch of this study runs on {there.host} (process {there.pid}, "
                f"{now.says if now else ''}): --wait for it"
            )
        there = now


def is_file(uri: str) -> bool:
    """True for records in a file: whoever holds its lock leads, and nobody else can."""
    return uri.startswith("sqlite")


def _write(client: "MlflowClient", experiment: str, leader: Leader) -> None:
    client.set_experiment_tag(experiment, LEADER, json.dumps(asdict(leader)))
