"""The one sentence that comes first: what it says of each kind of study, and never more."""

import math
from dataclasses import replace

import pytest
from invented import record, study
from scipy import stats

from analysis.evidence.family import Family
from analysis.evidence.rows import rows_of
from analysis.evidence.verdicts import Word
from analysis.sections import answer
from search_spaces.smoke import ALONE, taught
from trainables.data.domains import FASHION_MNIST, MNIST
from trainables.links import Dilation, Noise

SEEDS = 8
LUCK = (0.0, 0.003, -0.002, 0.001, -0.003, 0.002, 0.0005, -0.001)
NOISE = (0.0012, -0.001, 0.0004, -0.0004, 0.001, -0.0012, 0.0006, -0.0006)  # mean 0
PLAIN = taught(FASHION_MNIST)
OTHERS = (taught(MNIST), replace(PLAIN, link=Noise()), replace(PLAIN, link=Dilation()))
# A gain for each verdict at this noise: δ is 0.005, the interval some ±0.0008.
GAIN = {Word.BETTER: 0.02, Word.WORSE: -0.02, Word.EQUIVALENT: 0.0, Word.UNDECIDED: 0.0}
WIDER = {Word.UNDECIDED: 20.0}  # times the noise


def values(gain=0.0, noise=0.0):
    return [0.8 + gain + luck + noise * own for luck, own in zip(LUCK, NOISE, strict=True)]


def of(*words, more=()):
    """The rows of a study with a setting of each of these verdicts beside the student alone."""
    settings = (PLAIN, *OTHERS)
    made = {ALONE: values()} | {
        setting: values(GAIN[word], WIDER.get(word, 1.0))
        for setting, word in zip(settings, words, strict=False)
    }
    return rows_of(study(made | dict(more), seeds=SEEDS))


@pytest.mark.parametrize("word", GAIN)
def test_one_comparison_is_said_with_its_verdict_interval_and_n(word):
    rows = of(word)
    verdict = Family(rows).verdict(rows[1])
    assert verdict.word == word
    said = answer(rows)
    ours, theirs = values(GAIN[word], WIDER.get(word, 1.0)), values()
    gaps = [a - b for a, b in zip(ours, theirs, strict=True)]
    mean = sum(gaps) / SEEDS
    half = stats.t.ppf(0.975, SEEDS - 1) * stats.tstd(gaps) / math.sqrt(SEEDS)
    numbers = f"test accuracy {mean:+.3f} [{mean - half:+.3f}, {mean + half:+.3f}]"
    assert f"{numbers} (95 %, paired t, n = {SEEDS})" in said
    assert word in said
    assert said.startswith("No gain is shown") is (word != Word.BETTER)


def test_of_a_table_it_says_how_many_and_the_largest_gain():
    said = answer(of(Word.WORSE, Word.BETTER, Word.UNDECIDED, Word.EQUIVALENT))
    assert said.startswith(
        "Of 4 settings, against the student alone, 1 is better, 1 worse, 1 equivalent and 1 "
        "undecided; the largest gain, of Small ← MNIST-Small"
    )
    assert "+0.020" in said


def test_the_largest_gain_is_of_those_that_are_better_whatever_others_have_by_luck():
    """The undecided one has the larger mean, and wins nothing."""
    lucky = [v + 0.03 for v in values(noise=60.0)]
    rows = of(Word.BETTER, more={OTHERS[0]: lucky})
    assert Family(rows).verdict(rows[2]).word == Word.UNDECIDED
    assert rows[2].mean(rows[2].test) > rows[1].mean(rows[1].test)
    assert f"the largest gain, of {rows[1].label}: test accuracy +0.020" in answer(rows)


def test_where_none_is_better_no_gain_is_shown_and_the_best_has_its_verdict():
    said = answer(of(Word.WORSE, Word.UNDECIDED))
    assert said.startswith(
        "No gain is shown: of 2 settings, against the student alone, none is better, 1 worse and "
        "1 undecided; the best by its mean, Small ← MNIST-Small"
    )
    assert "is undecided (" in said


def test_holm_decides_not_the_single_test():
    """A gain whose own p is 0.03 is not shown among four, and the sentence does not show it."""
    gaps = [0.0030 + 3.05 * own for own in NOISE]
    assert 0.0125 < stats.ttest_1samp(gaps, 0).pvalue < 0.05
    weak = [0.8 + luck + gap for luck, gap in zip(LUCK, gaps, strict=True)]
    many = {setting: values(noise=20.0) for setting in OTHERS}
    assert answer(of(more={PLAIN: weak} | many)).startswith("No gain is shown: of 4 settings")


def test_what_was_trained_anew_is_the_answer_of_a_study_that_chose():
    """The listed setting is better; trained anew, as what was chosen, it is not."""
    fresh = range(1_000, 1_000 + SEEDS)
    made = study({ALONE: values(), PLAIN: values(0.02, 1.0)}, seeds=SEEDS)
    listed = made.settings[1]
    key = f"{listed.key}-anew"
    anew = replace(listed, key=key, seeds=list(fresh), again=listed.key)
    flat = zip(fresh, values(), values(0.0, 1.0), strict=True)
    for seed, theirs, ours in flat:
        made.trials.append(record(ALONE, seed, theirs))
        made.trials.append(replace(record(PLAIN, seed, ours), setting=key))
    both = replace(made, settings=[*made.settings, anew])
    said = answer(rows_of(both))
    choice = "the choice by validation, Small ← FashionMNIST-Small"
    assert said.startswith(f"No gain is shown: {choice}")
    assert "is equivalent to the student alone within ±0.005" in said


def test_where_nothing_is_compared_it_says_what_there_is():
    alone = rows_of(study({ALONE: values()}, seeds=SEEDS))
    assert answer(alone).startswith("Nothing is compared: Small alone has test accuracy 0.800")
    nothing = rows_of(replace(study({ALONE: values()}, seeds=SEEDS), trials=[]))
    assert answer(nothing) == "Nothing is known yet: of 1 planned settings no trial has ended."
    one_seed = rows_of(study({ALONE: [0.8], PLAIN: [0.9]}, seeds=1))
    assert answer(one_seed).startswith("Nothing is decided: ")
    assert "better" not in answer(one_seed)
