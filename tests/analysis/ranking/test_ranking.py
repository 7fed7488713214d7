"""Ways that were tuned alike: who ranks where, how sure that is, and over several studies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented_ways import MEANS, NOISE, fair

from analysis.evidence.rows import rows_of
from analysis.figures.factors import ways
from analysis.ranking import ranking_sentences, ranking_views
from analysis.ranking.across import across, across_views
from analysis.ranking.ranks import ranks
from analysis.ranking.ways import ways_of
from analysis.sections import answer, sentences_beside_tables, verdict_views
from analysis.tables.views import AGAINST_ALONE

TABLES = st.integers(2, 5).flatmap(
    lambda ways: st.lists(
        st.lists(st.integers(0, 50), min_size=ways, max_size=ways), min_size=2, max_size=6
    )
)


@given(TABLES, st.sampled_from([-1, 1]))
def test_ranks_are_places_among_the_means_and_lie_in_their_intervals(by_seed, sign):
    values = [dict(enumerate(float(v) for v in column)) for column in zip(*by_seed, strict=True)]
    found = ranks(values, sign)
    means = [sign * sum(each.values()) for each in values]
    for one, mean in zip(found, means, strict=True):
        better, equal = sum(m > mean for m in means), sum(m == mean for m in means)
        assert one.rank == better + (equal + 1) / 2
        assert 1 <= one.low <= one.high <= len(values)
    assert sum(one.rank for one in found) == len(values) * (len(values) + 1) / 2


def test_who_wins_at_every_seed_is_surely_first_and_equals_are_not():
    first, second = {0: 0.9, 1: 0.8, 2: 0.95}, {0: 0.7, 1: 0.6, 2: 0.9}
    third = {0: 0.6, 1: 0.7, 2: 0.89}
    one, two, three = ranks([first, second, third], 1)
    assert (one.rank, one.low, one.high) == (1, 1, 1)
    assert two.low == three.low == 2
    assert two.high == three.high == 3


def test_the_table_is_of_what_was_chosen_beside_the_student_alone_tuned_too():
    rows = rows_of(fair())
    ways = ways_of(rows)
    assert ways.alone.name == "alone"
    assert ways.every[0].name == "decoupled"
    assert ways.settings == 2
    assert {way.search_seconds for way in ways.every} == {2 * 3 * 2.0}
    quality, cost = ranking_views(rows)
    lines = quality.table.set_index("way")
    assert lines.loc["decoupled", "verdict"] == "better"
    assert lines.loc["fitnets", "verdict"] == "worse"
    assert lines.loc["alone", "verdict"] == "—"
    assert lines.loc["fitnets", "rank"] == "10 [10, 10]"
    assert cost.table["labels"].iloc[0] == "60,000"
    gap = np.mean(NOISE[4] - NOISE[0]) + MEANS["decoupled"] - MEANS["alone"]
    assert lines.loc["decoupled", "Δ accuracy"].startswith(f"{gap:+.3f}")


def test_three_sentences_say_what_to_use_what_it_takes_and_what_to_leave():
    use, takes, leave = ranking_sentences(rows_of(fair()))
    assert answer(rows_of(fair())) == use
    assert use.startswith("Use decoupled: of 9 ways, each tuned with 2 settings")
    assert "are decoupled, lambda; it has +0.01" in use
    assert "60,000 labels" in takes
    assert takes.endswith("worse than the best of them, decoupled: decoupled, lambda.")
    assert leave.startswith("Leave link_none, fitnets, worse than the student alone; equivalent")


def test_they_have_a_plot_with_what_won_on_its_axis_and_a_table_for_what_is_compared():
    """Most ways are as good as alone: a window of the usual would leave the winners out."""
    rows = rows_of(fair())
    (drawn,) = ways.draw(rows)
    assert drawn.title.endswith("2 better, 2 worse, 5 equivalent")
    (axes,) = drawn.figure.axes
    assert axes.get_xlim()[1] > MEANS["decoupled"] - MEANS["alone"]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels[0] == "decoupled (n 10)"
    first, more = verdict_views(rows, 60)
    assert [view.title for view in first] == ["Ways to learn, tuned alike"]
    titles = [view.title for view in more]
    assert len(set(titles)) == len(titles)
    assert {"What each way costs", AGAINST_ALONE} <= {*titles}
    (pairs,) = [view for view in more if view.title.startswith("What searches chose, against")]
    said = " ".join(sentences_beside_tables(rows))
    assert len(pairs.table) > 2
    assert "the best of 2 by" not in said
    assert said.count("tuned too, by alone") == 1


def test_where_none_is_better_the_student_alone_is_what_to_use():
    flat = dict.fromkeys(MEANS, 0.8)
    found = ranking_sentences(rows_of(fair(flat)))
    assert found[0].startswith("Use the student alone: of 9 ways")
    assert len(found) == 2


@pytest.mark.parametrize("lack", ["unchosen", "untrained"])
def test_nothing_is_ranked_until_every_way_was_chosen_and_trained_anew(lack):
    assert ways_of(rows_of(fair(**{lack: "relational"}))) is None


def test_a_way_of_which_a_student_failed_is_named_and_has_no_rank():
    rows = rows_of(fair(failing="relational"))
    ways = ways_of(rows)
    assert ways.failed == ["relational"]
    assert len(ways.every) == len(MEANS) - 1
    *_, last = ranking_sentences(rows)
    assert last == "Without a rank, since a student of it failed: relational."


def test_searches_of_unequal_budgets_are_not_ranked():
    rows = rows_of(fair(uneven=True))
    assert ways_of(rows) is None
    assert not list(ranking_views(rows))


def test_over_studies_a_gain_is_in_smallest_differences_that_matter():
    """δ is 0.005: a way that is 0.01 above alone at every seed of every study has a gain of 2."""
    same = np.repeat(NOISE[:1], len(MEANS), axis=0)
    means = dict.fromkeys(MEANS, 0.8) | {"lambda": 0.81, "fitnets": 0.7}
    studies = {name: ways_of(rows_of(fair(means, same + shift)))
               for name, shift in (("one", 0.0), ("two", 0.05))}  # fmt: skip
    found = across(studies)
    assert found["lambda"].gain == pytest.approx((2, 2, 2))
    assert found["lambda"].rank == pytest.approx((1, 1, 1))
    every_two = np.subtract.outer(NOISE[0] + 0.01, NOISE[0])
    assert found["lambda"].better.value == pytest.approx((every_two > 0).mean())
    assert found["fitnets"].better.value == 0
    assert found["hinton"].gain == pytest.approx((0, 0, 0), abs=1e-9)
    assert found["hinton"].better == pytest.approx((0.5, 0.5, 0.5), abs=0.2)
    together, each = across_views(studies)
    assert together.table["way"].iloc[0] == "lambda"
    assert list(each.table.columns) == ["way", "one", "two"]
