"""Ways to transfer beside each other, on invented values whose answer is known."""

from dataclasses import replace

import pytest
from invented import record, study

from analysis.evidence.differences import cost
from analysis.evidence.rows import rows_of
from analysis.figures import forest, maps
from analysis.methods.comparison import lines_of, transfer_views
from analysis.methods.sentences import transfer_sentences
from analysis.papers.methods import OF_DIGITS, OF_GARMENTS
from analysis.tables.columns import build
from search_spaces.base.catalogue import load
from search_spaces.rows.garments import ON_BIG, SMALL_ALONE, TRAIN_ALONE
from trainables.links.fixed import Dilation
from trainables.methods.adversarial.adda import Adda
from trainables.methods.adversarial.dann import Dann
from trainables.methods.data_free.dafl import DataFree
from trainables.methods.data_free.generators import PixelScale
from trainables.methods.self_supervised.barlow_twins import BarlowTwins
from trainables.objectives import Distillation
from trainables.schedule import Schedule
from trainables.settings.setting import without_method

ALONE = [0.80, 0.81, 0.79, 0.80, 0.80]
DANN = replace(SMALL_ALONE, method=Dann(source_link=Dilation()))
BARE = replace(SMALL_ALONE, method=Dann(source_link=Dilation(), adapt=False))
BARLOW = replace(SMALL_ALONE, method=BarlowTwins())
FREE = replace(
    ON_BIG,
    method=DataFree(pixels=PixelScale(0.29, 0.35)),
    objective=Distillation(hard_label_weight=0, temperature=4),
)


def shifted(by, noise=(0.001, -0.001, 0.0, 0.002, -0.002)):
    return [a + by + n for a, n in zip(ALONE, noise, strict=True)]


@pytest.fixture
def rows():
    values = {
        SMALL_ALONE: ALONE,
        ON_BIG: shifted(0.01),
        DANN: [0.6, 0.8, 0.4, 0.7, 0.5],
        BARE: [0.70, 0.71, 0.70, 0.69, 0.70],
        BARLOW: shifted(0.02),
        FREE: shifted(-0.3),
    }
    return rows_of(study(values))


def test_methods_are_compared_with_the_student_alone(rows):
    lines = lines_of(rows)
    assert [line.row.method for line in lines] == [
        "barlow_twins + Small",
        "dann ← dilation of FashionMNIST (source only)",
        "dann ← dilation of FashionMNIST",
        "data_free",
    ]
    assert lines[0].gain.mean == pytest.approx(0.02)
    assert lines[0].gain.supported
    assert lines[0].verdict.word == "better"
    said = "\n".join(transfer_sentences(rows))
    assert "Of 4 rows 1 are better than the student alone in accuracy: barlow_twins" in said
    assert "barlow_twins + Small gains most: +0.020 [" in said
    assert "data_free 0.500, 0.490. Chance is one divided by" in said
    assert "; 3 are worse, 0 equivalent within ±0.005" in said
    assert (
        "the student alone (0.007) over seeds have dann ← dilation of FashionMNIST 0.158." in said
    )


WITH_SMALL = replace(
    FREE,
    method=replace(FREE.method, small=True),
    objective=Distillation(hard_label_weight=0.5, temperature=4),
    schedule=Schedule(epochs=10, batch_size=256),
)


def test_what_learns_a_teacher_s_answers_too_must_beat_them_alone():
    """+0.02 over the student alone, of which the teacher's answers alone give +0.02, or 0."""
    control = without_method(WITH_SMALL)
    assert control.schedule.epochs == 256
    assert (control.method, control.objective) == (None, WITH_SMALL.objective)
    for taught, word, more in ((0.02, "equivalent", ""), (0.0, "better", "data_free + Small")):
        noise = (0.0005, -0.0005, 0.0, 0.0004, -0.0004)
        values = {SMALL_ALONE: ALONE, WITH_SMALL: shifted(0.02), control: shifted(taught, noise)}
        if taught:
            values[WITH_SMALL] = [v + n / 2 for v, n in zip(values[control], noise, strict=True)]
        rows = rows_of(study(values))
        (line,) = view_of(rows, "Beside the same student without it").to_dict("records")
        assert (line["method"], line["epochs"], line["verdict"]) == (
            "data_free + Small", "256", word,
        )  # fmt: skip
        said = " ".join(transfer_sentences(rows))
        assert (
            f"with as many passes, {int(word == 'better')} are better ({more or 'none'})" in said
        )
        assert ("data_free + Small gains most" in said) is (word == "better")


def view_of(rows, title):
    return next(view.table for view in transfer_views(rows) if view.title == title)


def test_methods_of_small_s_labels_are_compared_with_the_study_s_own_teacher():
    better = [v + 0.03 + k / 1000 for k, v in enumerate(ALONE)]
    rows = rows_of(study({SMALL_ALONE: ALONE, ON_BIG: ALONE, BARLOW: better, FREE: ALONE}))
    (line,) = view_of(rows, "Beside the study's own teachers").to_dict("records")
    assert line["method"] == "barlow_twins + Small"
    assert line["teacher's student"] == "Small ← FashionMNIST-Big, no φ"
    assert line["Δ teacher's"] == "+0.032 [+0.030, +0.034]"
    assert line["verdict"] == "better"
    assert (
        "Of the 1 rows that read Small's labels alone 1 are better and 0 worse than Small ← "
        "FashionMNIST-Big, no φ, 0 equivalent."
    ) in transfer_sentences(rows)


def test_adaptation_is_compared_with_the_source_alone_without_a_student_alone_too(rows):
    (line,) = view_of(rows, "With and without adaptation").to_dict("records")
    assert line["method"] == "dann ← dilation of FashionMNIST"
    assert (line["source alone"], line["adapted"]) == ("0.700 ± 0.007", "0.600 ± 0.158")
    assert line["Δ"].startswith("-0.100 [-0.295, +0.095]")
    assert line["verdict"].startswith("undecided, +")
    gains = [v + 0.05 + k / 1000 for k, v in enumerate(ALONE)]
    alone = rows_of(study({DANN: gains, BARE: ALONE}))
    (line,) = view_of(alone, "With and without adaptation").to_dict("records")
    assert line["Δ"].startswith("+0.052 [")


def test_adda_carries_its_source_only_accuracy_with_it():
    adda = replace(SMALL_ALONE, method=Adda(source_link=Dilation()))
    trials = [
        record(adda, seed, 0.7 + seed / 100, **{"source_only/test_accuracy": 0.6 + seed / 100})
        for seed in range(5)
    ]
    rows = rows_of(study({SMALL_ALONE: ALONE, adda: []}, trials=trials))
    (line,) = view_of(rows, "With and without adaptation").to_dict("records")
    assert line["Δ"].startswith("+0.100")


def test_the_view_says_what_it_costs(rows):
    view = next(transfer_views(rows))
    first = view.table.iloc[0]
    assert first["method"] == "barlow_twins + Small"
    assert first["gets"] == "unlabelled FashionMNIST-Big + Small"
    assert first["labels"] == "1,000"
    dann = view.table[view.table["method"] == "dann ← dilation of FashionMNIST"].iloc[0]
    assert dann["labels"] == "59,000"
    taught = rows_of(study({FREE: []}, trials=[record(FREE, 0, 0.5, **{"teacher/seconds": 20.0})]))
    assert cost(taught[0]) == 20.5


def test_bounds_stand_in_the_same_table():
    best = [0.88, 0.89, 0.87, 0.88, 0.88]
    taught = [
        record(ON_BIG, seed, 0.81 + seed / 1000, **{"teacher/test_accuracy": best[seed]})
        for seed in range(5)
    ]
    found = {TRAIN_ALONE: best, SMALL_ALONE: ALONE, ON_BIG: [], BARLOW: shifted(0.02)}
    table = view_of(rows_of(study(found, trials=taught)), "Ways to transfer").set_index("method")
    assert list(table.index) == [
        "Train alone",
        "teacher of FashionMNIST-Big",
        "barlow_twins + Small",
        "Small ← FashionMNIST-Big, no φ",
        "Small alone",
    ]
    assert list(table["labels"]) == ["60,000", "59,000", "1,000", "1,000", "1,000"]
    assert table["Δ alone"]["teacher of FashionMNIST-Big"] == "+0.080 [+0.080, +0.080]"
    assert table["Δ alone"]["Small alone"] == ""
    assert list(table["verdict"]) == ["—", "", "better", "better", "—"]


def test_published_figures_stand_beside_ours():
    known = load("transfer_known")
    labels = {s.method.label(s.target) for s in known.settings}
    assert set(OF_DIGITS) <= labels
    published = load("bayesian_known").settings
    assert list(OF_GARMENTS) == [s.method.label(s.target) for s in published]
    setting = next(s for s in known.settings if s.method.label(s.target) == "fedavg IID")
    trials = [record(setting, k, 0.97, rounds_to_goal=80.0 + k) for k in range(3)]
    (view,) = transfer_views(rows_of(study({setting: []}, seeds=3, trials=trials)))
    assert view.title == "Beside the published figures"
    line = view.table.iloc[0]
    assert (line["printed"], line["ours"]) == ("87", "81 ± 1")
    short = [record(setting, 0, 0.97, rounds_to_goal=80.0), record(setting, 1, 0.96)]
    (view,) = transfer_views(rows_of(study({setting: []}, seeds=2, trials=short)))
    assert view.table.iloc[0]["ours"] == "1 of 2 seeds within 150 rounds"
    trials = [record(published[0], k, 0.8, mean_test_cross_entropy=0.8) for k in range(3)]
    (view,) = transfer_views(rows_of(study({published[0]: []}, seeds=3, trials=trials)))
    assert tuple(view.table.iloc[0][["printed", "ours"]]) == ("0.8279", "0.800 ± 0.000")


def test_methods_are_no_rows_of_table_3_and_no_points_of_a_map(rows):
    table = build(rows)
    assert table.set_index("name")["printed_accuracy"].notna().sum() == 2  # alone, and ON_BIG
    assert set(table["method"].dropna()) == {row.method for row in rows[2:]}
    assert list(maps.draw(rows)) == []
    assert [drawn.name for drawn in forest.draw(rows)] == ["forest"]


def test_a_study_without_methods_has_no_such_section():
    rows = rows_of(study({SMALL_ALONE: ALONE, ON_BIG: shifted(0.01)}))
    assert list(transfer_views(rows)) == []
    assert transfer_sentences(rows) == []
