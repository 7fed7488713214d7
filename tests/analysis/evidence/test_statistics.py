"""Every statistic against an independent computation, and the cases that have no statistic."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.evidence.statistics import compare, crossed, holm, summarise

VALUES = st.lists(st.floats(0, 1), min_size=2, max_size=8)
T_975 = {1: 12.7062, 4: 2.7764, 9: 2.2622}  # printed tables of Student's t


def by_seed(values):
    return dict(enumerate(values))


@pytest.mark.parametrize("freedom", T_975)
def test_a_mean_s_interval_against_the_printed_table(freedom):
    values = np.random.default_rng(freedom).normal(size=freedom + 1).tolist()
    found = summarise(values)
    mean = math.fsum(values) / len(values)
    std = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / freedom)
    half = T_975[freedom] * std / math.sqrt(len(values))
    assert found.std == pytest.approx(std)
    assert (found.low, found.high) == pytest.approx((mean - half, mean + half), rel=1e-4, abs=1e-4)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=8))
def test_the_paired_t_test_against_scipy_s_own(pairs):
    ours, theirs = zip(*pairs, strict=True)
    assume(np.subtract(ours, theirs).std() > 1e-6)
    expected = stats.ttest_rel(ours, theirs)
    found = compare(by_seed(ours), by_seed(theirs), higher_is_better=True)
    interval = expected.confidence_interval(0.95)
    assert found.p == pytest.approx(expected.pvalue)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), abs=1e-9)


def exact_signed_rank(gaps):
    """By enumeration: how often a random choice of signs is as lopsided as this one."""
    ranks = stats.rankdata(np.abs(gaps))
    ranks[np.asarray(gaps) == 0] = 0
    seen = abs(sum(np.sign(gaps) * ranks))
    signs = list(itertools.product((-1, 1), repeat=len(gaps)))
    return np.mean([abs(sum(np.array(s) * ranks)) >= seen - 1e-9 for s in signs])


@given(st.lists(st.integers(-4, 4), min_size=2, max_size=7))
def test_the_signed_rank_test_against_enumeration_with_ties_and_zeros(steps):
    gaps = [step / 8 for step in steps]
    found = compare(by_seed(gaps), by_seed([0.0] * len(gaps)), higher_is_better=True)
    expected = exact_signed_rank(gaps) if any(gaps) else 1.0
    assert found.signed_rank_p == pytest.approx(expected)


def test_five_seeds_cannot_reach_0_05_by_signed_ranks():
    found = compare(by_seed([1.0, 1.1, 1.2, 1.3, 1.4]), by_seed([0.0] * 5), higher_is_better=True)
    assert found.signed_rank_p == found.smallest_signed_rank_p == 0.0625
    assert found.p < 0.001


def test_the_effect_is_cohen_s_d_of_the_differences_made_unbiased():
    gaps = [0.01, 0.02, -0.005, 0.015, 0.008]
    d = np.mean(gaps) / np.std(gaps, ddof=1)
    found = compare(by_seed(gaps), by_seed([0.0] * 5), higher_is_better=True)
    assert found.effect == pytest.approx(d * 0.7979, rel=1e-3)  # J(4) as Hedges 1981 prints it


@given(VALUES, VALUES)
def test_improvement_counts_ties_as_half_and_knows_the_direction(ours, theirs):
    n = min(len(ours), len(theirs))
    up = compare(by_seed(ours), by_seed(theirs), higher_is_better=True)
    down = compare(by_seed(ours), by_seed(theirs), higher_is_better=False)
    assert up.better + down.better == pytest.approx(1)
    assert up.better_low <= up.better <= up.better_high
    gaps = np.subtract(ours[:n], theirs[:n])
    clear = (gaps > 1e-11).mean() if not ((abs(gaps) < 1e-11) & (gaps != 0)).any() else None
    if clear is not None:
        assert up.better == pytest.approx(clear + (gaps == 0).mean() / 2)


def test_the_interval_of_improvement_is_clopper_and_pearson_s():
    found = compare(by_seed([1, 1, 1, 1, -1.5]), by_seed([0.0] * 5), higher_is_better=True)
    expected = stats.binomtest(4, 5).proportion_ci(0.95, method="exact")
    assert (found.better_low, found.better_high) == pytest.approx((expected.low, expected.high))


@settings(max_examples=20)  # statsmodels collects garbage at each call
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_step_by_step(p_values):
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    expected, highest = [0.0] * len(p_values), 0.0
    for place, index in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - place) * p_values[index]))
        expected[index] = highest
    assert holm(p_values) == pytest.approx(expected)


def test_what_has_no_p_is_no_member_of_the_family():
    adjusted = holm([0.01, math.nan, 0.04])
    assert adjusted[0] == pytest.approx(0.02)
    assert math.isnan(adjusted[1])
    assert adjusted[2] == pytest.approx(0.04)
    assert holm([]) == []


def test_only_common_seeds_count():
    found = compare({0: 0.5, 1: 0.7, 9: 1.0}, {0: 0.4, 1: 0.5, 2: 0.0}, higher_is_better=True)
    assert found.n == 2
    assert found.mean == pytest.approx(0.15)


def test_all_seeds_equal():
    same = compare(by_seed([0.5, 0.6]), by_seed([0.5, 0.6]), higher_is_better=True)
    assert (same.mean, same.low, same.high, same.p, same.signed_rank_p) == (0, 0, 0, 1, 1)
    assert (same.better, same.effect, same.supported) == (0.5, 0, False)
    shifted = compare(by_seed([0.6, 0.7]), by_seed([0.5, 0.6]), higher_is_better=True)
    assert shifted.low == shifted.high == pytest.approx(0.1)
    assert math.isnan(shifted.p)
    assert math.isnan(shifted.effect)


def test_one_seed_and_none():
    one = compare({0: 0.5}, {0: 0.4}, higher_is_better=True)
    assert (one.n, one.mean) == (1, pytest.approx(0.1))
    assert math.isnan(one.low)
    assert not one.supported
    none = compare({0: 1.0}, {1: 1.0}, higher_is_better=True)
    assert none.n == 0
    assert math.isnan(none.mean)
    assert math.isnan(summarise([]).mean)
    assert summarise([0.5])[:2] == (1, 0.5)
    assert math.isnan(summarise([0.5]).std)


def test_what_seeds_and_objects_add_up_to_is_told_apart():
    """d = seed + object, no rest: the error of the mean is that of each part's own mean."""
    seeds, objects = np.array([0.1, -0.2, 0.4]), np.array([1.0, 0.0, -1.0, 2.0, 0.5])
    found = crossed(seeds[:, None] + objects)
    assert found.seeds == pytest.approx(seeds.std(ddof=1) / math.sqrt(3))
    assert found.objects == pytest.approx(objects.std(ddof=1) / math.sqrt(5))
    assert found.together == pytest.approx(math.hypot(found.seeds, found.objects))


def test_the_objects_share_is_right_on_average_and_none_where_there_is_none():
    """Drawn with known variances: seeds 0.02², objects 0.3², rest 0.5²; 5 × 2,000 values."""
    draws = np.random.default_rng(0)

    def drawn(objects):
        seed, each = draws.normal(0, 0.02, (5, 1)), draws.normal(0, objects, 2_000)
        return crossed(seed + each + draws.normal(0, 0.5, (5, 2_000)))

    found = [drawn(0.3) for _ in range(100)]
    assert np.mean([one.objects**2 for one in found]) == pytest.approx(0.3**2 / 2_000, rel=0.03)
    by_seeds = (0.02**2 + 0.5**2 / 2_000) / 5
    assert np.mean([one.seeds**2 for one in found]) == pytest.approx(by_seeds, rel=0.2)
    none = [drawn(0.0).objects for _ in range(100)]
    assert np.median(none) < 0.2 * 0.3 / math.sqrt(2_000)
