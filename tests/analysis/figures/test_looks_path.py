"""The path of the looks shows what each look had, by SciPy."""

import numpy as np
import pytest
from invented import study
from scipy import stats

from analysis.evidence.rows import rows_of
from analysis.figures import looks
from search_spaces.rows.garments import ON_BIG, ON_MNIST, SMALL_ALONE
from study.planning.seeds import LOOKS

ALONE = [0.8] * 20
CLEAR = [0.85 + 0.001 * (k % 3) for k in range(10)]
VAGUE = (0.8 + np.random.default_rng(0).normal(0.002, 0.02, 20)).tolist()


def test_each_look_has_the_interval_that_it_had():
    rows = rows_of(study({SMALL_ALONE: ALONE, ON_BIG: CLEAR, ON_MNIST: VAGUE}, looks=LOOKS))
    (drawn,) = looks.draw(rows)
    assert drawn.title == "Look by look, 1 of 2 comparisons were decided, with 10 to 10 seeds"
    left, right, *hidden = drawn.figure.axes
    assert not any(axes.get_visible() for axes in hidden)
    whiskers = [line.get_ydata() for line in right.lines if len(set(line.get_xdata())) == 1][:3]
    for (low, high), n in zip(whiskers, (10, 14, 20), strict=True):
        gaps = np.array(VAGUE[:n]) - 0.8
        interval = stats.ttest_1samp(gaps, 0).confidence_interval(1 - 0.05 / len(LOOKS))
        assert (low, high) == pytest.approx(tuple(interval))
    assert "better" in left.get_title()
    assert "undecided" in right.get_title()


def test_a_study_that_looked_once_has_none():
    rows = rows_of(study({SMALL_ALONE: ALONE, ON_BIG: CLEAR}))
    assert list(looks.draw(rows)) == []
