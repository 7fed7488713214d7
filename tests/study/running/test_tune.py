"""Which cohort a free worker takes. (The rest of study/tune.py is tested by real launches.)"""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from study.running.tune import _NewestFirst

STATES = st.sampled_from(["PENDING", "RUNNING", "TERMINATED", "ERROR"])


@given(st.lists(STATES))
def test_a_free_worker_takes_the_newest_cohort_that_waits(states):
    """Tune's own order takes the oldest, and stops the worker that is starting for it."""
    trials = [SimpleNamespace(status=state, place=place) for place, state in enumerate(states)]
    taken = _NewestFirst().choose_trial_to_run(SimpleNamespace(get_trials=lambda: trials))
    waiting = [place for place, state in enumerate(states) if state == "PENDING"]
    assert (taken.place if taken else None) == (waiting[-1] if waiting else None)
