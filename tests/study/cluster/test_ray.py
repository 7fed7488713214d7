"""Ray's start on a machine that is too busy for the 30 s that Ray gives itself."""

import subprocess
import time

import psutil
import pytest
import ray

from study.cluster.ray import ATTEMPTS, start_ray
from study.cluster.resources import Resources
from trainables.errors import StudyError

SLOW = "The current node timed out during startup. This could happen because ..."


class Busy:
    """Stands for ray.init: too slow at first, with a process that it leaves behind."""

    def __init__(self, failures, error=SLOW):
        self.failures, self.error, self.left = failures, error, []

    def __call__(self, **options):
        if len(self.left) == self.failures:
            return type("Context", (), {"dashboard_url": ""})()
        self.left.append(subprocess.Popen(["sleep", "60"]))
        raise Exception(self.error)


@pytest.fixture
def started(monkeypatch):
    def start(busy):
        monkeypatch.setattr(ray, "init", busy)
        return start_ray(Resources(workers=1))

    return start


def ended(processes):
    """None of them lives on."""
    for process in processes:
        process.wait(timeout=5)
    time.sleep(0.05)
    return not any(psutil.pid_exists(process.pid) for process in processes)


def test_a_start_that_was_too_slow_is_tried_again_and_leaves_no_process(started):
    busy = Busy(failures=ATTEMPTS - 1)
    assert started(busy) is None
    assert len(busy.left) == ATTEMPTS - 1
    assert ended(busy.left)


def test_where_it_is_always_too_slow_that_is_said(started):
    busy = Busy(failures=99)
    with pytest.raises(StudyError, match="did not start within 30 s, 3 times"):
        started(busy)
    assert ended(busy.left)


def test_another_error_is_not_tried_again(started):
    busy = Busy(failures=99, error="no space left on device")
    with pytest.raises(Exception, match="no space left"):
        started(busy)
    assert len(busy.left) == 1
    assert ended(busy.left)
