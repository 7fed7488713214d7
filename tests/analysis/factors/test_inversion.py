"""Intervals by inversion: their ends are where SciPy's paired t test gives p = 0.05."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.factors.inversion import labels_needed, share

SIZES = (100, 300, 1_000, 3_000, 10_000)


def by_seed(values):
    return dict(enumerate(map(float, values)))


@given(seed=st.integers(0, 10**6), n=st.integers(3, 30))
def test_fieller_s_ends_are_where_the_t_test_of_what_is_left_gives_5_percent(seed, n):
    draw = np.random.default_rng(seed)
    whole = draw.normal(1, 0.15, n)
    part = 0.6 * whole + draw.normal(0, 0.1, n)
    found = share(by_seed(part), by_seed(whole))
    shown = stats.ttest_1samp(whole, 0).pvalue < 0.05
    assert (found is not None) == shown
    if found:
        assert found.value == pytest.approx(part.mean() / whole.mean())
        assert found.low <= found.value <= found.high
        for end in (found.low, found.high):
            assert stats.ttest_1samp(part - end * whole, 0).pvalue == pytest.approx(0.05)


LOOKS = (5, 10, 20, 40)


@given(seed=st.integers(0, 10**6))
def test_at_looks_both_are_of_the_last_look_and_at_the_level_of_one(seed):
    draw = np.random.default_rng(seed)
    whole = draw.normal(1, 0.15, 14)
    part = 0.6 * whole + draw.normal(0, 0.1, 14)
    found = share(by_seed(part), by_seed(whole), LOOKS)
    if found:
        assert found.n == 10
        for end in (found.low, found.high):
            p = stats.ttest_1samp((part - end * whole)[:10], 0).pvalue
            assert p == pytest.approx(0.05 / len(LOOKS))
    curve, shifts = straight(0.1, draw, n=14, noise=0.004)
    reached = by_seed(0.61 + shifts + draw.normal(0, 0.006, 14))
    needed = labels_needed(curve, reached, 1, LOOKS)
    gaps = [reached[seed] - curve[1_000][seed] for seed in range(10)]
    t, p = stats.ttest_1samp(gaps, 0)
    assert needed.n == 10
    if abs(p - 0.0125) > 0.003:
        assert (needed.low > 1_000) == (p < 0.0125 and t > 0)
        assert (needed.high < 1_000) == (p < 0.0125 and t < 0)


def test_before_the_first_look_there_is_no_interval():
    draw = np.random.default_rng(0)
    assert share(by_seed([0.5, 0.6]), by_seed([1.0, 1.1]), LOOKS) is None
    curve, shifts = straight(0.1, draw, n=4)
    assert labels_needed(curve, by_seed(0.6 + shifts), 1, LOOKS) is None


def test_fieller_s_interval_holds_the_true_share_19_times_in_20():
    draw, held = np.random.default_rng(0), 0
    for _ in range(2_000):
        whole = draw.normal(1, 1, 20)
        found = share(by_seed(0.5 * whole + draw.normal(0, 0.5, 20)), by_seed(whole))
        held += found is None or found.low <= 0.5 <= found.high
    assert stats.binomtest(held, 2_000, 0.95).pvalue > 0.001


def test_without_a_gain_there_is_no_share():
    assert share(by_seed([0.1, 0.2, 0.3]), by_seed([-0.1, 0.1, 0.05])) is None
    assert share({0: 0.1}, {0: 0.1}) is None
    assert share({}, {}) is None
    certain = share(by_seed([0.5, 0.5, 0.5]), by_seed([1.0, 1.0, 1.0]))
    assert certain == (3, 0.5, 0.5, 0.5)


def straight(per_tenfold, draw, n=8, noise=0.0):
    """A curve that rises by so much for ten times the labels, its seeds apart by a little."""
    shifts, rough = draw.normal(0, 0.01, n), draw.normal(0, noise, (n, len(SIZES)))
    return {
        size: by_seed(0.5 + per_tenfold * math.log10(size / 100) + shifts + rough[:, place])
        for place, size in enumerate(SIZES)
    }, shifts


@pytest.mark.parametrize("sign", [1, -1])
def test_on_a_straight_curve_the_estimate_is_the_formula_s(sign):
    curve, shifts = straight(0.1 * sign, np.random.default_rng(0))
    reached = by_seed(0.5 + sign * 0.15 + shifts)  # of 10^1.5 times 100
    found = labels_needed(curve, reached, sign)
    for value in found[1:]:  # all seeds agree
        assert value == pytest.approx(100 * 10**1.5, rel=0.003)


def test_a_curve_that_flattens_needs_fewer_labels_than_its_chord_says():
    """Of 1 - n^-1/2: 0.955 is reached with 494 labels; by the chord with some 517."""
    curve = {n: by_seed(1 - n**-0.5 + np.array([0.0, 1e-5, -1e-5])) for n in SIZES}
    found = labels_needed(curve, by_seed([0.955, 0.95501, 0.95499]), 1)
    chord = np.exp(np.interp(0.955, [1 - n**-0.5 for n in SIZES], np.log(SIZES)))
    assert chord > 510
    assert found.value == pytest.approx(0.045**-2, rel=0.015)


@given(seed=st.integers(0, 10**6))
def test_labels_are_saved_where_the_paired_t_test_at_its_own_size_finds_a_gain(seed):
    draw = np.random.default_rng(seed)
    curve, shifts = straight(0.1, draw, noise=0.004)
    reached = by_seed(0.61 + shifts + draw.normal(0, 0.006, 8))
    found = labels_needed(curve, reached, 1)
    gaps = [reached[seed] - curve[1_000][seed] for seed in range(8)]
    t, p = stats.ttest_1samp(gaps, 0)
    if abs(p - 0.05) > 0.01:  # the axis has steps
        assert (found.low > 1_000) == (p < 0.05 and t > 0)
        assert (found.high < 1_000) == (p < 0.05 and t < 0)
    assert found.low <= found.value <= found.high


def test_beyond_the_range_is_said():
    curve, shifts = straight(0.1, np.random.default_rng(0))
    assert labels_needed(curve, by_seed(0.9 + shifts), 1)[1:] == (math.inf,) * 3
    assert labels_needed(curve, by_seed(0.1 + shifts), 1)[1:] == (0.0,) * 3
    vague = by_seed(0.6 + np.array([0.2, -0.2] * 4))
    found = labels_needed(curve, vague, 1)
    assert (found.low, found.high) == (0.0, math.inf)
    assert found.value == pytest.approx(1_000, rel=0.2)


def test_seeds_that_both_have_count():
    curve, shifts = straight(0.1, np.random.default_rng(0))
    some = {seed: value for seed, value in by_seed(0.6 + shifts).items() if seed < 5}
    assert labels_needed(curve, some, 1).n == 5
    assert labels_needed(curve, {0: 0.6}, 1) is None
    assert labels_needed({100: by_seed(shifts)}, by_seed(shifts), 1) is None
