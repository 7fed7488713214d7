"""Two studies side by side, with invented values: pairing, the bits, and what moved."""

import csv
import io
import math
from dataclasses import replace

import numpy as np
import pytest
from invented import study
from opened_page import opened, violations
from scipy import stats
from statsmodels.stats.multitest import multipletests

from analysis.evidence.rows import rows_of
from analysis.side_by_side.formats import Form, written
from analysis.side_by_side.sentences import sentences
from analysis.side_by_side.stores import Recorded
from analysis.side_by_side.studies import side_by_side
from search_spaces.smoke import ALONE, taught
from trainables.data.domains import FASHION_MNIST, MNIST
from trainables.errors import BadInputError
from trainables.links import Noise
from trainables.settings.scoring import HoldOut

PLAIN, OTHER = taught(FASHION_MNIST), taught(MNIST)
NOISY = replace(PLAIN, link=Noise())
SEEDS = 6
BASE = {ALONE: 0.80, PLAIN: 0.81, NOISY: 0.82, OTHER: 0.83}


def values(seed, scale=0.002):
    draws = np.random.default_rng(seed)
    return {s: list(mean + scale * draws.standard_normal(SEEDS)) for s, mean in BASE.items()}


def kept(title, made):
    return Recorded(title, made, {row.planned.key: row for row in rows_of(made)})


def recorded(title, accuracies, **more):
    return kept(title, study(accuracies, seeds=SEEDS, **more))


def changed(of, seed, metric, value):
    """A study with one figure of one trial of ALONE another."""
    found = [
        replace(trial, metrics=trial.metrics | {metric: value})
        if (trial.setting, trial.seed) == (ALONE.key, seed)
        else trial
        for trial in of.study.trials
    ]
    return kept("after", replace(of.study, trials=found))


def with_loss(of):
    """The study with a training loss in every trial."""
    found = [replace(t, metrics=t.metrics | {"train/loss": 0.5}) for t in of.study.trials]
    return kept(of.title, replace(of.study, trials=found))


@pytest.fixture
def before():
    return recorded("before", values(0))


def test_what_moved_is_what_scipy_and_statsmodels_say(before):
    there = values(0)
    shifts = {ALONE: 0.0, PLAIN: 0.01, NOISY: -0.01, OTHER: 0.0}
    moved = values(1, 0.001)
    theirs = {
        s: [a + shifts[s] + (b - BASE[s]) for a, b in zip(there[s], moved[s], strict=True)]
        for s in BASE
    }
    beside = side_by_side(before, recorded("after", theirs))
    p = [stats.ttest_rel(theirs[s], there[s]).pvalue for s in BASE]
    holm = multipletests(p, method="holm")[1]
    assert [pair.verdict.p for pair in beside.reported] == pytest.approx(list(holm), rel=1e-9)
    for pair, setting in zip(beside.reported, BASE, strict=True):
        gaps = np.subtract(theirs[setting], there[setting])
        low, high = stats.t.interval(0.95, SEEDS - 1, gaps.mean(), stats.sem(gaps))
        found = pair.verdict.found
        assert (found.mean, found.low, found.high) == pytest.approx((gaps.mean(), low, high))
    assert [pair.has_moved for pair in beside.reported] == [False, True, True, False]
    assert [str(pair.verdict.word) for pair in beside.reported][1:3] == ["better", "worse"]
    first = sentences(beside)[0]
    assert first == (
        "invented: after against before: 2 of 4 settings moved beyond luck of the seed "
        "(1 better, 1 worse)."
    )


def test_a_study_is_the_same_as_itself_but_for_seconds(before):
    again = changed(before, 2, "seconds", 99.0)
    beside = side_by_side(before, again)
    assert beside.is_same
    assert beside.trials == (4 * SEEDS, 4 * SEEDS, 0)
    assert sentences(beside)[0] == "invented: after is the same as before, to the bit."


@pytest.mark.parametrize("metric", ["test/accuracy", "test/cross_entropy", "train/loss"])
def test_one_bit_of_one_figure_is_seen(before, metric):
    before = with_loss(before)
    old = {(t.setting, t.seed): t for t in before.study.trials}[ALONE.key, 2].metrics
    new = math.nextafter(old[metric], 1)
    beside = side_by_side(before, changed(before, 2, metric, new))
    assert not beside.is_same
    assert beside.trials == (4 * SEEDS, 4 * SEEDS - 1, 0)
    alone = beside.pairs[0]
    assert set(alone.differing) == {2}
    assert [*alone.figures] == [metric]
    assert not alone.has_moved
    assert "same" not in sentences(beside)[0]


def test_a_figure_that_only_the_later_study_records_is_named_and_one_that_is_lost_differs(before):
    richer = with_loss(before)
    beside = side_by_side(before, richer)
    assert beside.is_same
    assert "Recorded in before only: train/loss." in sentences(beside)
    poorer = side_by_side(richer, before)
    assert not poorer.is_same
    assert "Differ: train/loss (in 4 settings)." in sentences(poorer)
    partly = changed(before, 2, "train/loss", 0.5)
    assert not side_by_side(richer, partly).is_same


def test_a_failure_and_other_answers_are_differences(before):
    told = {"answers": "a", "reliability.student": "[]"}
    trials = [replace(one, tags=told) for one in before.study.trials]
    before = kept("before", replace(before.study, trials=trials))

    def with_tags(**changes):
        first, *rest = before.study.trials
        return kept("after", replace(before.study, trials=[replace(first, **changes), *rest]))

    for other, what in (
        (with_tags(status="FAILED"), "status"),
        (with_tags(tags=told | {"answers": "x"}), "answers"),
        (with_tags(tags={"answers": "a"}), "reliability.student"),
    ):
        assert [*side_by_side(before, other).pairs[0].figures] == [what]
    assert side_by_side(before, with_tags(tags=told | {"host": "elsewhere"})).is_same


def test_what_one_study_lacks_makes_it_another(before):
    fewer = {s: v[:4] for s, v in values(0).items() if s != OTHER}
    beside = side_by_side(before, recorded("after", fewer))
    assert not beside.is_same
    assert beside.trials == (12, 12, 6)
    assert beside.only_first == [OTHER.key]
    said = " ".join(sentences(beside))
    assert "to the bit, in all that both have" in said
    assert "Only in before: 1 setting:" in said


def rekeyed(made, **columns):
    """The same study as if a change of format had given all keys anew."""
    plans = [
        replace(one, key=f"x{one.key}", parameters=one.parameters | columns)
        for one in made.settings
    ]
    trials = [replace(one, setting=f"x{one.setting}") for one in made.trials]
    return replace(made, settings=plans, trials=trials)


def test_settings_of_other_keys_are_paired_by_name_and_columns(before):
    beside = side_by_side(before, kept("after", rekeyed(before.study)))
    assert beside.is_same
    assert {pair.by for pair in beside.pairs} == {"name"}
    slower = rekeyed(before.study, learning_rate="0.5")  # which no name says
    with pytest.raises(BadInputError, match="have no setting in common"):
        side_by_side(before, kept("after", slower))


def test_candidates_are_compared_bit_by_bit_and_get_no_verdict():
    scored = replace(PLAIN, rule=HoldOut(held_out=0.2))
    one, other = ({ALONE: [0.8, 0.81], scored: [0.7, last]} for last in (0.71, 0.72))
    beside = side_by_side(recorded("a", one), recorded("b", other))
    assert [pair.verdict is None for pair in beside.pairs] == [False, True]
    assert beside.pairs[1].figures["test/accuracy"] == pytest.approx(0.01)
    assert "Candidates that differ" in written([beside], Form.TEXT)
    assert sentences(beside)[0].endswith(
        "1 reported setting, the same to the bit; candidates differ."
    )


def test_attempts_of_the_published_protocol_are_not_tested():
    tried = replace(PLAIN, protocol="published")
    one, other = ({ALONE: [0.8, 0.8], tried: v} for v in ([0.7, 0.71], [0.8, 0.82]))
    pair = side_by_side(recorded("a", one), recorded("b", other)).pairs[1]
    assert math.isnan(pair.verdict.p)
    assert not pair.has_moved
    assert pair.verdict.found.mean == pytest.approx(0.105)


@pytest.fixture
def beside(before):
    return side_by_side(before, recorded("after", values(7)))


def test_text_is_whole_at_80_columns(beside):
    text = written([beside], Form.TEXT)
    assert max(map(len, text.splitlines())) <= 80
    for pair in beside.reported:
        found = pair.verdict.found
        assert f"{found.mean:+.3f} [{found.low:+.3f}, {found.high:+.3f}]" in text
        assert all(word in text.split() for word in pair.name.split())  # whole, over lines
    wide = written([beside], Form.TEXT, width=140)
    assert "mean of the first" in wide
    assert all(pair.name in wide for pair in beside.reported)


def test_csv_has_every_figure_in_full_precision(beside):
    lines = list(csv.DictReader(io.StringIO(written([beside], Form.CSV))))
    assert [float(line["difference"]) for line in lines] == [
        pair.verdict.found.mean for pair in beside.pairs
    ]
    assert {line["seeds_same_to_the_bit"] for line in lines} == {"0"}
    assert "test/accuracy" in lines[0]["figures_that_differ"].split()


def test_the_page_is_one_file_that_needs_no_other(beside):
    page = written([beside, beside], Form.HTML)
    assert not any(sign in page for sign in ("http:", "https:", " src=", "<link", "@import"))
    assert page.count("<h3>What differs") == 2
    for sentence in sentences(beside):
        assert sentence in page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_in_a_browser(beside, browser, scheme, tmp_path):
    path = tmp_path / "beside.html"
    path.write_text(written([beside, beside], Form.HTML))
    for width in (390, 1440):
        options = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
        tab, wrong, asked = opened(browser, path, **options)
        assert (wrong, asked) == ([], [path.as_uri()])
        assert violations(tab) == []
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        tab.close()
