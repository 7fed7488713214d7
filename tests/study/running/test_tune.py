"""Which cohort a free worker takes, and how large ones may be. (The rest: by real launches.)"""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ray.tune.experiment import Trial

import study.running.tune as tune_module
from study.cluster.resources import Resources
from study.running.round_searcher import RoundSearcher
from study.running.tune import _NewestFirst
from trainables.cohorts.capacity import OF_A_CORE, Capacity

STATES = st.sampled_from(["PENDING", "RUNNING", "TERMINATED", "ERROR"])


@given(st.lists(STATES))
def test_a_free_worker_takes_the_newest_cohort_that_waits(states):
    """Tune's own order takes the oldest, and stops the worker that is starting for it."""
    scheduler, trials = _NewestFirst(), []
    for state in states:
        trials.append(Trial("study", stub=True))
        scheduler.on_trial_add(None, trials[-1])
        trials[-1].status = state
    taken = scheduler.choose_trial_to_run(None)
    waiting = [trial for trial in trials if trial.status == "PENDING"]
    assert taken is (waiting[-1] if waiting else None)
    assert len(scheduler._given) <= 1 + sum(not trial.is_finished() for trial in trials)


@pytest.mark.parametrize(("workers", "seconds"), [(None, 1), (2, 1), (25, 1), (1_000, 40)])
def test_the_reports_of_many_workers_are_no_more_than_a_launch_can_read(workers, seconds):
    progress = SimpleNamespace(begin=lambda _: None)
    searcher = RoundSearcher(iter(()), progress, "", Resources(workers=workers), False)
    assert searcher.config["pause"] == seconds


def test_workers_with_a_gpu_are_asked_what_they_can_take(monkeypatch):
    asked = []

    class Remote:
        def __init__(self, **given):
            asked.append(given)

        def __call__(self, function):
            return SimpleNamespace(remote=lambda share: Capacity(75_000 * share, 2**30))

    monkeypatch.setattr(tune_module.ray, "remote", Remote)
    monkeypatch.setattr(tune_module.ray, "get", lambda found: found)
    found = [
        tune_module.capacity_of_workers(Resources(workers=1, gpus_per_worker=gpus))
        for gpus in (0.0, 0.5, 2.0)
    ]
    assert found == [OF_A_CORE, Capacity(37_500, 2**30), Capacity(75_000, 2**30)]
    assert asked == [{"num_cpus": 1, "num_gpus": gpus} for gpus in (0.5, 2.0)]
