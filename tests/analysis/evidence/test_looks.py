"""Looks again and again: against independent formulas, and how often they are wrong."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import study
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from analysis.comparisons.questions import questions, seeds_wanted
from analysis.evidence.family import Family
from analysis.evidence.rows import rows_of
from analysis.evidence.statistics import ALPHA, compare
from analysis.evidence.verdicts import Word, tost, verdicts
from benchmarks.looks import CASES, MARGIN, draw, go_through, wrong
from search_spaces.rows.garments import ON_BIG, ON_MNIST, SMALL_ALONE
from study.planning.seeds import LOOKS
from trainables.data.measures import ACCURACY


def looked(gaps, looks=LOOKS):
    gaps = dict(enumerate(gaps))
    return compare(gaps, dict.fromkeys(gaps, 0.0), higher_is_better=True, looks=looks)


def gaps_of(mean, n=40, spread=0.006, seed=0):
    return np.random.default_rng(seed).normal(mean, spread, n).tolist()


def test_the_interval_and_the_p_are_those_of_all_looks():
    gaps = gaps_of(0.004, n=31)
    found = looked(gaps)
    made = [10, 14, 20, 28]
    assert [one.n for one in found.looks] == made
    assert found.n == 28
    each = [stats.ttest_1samp(gaps[:n], 0).pvalue for n in made]
    assert found.p == pytest.approx(min(1, len(LOOKS) * min(each)))
    interval = stats.ttest_1samp(gaps[:28], 0).confidence_interval(1 - 0.05 / len(LOOKS))
    assert (found.low, found.high) == pytest.approx(tuple(interval))
    both = [
        max(
            stats.ttest_1samp(gaps[:n], -MARGIN, alternative="greater").pvalue,
            stats.ttest_1samp(gaps[:n], MARGIN, alternative="less").pvalue,
        )
        for n in made
    ]
    assert tost(found, MARGIN) == pytest.approx(min(1, len(LOOKS) * min(both)))


def test_before_the_first_look_nothing_is_said():
    found = looked(gaps_of(0.1, n=9))
    assert (found.n, found.looks) == (9, ())
    assert math.isnan(found.p)
    (verdict,) = verdicts([found], ACCURACY, [MARGIN])
    assert verdict.word == Word.NONE
    lacks_a_seed = {seed: 0.1 + 0.001 * seed for seed in range(30) if seed != 3}
    none = dict.fromkeys(lacks_a_seed, 0.0)
    assert not compare(lacks_a_seed, none, higher_is_better=True, looks=LOOKS).looks


@given(st.integers(20, 27), st.integers(0, 1_000))
def test_seeds_between_two_looks_change_nothing(n, seed):
    gaps = gaps_of(0.003, n=n, seed=seed)
    assert looked(gaps) == looked(gaps[:20])


def test_a_claim_that_was_made_stays():
    gaps = [*gaps_of(0.02, n=10), *gaps_of(-0.02, n=10)]
    found = looked(gaps)
    (verdict,) = verdicts([found], ACCURACY, [MARGIN])
    assert abs(found.mean) < 0.005
    assert verdict.word == Word.BETTER  # by the look at 10, which the later ones do not take back


def test_equal_differences_need_no_test():
    assert looked([0.01] * 10).low == pytest.approx(0.01)
    assert verdicts([looked([0.01] * 10)], ACCURACY, [MARGIN])[0].word == Word.BETTER
    assert verdicts([looked([0.0] * 10)], ACCURACY, [MARGIN])[0].word == Word.EQUIVALENT


# ---- what goes on ----


def invented(alone, **others):
    rows = {"big": ON_BIG, "mnist": ON_MNIST}
    values = {SMALL_ALONE: alone} | {rows[name]: given for name, given in others.items()}
    return study(values, looks=LOOKS)


def test_only_what_is_undecided_gets_more_seeds_and_what_it_is_compared_with():
    alone = gaps_of(0.8, n=14)
    clear = [value + 0.05 + 0.001 * (k % 3) for k, value in enumerate(alone[:10])]
    vague = [value + gap for value, gap in zip(alone, gaps_of(0.004, 14, 0.02), strict=True)]
    asked = list(questions(rows_of(invented(alone, big=clear, mnist=vague))))
    assert [one.is_open for one in asked] == [False, True]
    assert seeds_wanted(asked) == {SMALL_ALONE.key: 20, ON_MNIST.key: 20}


def test_what_failed_or_was_looked_at_to_the_end_gets_none():
    vague = [0.8 + (-1) ** k * 0.1 for k in range(LOOKS[-1])]
    at_the_end = list(questions(rows_of(invented([0.8] * LOOKS[-1], big=vague))))
    assert [one.is_open for one in at_the_end] == [True]
    assert set(seeds_wanted(at_the_end).values()) == {0}
    early = list(questions(rows_of(invented([0.8] * 5, big=vague[:5]))))
    assert seeds_wanted(early) == {SMALL_ALONE.key: 10, ON_BIG.key: 10}


# ---- how often it is wrong ----


def test_the_simulation_says_what_the_product_says():
    """Verdicts of whole studies, look by look, with the same stops."""
    generator = np.random.default_rng(1)
    for gains in CASES.values():
        gaps = draw(4, gains, 40, generator)
        said = go_through(gaps, [n for n in LOOKS if n <= 40], len(LOOKS))
        for each, claimed, equivalent, seeds in zip(
            gaps, said.claimed, said.equivalent, said.seeds, strict=True
        ):
            found = [looked(row[:n].tolist()) for row, n in zip(each, seeds, strict=True)]
            words = [one.word for one in verdicts(found, ACCURACY, [MARGIN] * len(found))]
            assert [word in (Word.BETTER, Word.WORSE) for word in words] == claimed.tolist()
            assert [word == Word.EQUIVALENT for word in words] == equivalent.tolist()


STUDIES = 10_000


@pytest.mark.parametrize("case", ["no gain", "gain of δ"])
@pytest.mark.parametrize("tails", [0, 5])
def test_looking_again_and_again_is_wrong_in_five_percent_of_studies_at_most(case, tails):
    """In both ways: a difference where none is, and one that matters called none."""
    gains, generator = CASES[case], np.random.default_rng(7)
    false = 0
    for _ in range(STUDIES // 2_000):
        gaps = draw(2_000, gains, 80, generator, tails)
        said = go_through(gaps, [n for n in LOOKS if n <= 80], len(LOOKS))
        false += int(wrong(said, gains).sum())
    _, high = proportion_confint(false, STUDIES, alpha=0.05, method="beta")
    assert high < ALPHA


def test_it_decides_more_than_a_fixed_number_of_as_many_seeds():
    gains, generator = CASES["gain of 2δ"], np.random.default_rng(3)
    gaps = draw(1_000, gains, 80, generator)
    said = go_through(gaps, [n for n in LOOKS if n <= 80], len(LOOKS))
    fixed = go_through(gaps, [28], 1)
    assert said.seeds.mean() < 28
    assert said.decided.mean() > fixed.decided.mean() + 0.03


def test_a_family_counts_the_looks():
    """The same ten seeds settle it in a study that looks once, and not in one that looks on."""
    alone = [0.8] * 10
    better = [0.8 + 0.005 + 0.006 * (-1) ** k for k in range(10)]  # p = 0.03
    rows = {SMALL_ALONE: alone, ON_BIG: better}
    once, again = rows_of(study(rows)), rows_of(study(rows, looks=LOOKS))
    words = [Family(each).verdict(each[1]).word for each in (once, again)]
    assert words == [Word.BETTER, Word.UNDECIDED]


# Pocock's constants for 5 % and so many equally spaced looks, as Jennison and Turnbull (2000),
# table 2.1, print them.
POCOCK = {2: 2.178, 3: 2.289, 4: 2.361, 5: 2.413, 10: 2.555}


@pytest.mark.parametrize("looks", POCOCK)
def test_an_equal_share_is_stricter_than_pocock_s_boundary_and_costs_little(looks):
    ours, power = stats.norm.isf(ALPHA / looks / 2), stats.norm.isf(0.2)
    assert ours > POCOCK[looks]
    assert ((ours + power) / (POCOCK[looks] + power)) ** 2 < 1.16  # so many more seeds
