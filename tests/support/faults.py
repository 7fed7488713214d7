"""Real launches of `smoke`, real kills, and what the records say afterwards."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from itertools import count
from pathlib import Path

import psutil

from records.client import open_client
from records.runs import histories, runs
from records.schema import experiment_names

NUMBER = count()


class Launch:
    """A launch as a process of its own; what it prints goes to a file beside its results.

    within: a command that becomes it (unshare, ...).
    """

    def __init__(self, results, *arguments, space="smoke", workers=1, within=(), **environment):
        self.said = Path(f"{results}.{next(NUMBER)}.said")
        given = ("--workers", workers) if workers else ()
        self.file = self.said.open("w")
        self.process = subprocess.Popen(
            [
                *within, sys.executable, "-m", "study.launch", "--space", str(space),
                "--results", str(results), "--no-dashboard", *map(str, (*given, *arguments)),
            ],
            stdout=self.file, stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"} | environment,
        )  # fmt: skip

    def printed(self):
        """Both streams, so far."""
        return self.said.read_text()

    def until(self, text, seconds=150):
        """Wait until it has printed this."""
        deadline = time.monotonic() + seconds
        while text not in self.printed():
            assert self.process.poll() is None, self.printed()
            assert time.monotonic() < deadline, self.printed()
            time.sleep(0.05)

    def end(self, seconds=300):
        """Wait for its end; the exit code."""
        try:
            return self.process.wait(timeout=seconds)
        finally:
            self.kill()

    def kill(self, seconds=10):
        """SIGKILL; Ray's workers follow by themselves, soon; its agents, later, are killed too."""
        children = self.children()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        _, left = psutil.wait_procs(children, timeout=seconds)
        for process in left:
            process.kill()

    def children(self, name=""):
        """The processes under it whose name contains this."""
        if self.process.poll() is not None:
            return []
        found = psutil.Process(self.process.pid).children(recursive=True)
        return [child for child in found if name in _name(child)]

    def kill_one(self, name, seconds=60):
        """SIGKILL to the first process under it of this name, once there is one."""
        deadline = time.monotonic() + seconds
        while not (found := self.children(name)):
            assert time.monotonic() < deadline, self.printed()
            time.sleep(0.05)
        found[0].kill()


def lives(process):
    """Whether it runs: one that is dead and that nobody has asked for is a zombie."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _name(process):
    try:
        return process.name()
    except psutil.NoSuchProcess:
        return ""


def launch(results, *arguments, seconds=300, **options):
    """A launch from its beginning to its end: exit code, and what it printed."""
    started = Launch(results, *arguments, **options)
    return started.end(seconds), started.printed()


def finish(results, expected, *arguments, **options):
    """The same command finishes the study, as if nothing had happened."""
    code, printed = launch(results, *arguments, **options)
    assert code == 0, printed
    assert recorded(results) == expected
    return printed


def recorded(results, uri=None, space="smoke"):
    """Every trial's status and metrics by key, curves included, but for what clocks say.

    Fails where a trial is FINISHED twice, or a run was left RUNNING.
    """
    client = open_client(uri or f"sqlite:///{results}/mlflow.db")
    settings, trials = (
        client.get_experiment_by_name(name).experiment_id for name in experiment_names(space)
    )
    for experiment, key in ((settings, "setting"), (trials, "trial")):
        rows = list(runs(client, experiment))
        assert not [row for row in rows if row.status == "RUNNING"]
        ended = Counter(row.tags[key] for row in rows if row.status in ("FINISHED", "FAILED"))
        assert set(ended.values()) == {1}
    assert not [row for row in runs(client, settings) if row.status == "SCHEDULED"]
    return {
        row.tags["trial"]: {
            name: [point.value for point in points]
            for name, points in histories(client, row.run_id, sorted(row.metrics)).items()
            if not name.endswith("seconds")
        }
        for row in runs(client, trials)
        if row.status == "FINISHED"
    }
