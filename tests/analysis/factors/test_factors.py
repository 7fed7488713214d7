"""Ladders and sizes of invented studies: who is whose control, what is said, what is refused."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest
from invented import study

from analysis.evidence.differences import gaps
from analysis.evidence.family import Family
from analysis.evidence.rows import rows_of
from analysis.factors import factor_sentences, factor_views
from analysis.factors.ladder import beyond, ladders
from analysis.factors.sizes import sizes_of
from analysis.figures.factors import labels as labels_figure
from analysis.figures.factors import ladder as ladder_figure
from analysis.tables.formats import Format, render
from search_spaces.base.catalogue import load
from search_spaces.labels import SIZES
from search_spaces.labels import rows as rows_of_size
from search_spaces.pairs.fonts import SPACE as FONTS
from search_spaces.rows.controls import by_untrained, controls_of, selected_alone, smoothed
from search_spaces.rows.garments import ON_BIG, ON_MNIST, SMALL_ALONE
from trainables.data.measures import ACCURACY
from trainables.objectives import ClassMeans, Hinton

N = 12
NOISE = np.random.default_rng(0).normal(0, 0.001, (99, N))
MEANS, SHUFFLED = controls_of(ON_BIG)
GAINS = {
    selected_alone(ON_BIG, by="cross_entropy"): 0.004,
    smoothed(ON_BIG): 0.005,
    MEANS: 0.010,
    SHUFFLED: 0.009,
    by_untrained(ON_BIG): -0.002,
    ON_BIG: 0.020,
    replace(ON_BIG, objective=Hinton()): 0.02,
}


def invented(gains, alone=SMALL_ALONE, level=0.8, looks=()):
    values = {alone: level + 5 * NOISE[-1]}
    values |= {
        setting: level + 5 * NOISE[-1] + gain + NOISE[place]
        for place, (setting, gain) in enumerate(gains.items())
    }
    return rows_of(study({s: [*map(float, v)] for s, v in values.items()}, seeds=N, looks=looks))


def test_a_ladder_is_a_teacher_s_row_with_what_carries_less():
    rows = invented(GAINS)
    (one,) = ladders(rows)
    assert one.taught.planned.key == ON_BIG.key
    assert [row.carries for row in one.controls] == [
        "uniform", "class means", "answers exchanged in class", "untrained network",
    ]  # fmt: skip
    assert [row["schedule"] for row in one.others] == ["selected epoch by cross-entropy"]


def test_an_untrained_network_is_a_control_of_all_that_teach_under_its_link():
    one, other = ladders(invented({**GAINS, ON_MNIST: 0.0}))
    assert other.taught.planned.key == ON_MNIST.key
    assert [row.carries for row in other.controls] == ["uniform", "untrained network"]
    assert one.controls[-1] is other.controls[-1]


def test_controls_of_another_weight_temperature_schedule_or_link_are_not_its_own():
    other = replace(MEANS.objective, hard_label_weight=0.3)
    warm = replace(MEANS.objective, temperature=2)
    longer = replace(MEANS.schedule, epochs=60)
    strangers = {
        replace(MEANS, objective=other): 0.01,
        replace(MEANS, objective=warm): 0.01,
        replace(MEANS, schedule=longer): 0.01,
        controls_of(ON_MNIST)[0]: 0.01,
    }
    assert not [
        one for one in ladders(invented({ON_BIG: 0.02, **strangers}))
        if one.taught.planned.key == ON_BIG.key
    ]  # fmt: skip


def test_shares_are_of_the_seeds_own_gains():
    rows = invented(GAINS)
    (one,) = ladders(rows)
    found = one.share(one.controls[1], ACCURACY, Family(rows))
    mine, whole = (gaps(row, one.alone, ACCURACY) for row in (one.controls[1], one.taught))
    assert found.value == pytest.approx(sum(mine.values()) / sum(whole.values()))
    assert found.low < 0.5 < found.high
    said = " ".join(factor_sentences(rows))
    assert "Of the gain of Small ← FashionMNIST-Big, no φ in test accuracy" in said
    assert f"{found.value:.0%} [{found.low:.0%}, {found.high:.0%}] by class means" in said


def test_until_decided_shares_and_labels_say_that_they_hold_at_all_looks():
    once, looked = (invented(GAINS, looks=looks) for looks in ((), (10, 20)))
    both = [
        ladders(rows)[0].share(ladders(rows)[0].controls[1], ACCURACY, Family(rows))
        for rows in (once, looked)
    ]
    assert [found.n for found in both] == [12, 10]
    assert both[1].high - both[1].low > both[0].high - both[0].low
    assert "(95 %, Fieller, n = 12)" in " ".join(factor_sentences(once))
    assert "(95 % at all looks, Fieller, n = 10)" in " ".join(factor_sentences(looked))
    (drawn,) = ladder_figure.draw(looked)
    assert "95 % at all looks, Fieller" in drawn.caption
    assert all("[95 % at all looks, Fieller]" in view.note for view in factor_views(looked))


def test_without_a_gain_nothing_is_shared():
    rows = invented({**GAINS, ON_BIG: 0.0})
    (one,) = ladders(rows)
    assert one.share(one.controls[1], ACCURACY, Family(rows)) is None
    said = " ".join(factor_sentences(rows))
    assert "no gain in test accuracy is shown: equivalent within ±0.005" in said
    assert "are reached" not in said


def test_what_the_teacher_adds_to_its_controls_is_a_family_of_its_own():
    rows = invented(GAINS)
    found = ladders(rows)
    said = beyond(found, ACCURACY)
    assert len(said) == len(found[0].rivals) == 5
    assert {verdict.of for verdict in said.values()} == {5}
    assert {str(verdict.word) for verdict in said.values()} == {"better"}


def test_the_views_have_a_line_for_each_rung_below_the_row():
    views = [*factor_views(invented(GAINS))]
    assert [len(view.table) for view in views] == [7, 7]
    assert views[0].table["soft labels"].tolist()[::6] == [
        "FashionMNIST-Big, no φ", "· the teacher itself",
    ]  # fmt: skip
    assert views[0].table["share"].tolist()[-1] == "100%"
    by_accuracy, by_entropy = factor_views(by_labels())
    assert len(by_accuracy.table) == len(by_entropy.table) == 5 * len(SIZES)


def test_their_latex_is_ascii():
    found = study({setting: [0.8, 0.81] for setting in (SMALL_ALONE, *GAINS)}, seeds=2)
    views = [*factor_views(rows_of(found)), *factor_views(by_labels())]
    assert len(views) == 4
    assert render(found, rows_of(found), Format.LATEX, [], views).isascii()


def test_a_control_of_a_user_s_own_stands_below_the_teacher_itself():
    @dataclass(frozen=True, kw_only=True)
    class Halved(ClassMeans):
        carries: ClassVar[str] = "half of it"

    own = Halved(hard_label_weight=0.5)
    (one,) = ladders(invented({**GAINS, replace(ON_BIG, objective=own): 0.01}))
    assert [row.carries for row in one.controls][-2:] == ["untrained network", "half of it"]


def test_a_control_is_no_printed_row_and_has_a_ladder_in_other_spaces_too():
    rows = invented(GAINS)
    assert not [row for row in rows if row.is_control and row.printed]
    assert [row.printed is None for row in rows if not row.has_teacher] == [False, True, True]
    fonts = rows_of(study(dict.fromkeys(FONTS.settings, (0.8, 0.9))))
    assert [one.taught["student_network"] for one in ladders(fonts)] == [
        "Perceptron 64", "ConvNet 8-16",
    ]  # fmt: skip


# ---- labels ----


def by_labels():
    """Alone 0.1 more for ten times the labels; its teacher is worth 0.03, the VAE's nothing."""
    gains = (0.0, 0.0, 0.03, 0.0, -0.2)
    return rows_of(
        study(
            {
                setting: [
                    float(0.6 + 0.1 * np.log10(size / 100) + gain + 5 * NOISE[-1, seed]
                          + NOISE[5 * place + kind, seed])
                    for seed in range(N)
                ]
                for place, size in enumerate(SIZES)
                for kind, (setting, gain) in enumerate(zip(rows_of_size(size), gains, strict=True))
            },
            seeds=N,
        )
    )  # fmt: skip


def test_each_size_has_its_own_student_alone():
    for row in by_labels():
        assert row.alone
        assert row.alone.labelled == row.labelled
        assert f"Small of {row.labelled:,} " in row.label


def test_labels_saved_are_those_of_the_formula():
    (one,) = sizes_of(by_labels())
    assert [curve.label for curve in (one.alone, *one.others)] == [
        "alone",
        "alone (selected epoch by cross-entropy)",
        "← FashionMNIST-Big, no φ",
        "← MNIST-Big, φ VAE (small)",
        "← GeneratedMNIST-Big, φ VAE (small)",
    ]
    found = one.needed(one.others[1].points[1_000], ACCURACY)
    assert found.value == pytest.approx(1_000 * 10**0.3, rel=0.03)
    assert found.low < 1_000 * 10**0.3 < found.high
    assert one.needed(one.others[1].points[10_000], ACCURACY).value == np.inf
    said = factor_sentences(by_labels())
    assert said[2].startswith("Small ← FashionMNIST-Big, no φ, in labels of the student alone by")
    assert "10,000 are worth > 10,000 (better) (95 %" in said[2]
    assert len(said) == 4 * 2


def test_one_size_is_no_curve():
    assert sizes_of(invented(GAINS)) == []


def test_figures_show_what_the_rows_say():
    (drawn,) = ladder_figure.draw(invented(GAINS))
    accuracy = drawn.figure.axes[0]
    assert [text.get_text() for text in accuracy.get_yticklabels()][-1] == "the teacher itself"
    assert drawn.title.startswith(
        "Small ← FashionMNIST-Big, no φ against answers exchanged in class"
    )
    levels, saved = labels_figure.draw(by_labels())
    assert (levels.name, saved.name) == ("labels", "labels_saved")
    assert "better with 100, 300, 1,000, 3,000, 10,000 labels" in levels.title
    assert "1,000 labels are worth" in saved.title
    assert not [*labels_figure.draw(invented(GAINS))]
    assert not [*ladder_figure.draw(by_labels())]


@pytest.mark.parametrize("name", ["controls", "labels"])
def test_the_spaces_have_what_their_figures_need(name):
    space = load(name)
    rows = rows_of(study(dict.fromkeys(space.settings, (0.8, 0.9))))
    if name == "labels":
        (one,) = sizes_of(rows)
        assert [[*curve.points] for curve in one.others] == [[*SIZES]] * 4
        teachers = {s.teacher for s in space.settings if s.teacher and s.link.name == "identity"}
        assert len(teachers) == 1  # one for all sizes
    else:
        found = ladders(rows)
        assert [len(one.controls) for one in found] == [5, 5, 5]
        assert [len(one.others) for one in found] == [2, 2, 2]
        assert {search.settings for search in space.searches} == {16}
