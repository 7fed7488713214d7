"""The table from records: means, order, published values, failures, formats."""

import io
import statistics

import pandas as pd
import pytest

from analysis.published import TABLE_3, row_of
from analysis.records import Record
from analysis.table import Format, build, chosen_by_validation, printable, render
from search_spaces.rows import ON_BIG, ON_MNIST, SMALL_ALONE, on_mnist_vae
from trainables.settings import Trial, published


def record(setting, seed, accuracy, status="FINISHED", **metrics):
    trial = Trial(setting=setting, seed=seed)
    metrics = {"test/accuracy": accuracy, "test/cross_entropy": 1 - accuracy, **metrics}
    return Record(
        key=trial.key,
        setting=setting.key,
        setting_name=setting.name(),
        seed=seed,
        status=status,
        metrics=metrics if status == "FINISHED" else {},
        parameters={name: str(value) for name, value in setting.columns().items()},
        failure=None if status == "FINISHED" else "the training loss is nan in epoch 3",
    )


ACCURACIES = [0.79, 0.80, 0.83]


@pytest.fixture
def records():
    found = [record(ON_BIG, seed, value) for seed, value in enumerate(ACCURACIES)]
    found += [record(SMALL_ALONE, seed, value - 0.02) for seed, value in enumerate(ACCURACIES)]
    found += [record(published(ON_BIG), seed, value) for seed, value in enumerate(ACCURACIES)]
    return found


def test_means_and_standard_deviations(records):
    row = build(records).query("teacher == 'FashionMNIST-Big' and protocol == 'corrected'").iloc[0]
    assert row["n"] == 3
    assert row["test/accuracy"] == pytest.approx(statistics.fmean(ACCURACIES))
    assert row["test/accuracy_std"] == pytest.approx(statistics.stdev(ACCURACIES))
    assert row["published/accuracy"] == 0.812


def test_rows_follow_table_3(records):
    table = build(records)
    assert table["teacher"].tolist() == ["—", "FashionMNIST-Big", "FashionMNIST-Big"]
    assert table["protocol"].tolist() == ["corrected", "corrected", "published"]


def test_nothing_is_averaged_over_survivors(records):
    table = build([*records, record(ON_BIG, 3, 0, status="FAILED")])
    row = table.query("teacher == 'FashionMNIST-Big' and protocol == 'corrected'").iloc[0]
    assert (row["n"], row["failed"]) == (3, 1)
    assert pd.isna(row["test/accuracy"])
    shown = printable(table)
    assert "failed" in shown
    assert "—" in shown["test accuracy"].tolist()


def test_one_seed_has_no_standard_deviation():
    shown = printable(build([record(ON_BIG, 0, 0.8)]))
    assert shown["test accuracy"].tolist() == ["0.800"]


def test_other_settings_have_no_published_value():
    from dataclasses import replace

    for setting in (
        replace(ON_BIG, temperature=2),
        replace(ON_BIG, hard_label_weight=0.25),
        replace(ON_BIG, held_out=0.2),
    ):
        assert "published/accuracy" not in build([record(setting, 0, 0.8)])


def test_every_row_of_table_3_is_found():
    places = [row_of(*key)[0] for key in TABLE_3]
    assert places == list(range(9))
    columns = published(on_mnist_vae("all")).columns()
    printed = row_of(columns["student"], columns["teacher"], columns["link"])[1]
    assert printed == (0.804, 0.625)
    assert row_of("FashionMNIST-Small", "MNIST-Big", "identity")[1] == (0.480, 1.241)
    assert row_of("FashionMNIST-Small", "MNIST-Big", "mirror") == (9, None)


def test_csv_reads_back_equal(records):
    table = build(records)
    again = pd.read_csv(io.StringIO(render(table, Format.CSV)))
    pd.testing.assert_frame_equal(again, table, check_dtype=False)


def test_markdown_and_latex(records):
    table = build(records)
    markdown = render(table, Format.MD).splitlines()
    assert len(markdown) == 2 + len(table)
    assert len({line.count("|") for line in markdown}) == 1
    assert "0.807 ± 0.021" in markdown[3]
    latex = render(table, Format.LATEX)
    assert latex.isascii()  # compiles with pdflatex as it stands
    assert r"0.807 $\pm$ 0.021" in latex


def test_validation_chooses_and_test_does_not():
    from dataclasses import replace

    alone, good, lucky = (
        replace(s, held_out=0.2)
        for s in (SMALL_ALONE, ON_BIG, replace(ON_MNIST, hard_label_weight=0.9))
    )
    found = []
    for seed in range(3):
        found.append(record(alone, seed, 0.70 + seed / 100, **{"validation/accuracy": 0.6}))
        found.append(record(good, seed, 0.75 + seed / 100, **{"validation/accuracy": 0.8}))
        found.append(record(lucky, seed, 0.90, **{"validation/accuracy": 0.7}))
    first, second = chosen_by_validation(found)
    assert "FashionMNIST-Big" in first
    assert "0.760 ± 0.010" in first
    assert "+0.050 [+0.050, +0.050]" in second
    assert build(found)["validation/accuracy"].tolist() == pytest.approx([0.8, 0.7, 0.6])
