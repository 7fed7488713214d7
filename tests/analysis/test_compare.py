import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_rel

from analysis.compare import paired_difference

VALUES = st.lists(st.floats(0, 1), min_size=5, max_size=5)


@given(VALUES, VALUES)
def test_against_scipy_s_paired_test(ours, theirs):
    gaps = np.subtract(ours, theirs)
    if gaps.std() < 1e-9:
        return
    expected = ttest_rel(ours, theirs).confidence_interval(0.95)
    difference = paired_difference(dict(enumerate(ours)), dict(enumerate(theirs)))
    assert difference.mean == pytest.approx(gaps.mean(), abs=1e-12)
    assert (difference.low, difference.high) == pytest.approx((expected.low, expected.high))


def test_only_common_seeds_count():
    difference = paired_difference({0: 0.5, 1: 0.7, 9: 1.0}, {0: 0.4, 1: 0.5, 2: 0.0})
    assert difference.n == 2
    assert difference.mean == pytest.approx(0.15)


def test_known_cases():
    one = paired_difference({0: 0.5}, {0: 0.4})
    assert math.isnan(one.low)
    assert "no interval" in one.says()
    equal = paired_difference({0: 0.5, 1: 0.6}, {0: 0.5, 1: 0.6})
    assert (equal.mean, equal.low, equal.high) == (0, 0, 0)
    assert "support no difference" in equal.says()
    assert paired_difference({0: 1.0}, {1: 1.0}).n == 0


def test_what_the_seeds_support():
    base = {seed: 0.1 * seed for seed in range(5)}
    clear = paired_difference({s: v + 0.1 + 0.001 * s for s, v in base.items()}, base)
    assert "support no difference" not in clear.says()
    vague = paired_difference({s: v + 0.01 * (-1) ** s for s, v in base.items()}, base)
    assert "support no difference" in vague.says()
