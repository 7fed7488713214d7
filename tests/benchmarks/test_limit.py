"""Where a cohort's time goes: the parts are there, and make the whole."""

import pytest
import torch

from benchmarks import limit


@pytest.mark.parametrize("number", range(3), ids=["students", "teachers", "VAEs"])
def test_the_parts_of_a_training(number):
    torch.set_num_threads(1)
    cohort = limit.cohorts(5)[number]
    seconds, parts = limit.measure(cohort, repeats=1)
    assert {"data", "forward", "backward", "optimiser", "rest"} <= parts.keys()
    assert all(part >= 0 for part in parts.values())
    assert sum(parts.values()) == pytest.approx(seconds)
    assert 0 < limit._products(cohort.members[0]) < 100
