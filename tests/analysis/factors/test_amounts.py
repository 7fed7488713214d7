"""A link by the number of its pairs, in an invented study: what is compared, drawn and ordered."""

from dataclasses import replace

import numpy as np
import pytest
from invented import study
from scipy import stats
from twins import Twin

from analysis.evidence.rows import rows_of
from analysis.factors.amounts import amounts_of
from analysis.figures.factors import amounts as figure
from analysis.tables.columns import build
from search_spaces.pairs.emoji_pairs import colours, paired
from trainables.networks import ConvNet
from trainables.settings import Setting, alone
from trainables.teacher import Teacher

PLAIN, TURNED = Twin(), Twin(turned=True)
NETWORK = ConvNet(channels=(2,))
BARE = Setting(target=PLAIN, student=NETWORK, teacher=Teacher(domain=TURNED, network=NETWORK))
NONE, COLOURS = replace(BARE), replace(BARE, link=colours(PLAIN, TURNED))
PAIRS = {n: replace(BARE, link=paired(PLAIN, TURNED, n)) for n in (40, 5, 10)}
N = 8
BASE, *NOISE = np.random.default_rng(0).normal(0, 0.01, (6, N))
GAINS = {NONE: -0.1, COLOURS: -0.05, PAIRS[40]: 0.06, PAIRS[5]: -0.08, PAIRS[10]: 0.0}


@pytest.fixture
def rows():
    found = {alone(BARE): 0.7 + BASE} | {
        setting: 0.7 + BASE + gain + noise
        for (setting, gain), noise in zip(GAINS.items(), NOISE, strict=True)
    }
    return rows_of(study({s: [*map(float, v)] for s, v in found.items()}, seeds=N))


def test_rows_of_one_link_by_their_pairs(rows):
    (one,) = amounts_of(rows)
    assert (one.link, one.unit, [*one.points]) == ("paired", "pairs", [5, 10, 40])
    assert [row.planned.key for row in one.points.values()] == [PAIRS[n].key for n in (5, 10, 40)]
    assert [row["link"] for row in one.others] == ["identity", "colours"]
    assert not amounts_of([row for row in rows if row["link"] != "paired"])


def test_their_figure_has_paired_differences_with_intervals(rows):
    (drawn,) = figure.draw(rows)
    axes = drawn.figure.axes[0]
    places = {n: [*GAINS].index(PAIRS[n]) for n in (5, 10, 40)}
    (curve,) = [each for each in axes.containers if each.get_label() == "φ paired"]
    line, _, (bars,) = curve.lines
    assert line.get_xdata().tolist() == [5, 10, 40]
    for (number, place), mean, bar in zip(
        places.items(), line.get_ydata(), bars.get_segments(), strict=True
    ):
        gaps = GAINS[PAIRS[number]] + NOISE[place]
        assert mean == pytest.approx(gaps.mean())
        half = stats.t.ppf(0.975, N - 1) * gaps.std(ddof=1) / N**0.5
        assert bar[:, 1] == pytest.approx([gaps.mean() - half, gaps.mean() + half])
    assert {"no φ", "φ colours"} <= {each.get_label() for each in axes.containers}
    assert "better with 40" in drawn.title
    assert "worse with 5" in drawn.title


def test_a_table_has_them_in_the_order_of_their_pairs(rows):
    learned = build(rows)["vae_labels"].tolist()
    assert [text for text in learned if "pairs" in text] == ["5 pairs", "10 pairs", "40 pairs"]
