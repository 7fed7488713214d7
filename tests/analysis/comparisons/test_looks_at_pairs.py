"""Looks at several families whose comparisons share rows: how often each kind of claim is wrong.

A row gets more seeds for whichever of its comparisons is undecided, so that what one family shows
says how long another is looked at. The simulation goes by the product's rule, written out anew.
"""

from dataclasses import replace

import numpy as np
import pytest
from invented import study
from scipy import special
from statsmodels.stats.proportion import proportion_confint

from analysis.comparisons.questions import questions, seeds_wanted
from analysis.evidence.rows import rows_of
from analysis.evidence.statistics import ALPHA
from benchmarks.looks import MARGIN, holm
from search_spaces.rows.garments import (
    ON_BIG,
    ON_BIG_DILATION,
    ON_BIG_NOISE,
    ON_MNIST,
    SMALL_ALONE,
    on_mnist_vae,
)
from study.planning.seeds import LOOKS

ROWS = (
    ON_BIG,
    ON_BIG_NOISE,
    ON_BIG_DILATION,
    ON_MNIST,
    on_mnist_vae("all"),
    on_mnist_vae("small"),
)
ALONE = [(row, 0) for row in range(1, 7)]  # 0: the student alone
PAIRS = [(1, 2), (3, 4), (5, 6), (1, 3), (2, 5)]
SPREADS = np.array([0.004, *np.geomspace(0.0012, 0.0264, 6)])
MOST = [n for n in LOOKS if n <= 80]
NO_GAIN, SOME = np.zeros(7), np.array([0, 0, 1, 0, 1, 0, 1]) * MARGIN


def draw(studies, gains, generator):
    """Accuracies less that of the student alone, [studies, rows, seeds]."""
    noise = generator.standard_normal((studies, 7, MOST[-1]))
    return gains[:, None] + SPREADS[:, None] * noise


def go_through(values):
    """By family what is claimed and called equivalent, [studies, comparisons]; the rows' seeds."""
    families = [np.array(ALONE), np.array(PAIRS)]
    seeds = np.full(values.shape[:2], MOST[0])
    least = [np.ones((2, len(values), len(family))) for family in families]
    said = [None, None]
    for n, following in zip(MOST, [*MOST[1:], MOST[-1]], strict=True):
        wanted = np.zeros_like(seeds)
        for at, family in enumerate(families):
            ours, theirs = family.T
            gaps = (values[:, ours] - values[:, theirs])[..., :n]
            mean, error = gaps.mean(-1), gaps.std(-1, ddof=1) / np.sqrt(n)
            p = 2 * special.stdtr(n - 1, -abs(mean) / error)
            q = special.stdtr(n - 1, (abs(mean) - MARGIN) / error)
            made = (seeds[:, ours] >= n) & (seeds[:, theirs] >= n)
            now = np.where(made, len(LOOKS) * np.array([p, q]), 1)
            least[at] = np.minimum(least[at], now)
            equivalent = holm(least[at][1]) < ALPHA
            said[at] = (holm(least[at][0]) < ALPHA) & ~equivalent, equivalent
            undecided = ~(said[at][0] | equivalent)
            for column, pair in enumerate(family):
                wanted[:, pair] |= undecided[:, [column]]
        seeds = np.where(wanted, following, seeds)
    return said, seeds


def by_the_product(values):
    """The same of one study, by its records: at each look what its seeds are."""
    settings, have = (SMALL_ALONE, *ROWS), [MOST[0]] * 7
    contrasts = {}
    for one, other in PAIRS:
        contrasts.setdefault(settings[one].key, []).append(settings[other].key)
    while True:
        given = {
            one: (0.8 + row[:n]).tolist()
            for one, row, n in zip(settings, values, have, strict=True)
        }
        found = study(given, looks=LOOKS)
        seen = replace(found, contrasts=contrasts)
        asked = questions(rows_of(seen))
        wanted = seeds_wanted(one for one in asked if one.is_open)
        more = [
            max(n, wanted.get(one.key, 0)) if wanted.get(one.key, 0) <= MOST[-1] else n
            for one, n in zip(settings, have, strict=True)
        ]
        if more == have:
            words = {(one.family, *sorted(one.keys)): str(one.verdict.word) for one in asked}
            return words, have
        have = more


def test_the_simulation_says_what_the_product_says():
    settings = (SMALL_ALONE, *ROWS)
    values = draw(3, SOME, np.random.default_rng(5))
    said, seeds = go_through(values)
    for at, each in enumerate(values):
        words, have = by_the_product(each)
        assert have == seeds[at].tolist()
        for name, family, (claimed, equivalent) in zip(
            ("alone", "contrasts"), (ALONE, PAIRS), said, strict=True
        ):
            for column, pair in enumerate(family):
                word = words[(name, *sorted(settings[one].key for one in pair))]
                assert (word in ("better", "worse")) == claimed[at, column]
                assert (word == "equivalent") == equivalent[at, column]


@pytest.mark.parametrize("gains", [NO_GAIN, SOME], ids=["no gain", "some of δ"])
def test_each_family_and_each_kind_of_claim_is_wrong_in_five_percent_at_most(gains):
    studies, generator = 6_000, np.random.default_rng(11)
    false = np.zeros((2, 2), int)  # family, kind
    for _ in range(studies // 2_000):
        said, _ = go_through(draw(2_000, gains, generator))
        for at, family in enumerate((ALONE, PAIRS)):
            gain = np.array([abs(gains[ours] - gains[theirs]) for ours, theirs in family])
            claimed, equivalent = said[at]
            false[at, 0] += (claimed & (gain == 0)).any(-1).sum()
            false[at, 1] += (equivalent & (gain >= MARGIN)).any(-1).sum()
    for count in false.ravel():
        assert proportion_confint(count, studies, alpha=0.05, method="beta")[1] < ALPHA
    assert false.sum() > 0
