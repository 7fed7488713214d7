"""The table from records: means, comparisons, order, printed values, lacks, formats."""

import io
import json
import math
import re
import shutil
import statistics
import subprocess
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from invented import record, study
from scipy import stats

from analysis.audits.fashion import audited
from analysis.evidence.choice import choice
from analysis.evidence.family import Family
from analysis.evidence.rows import lacks, rows_of
from analysis.evidence.selection import chosen
from analysis.evidence.sentences import evidence
from analysis.evidence.verdicts import Word
from analysis.papers.tables import TABLE_3, place_of
from analysis.tables.columns import build
from analysis.tables.formats import Format, render
from analysis.tables.views import views
from search_spaces.paper_table import NINE_ROWS
from search_spaces.rows.garments import ON_BIG, ON_MNIST, SMALL_ALONE, on_mnist_vae
from search_spaces.rows.published import published
from study.planning.seeds import LOOKS
from trainables.data.domains import FASHION_MNIST, MNIST
from trainables.objectives import Distillation

ALONE = [0.79, 0.80, 0.80, 0.81, 0.80]
TAUGHT = [0.81, 0.81, 0.83, 0.82, 0.80]
SEARCHED = replace(on_mnist_vae("small"), held_out=0.2)


@pytest.fixture
def invented():
    return study({ON_BIG: TAUGHT, SMALL_ALONE: ALONE, published(ON_BIG): TAUGHT})


def line(found, **wanted):
    table = build(rows_of(found))
    for name, value in wanted.items():
        table = table[table[name] == value]
    return table.iloc[0]


def test_means_deviations_and_intervals(invented):
    row = line(invented, teacher="FashionMNIST-Big", protocol="corrected")
    assert row["n"] == 5
    assert row["accuracy"] == pytest.approx(statistics.fmean(TAUGHT))
    assert row["accuracy_std"] == pytest.approx(statistics.stdev(TAUGHT))
    half = 2.7764 * statistics.stdev(TAUGHT) / math.sqrt(5)
    assert row["accuracy_high"] - row["accuracy"] == pytest.approx(half, rel=1e-4)
    assert (row["printed_accuracy"], row["printed_cross_entropy"]) == (0.812, 0.560)
    assert row["accuracy_minus_printed"] == pytest.approx(statistics.fmean(TAUGHT) - 0.812)


def test_the_comparison_is_seed_by_seed(invented):
    row = line(invented, teacher="FashionMNIST-Big", protocol="corrected")
    expected = stats.ttest_rel(TAUGHT, ALONE)
    assert row["accuracy_difference"] == pytest.approx(np.mean(TAUGHT) - np.mean(ALONE))
    assert row["accuracy_difference_p"] == pytest.approx(expected.pvalue)
    assert row["accuracy_difference_low"] == pytest.approx(expected.confidence_interval().low)


def test_holm_s_family_is_the_rows_of_a_protocol():
    other = replace(ON_BIG, objective=Distillation(hard_label_weight=0.3))
    alone = {SMALL_ALONE: ALONE}
    single = line(study({**alone, ON_BIG: TAUGHT}), teacher="FashionMNIST-Big")
    two = study({**alone, ON_BIG: TAUGHT, other: ALONE[::-1], published(ON_BIG): TAUGHT})
    both = line(two, teacher="FashionMNIST-Big", **{"lambda": 0.5}, protocol="corrected")
    p = single["accuracy_difference_p"]
    assert single["accuracy_difference_p_holm"] == pytest.approx(p)
    assert both["accuracy_difference_p_holm"] == pytest.approx(2 * p)


def test_areas_over_other_epochs_are_not_compared():
    """A student of 81 epochs has the larger area for its length alone."""
    longer = replace(ON_BIG, schedule=replace(ON_BIG.schedule, epochs=81))
    area, settings = {"test/cross_entropy_integral": 30.0}, [SMALL_ALONE, ON_BIG, longer]
    trials = [record(one, s, 0.8, **area) for one in settings for s in (0, 1)]
    found = build(rows_of(study({one: [] for one in settings}, seeds=2, trials=trials))).set_index(
        "setting"
    )
    assert found.loc[ON_BIG.key, "S"] == 0
    assert math.isnan(found.loc[longer.key, "S"])
    assert found.loc[longer.key, "integral"] == 30


def test_s_is_the_integral_of_the_student_alone_minus_this_one_s():
    integral = "test/cross_entropy_integral"
    trials = [record(SMALL_ALONE, s, 0.8, **{integral: 40.0 + s}) for s in range(3)]
    trials += [record(ON_BIG, s, 0.8, **{integral: 30.0 + 2 * s}) for s in range(3)]
    row = line(study({SMALL_ALONE: [], ON_BIG: []}, 3, trials), teacher="FashionMNIST-Big")
    assert row["integral"] == pytest.approx(32)
    assert row["S"] == pytest.approx(9)  # 10, 9, 8
    assert row["S_low"] < 9 < row["S_high"]


def test_a_student_is_compared_with_its_own_kind_only():
    held_out = replace(ON_BIG, held_out=0.2)
    row = line(study({SMALL_ALONE: ALONE, held_out: TAUGHT}), held_out=0.2)
    assert math.isnan(row["accuracy_difference"])


def test_lambda_1_stands_in_for_the_student_alone():
    weightless = replace(ON_BIG, objective=Distillation(hard_label_weight=1))
    found = study({weightless: ALONE, ON_BIG: TAUGHT})
    gap = np.mean(TAUGHT) - np.mean(ALONE)
    assert line(found, **{"lambda": 0.5})["accuracy_difference"] == pytest.approx(gap)
    assert math.isnan(line(found, **{"lambda": 1.0})["accuracy_difference"])


def test_attempts_of_one_network_get_no_interval(invented):
    row = line(invented, protocol="published")
    assert row["accuracy_std"] == pytest.approx(statistics.stdev(TAUGHT))
    assert math.isnan(row["accuracy_low"])
    assert math.isnan(row["accuracy_difference_p"])


def test_rows_follow_table_3():
    mixed = [*reversed(NINE_ROWS), on_mnist_vae("small"), *map(published, NINE_ROWS)]
    table = build(rows_of(study(dict.fromkeys(mixed, ALONE))))
    assert table["protocol"].tolist() == ["corrected"] * 10 + ["published"] * 9
    assert [tuple(k) for k in table[["student", "link"]].to_numpy()[-9:].tolist()] == [
        (f"{target}-{split}", link or "—") for target, split, _, link in TABLE_3
    ]
    assert table["vae_labels"].tolist()[6:8] == ["all", "small"]


def test_nothing_is_averaged_over_survivors():
    reason = "the training loss is nan in epoch 3"
    found = study({ON_BIG: TAUGHT[:4], SMALL_ALONE: ALONE}, 5, [record(ON_BIG, 4, 0, reason)])
    row = line(found, teacher="FashionMNIST-Big")
    assert (row["n"], row["failed"]) == (4, 1)
    assert math.isnan(row["accuracy"])
    assert math.isnan(row["accuracy_difference"])
    (lack,) = lacks(rows_of(found))
    assert "1 of 5 seeds failed (seed 4: the training loss is nan in epoch 3)" in lack
    assert "python -m study.launch --space invented --retry-failed" in lack
    for form in (Format.MD, Format.LATEX):
        assert "nan in epoch 3" in render(found, rows_of(found), form, [lack])


def test_what_is_missing_is_said_with_the_command_that_fills_it():
    found = study({ON_BIG: TAUGHT[:3], SMALL_ALONE: []})
    assert line(found, teacher="FashionMNIST-Big")["n"] == 3
    said = " ".join(lacks(rows_of(found)))
    assert "3 of 5 seeds have ended: python -m study.launch --space invented --seeds 5" in said
    assert "not run yet" in said
    quality = next(views(rows_of(found))).table
    assert quality["n"].tolist() == ["0 of 5", "3 of 5"]


def test_a_number_of_its_own_is_what_a_setting_lacks_of():
    """`--seeds 5` would change that number too: the command that fills it gives none."""
    found = study({ON_BIG: TAUGHT, SMALL_ALONE: [0.8] * 2})
    found.settings[1] = replace(found.settings[1], seeds=range(3))
    (lack,) = lacks(rows_of(found))
    assert lack.endswith("2 of 3 seeds have ended: python -m study.launch --space invented")
    assert next(views(rows_of(found))).table["n"].tolist() == ["2 of 3", "5"]


def test_the_least_p_of_the_exact_test_counts_the_looks():
    values = {ON_BIG: [0.8 + 0.001 * k for k in range(10)], SMALL_ALONE: [0.8] * 10}
    for looks, least in (((), 2**-9), (LOOKS, 11 * 2**-9)):
        tests = list(views(rows_of(study(values, seeds=10, looks=looks))))[2]
        assert tests.note.endswith(f"cannot give less than p = {least:.2g}")


def test_rows_that_differ_in_epochs_alone_are_told_apart():
    """As a method's control with as many passes as it has."""
    longer = replace(ON_BIG, schedule=replace(ON_BIG.schedule, epochs=81))
    found = rows_of(
        study({SMALL_ALONE: [0.8] * 5, ON_BIG: TAUGHT, longer: TAUGHT, ON_MNIST: TAUGHT})
    )
    told = [row.label for row in found]
    assert told[1:3] == [f"Small ← FashionMNIST-Big, no φ, {n} epochs" for n in (50, 81)]
    assert "epochs" not in told[0] + told[3]
    students = next(views(found)).table["student"].tolist()
    assert students == ["Small", "Small, 50 epochs", "Small, 81 epochs", "Small"]


def test_one_seed_has_no_standard_deviation():
    quality = next(views(rows_of(study({ON_BIG: [0.8]}, seeds=1)))).table
    assert quality["test accuracy"].tolist() == ["0.800"]


def test_other_settings_have_no_printed_value():
    for setting in (
        replace(ON_BIG, objective=Distillation(temperature=2)),
        replace(ON_BIG, objective=Distillation(hard_label_weight=0.3)),
        replace(ON_BIG, held_out=0.2),
    ):
        rows = rows_of(study({setting: ALONE}))
        assert build(rows)["printed_accuracy"].isna().all()
        assert len(list(views(rows))) == 2


def test_every_row_of_table_3_is_found():
    found = study(dict.fromkeys(NINE_ROWS, ALONE))
    assert [row.place for row in rows_of(found)] == list(range(9))
    printed = [(row.printed.accuracy, row.printed.cross_entropy) for row in rows_of(found)]
    assert printed == [tuple(values) for values in TABLE_3.values()]
    assert place_of(FASHION_MNIST.name, "Small", MNIST.name, "mirror")[1] is None


# ---- what is chosen, and what is said ----


def searched(best_on_validation, best_on_test):
    worse = replace(SEARCHED, objective=Distillation(hard_label_weight=0.3))
    base = replace(SMALL_ALONE, held_out=0.2)
    trials = []
    for setting, validation, test in (
        (SEARCHED, best_on_validation, 0.80),
        (worse, best_on_validation - 0.05, best_on_test),
        (base, 0.5, 0.78),
    ):
        trials += [
            record(setting, s, test + s / 1000, **{"validation/accuracy": validation})
            for s in range(3)
        ]
    return study({SEARCHED: [], worse: [], base: []}, 3, trials)


def test_the_choice_is_by_validation_and_never_by_test():
    found = searched(best_on_validation=0.9, best_on_test=0.99)
    assert chosen(rows_of(found)).planned.key == SEARCHED.key
    said = choice(rows_of(found))
    assert "λ 0.5" in said[0]
    assert "0.801 ± 0.001" in said[1]
    assert "+0.020" in said[2]
    assert build(rows_of(found))["setting"].tolist()[0] == SEARCHED.key


def test_a_setting_with_a_failed_seed_is_not_chosen():
    found = searched(best_on_validation=0.9, best_on_test=0.99)
    found.trials.append(record(SEARCHED, 3, 0, "it broke"))
    assert chosen(rows_of(found)).number("lambda") == 0.3


def test_nothing_is_chosen_where_nothing_was_held_out(invented):
    assert chosen(rows_of(invented)) is None
    assert choice(rows_of(invented)) == []


def test_sentences_say_what_the_seeds_support():
    clear, vague = [v + 0.05 for v in ALONE], [v + 0.01 * (-1) ** i for i, v in enumerate(ALONE)]
    clear[0] += 0.001
    said = evidence(rows_of(study({SMALL_ALONE: ALONE, ON_BIG: clear, ON_MNIST: vague})))
    by_name = {s.partition(",")[0]: s for s in said if "test accuracy" in s}
    assert ": better: test accuracy +0.050" in by_name["Small ← FashionMNIST-Big"]
    assert ": undecided (some " in by_name["Small ← MNIST-Big"]
    assert "n = 5" in by_name["Small ← MNIST-Big"]


def test_sentences_of_settings_alike_but_for_numbers_tell_them_apart():
    hot = replace(ON_BIG, objective=Distillation(temperature=4))
    light = replace(ON_BIG, objective=Distillation(hard_label_weight=0.2))
    clear = [v + 0.05 + 0.001 * (i % 2) for i, v in enumerate(ALONE)]
    said = evidence(rows_of(study({SMALL_ALONE: ALONE, hot: clear, light: clear})))
    names = [s.split(": better")[0] for s in said if ": better: test accuracy" in s]
    big = "Small ← FashionMNIST-Big, no φ"
    assert names == [f"{big}, λ 0.5, T 4", f"{big}, λ 0.2, T 1"]


def test_a_difference_that_falls_to_the_correction_is_said_to():
    many = {replace(ON_BIG, objective=Distillation(temperature=t)): ALONE for t in range(2, 10)}
    many = {s: [v + 0.001 * ((i * 7 + k) % 5) for i, v in enumerate(ALONE)]
            for k, s in enumerate(many)}  # fmt: skip
    clear = [v + 0.014 + 0.006 * (-1) ** i for i, v in enumerate(ALONE)]
    rows = rows_of(study({SMALL_ALONE: ALONE, ON_BIG: clear, **many}))
    verdict = Family(rows).verdict(rows[1])
    assert verdict.found.supported
    assert verdict.word == Word.UNDECIDED


def test_the_audit_holds_printed_gains_against_intervals():
    gains = {
        "better": 0.016,
        "worse, against the printed sign": -0.05,
        "better, not the printed size": 0.05,
    }
    for verdict, gain in gains.items():
        ours = [v + gain + 0.001 * (i % 2) for i, v in enumerate(ALONE)]
        lines = audited(rows_of(study({SMALL_ALONE: ALONE, ON_BIG: ours})))
        assert [one.said() for one in lines] == ["", verdict]
    wide = [v + 0.05 * (-1) ** i for i, v in enumerate(ALONE)]
    lines = audited(rows_of(study({SMALL_ALONE: ALONE, ON_BIG: wide})))
    assert lines[1].said().startswith("undecided (some ")


# ---- formats ----


def test_csv_and_json_keep_every_figure(invented):
    rows = rows_of(invented)
    table = build(rows)
    text = render(invented, rows, Format.CSV, [])
    kept = {
        "objective.soft_term_times_t_squared": str
    }  # what reads like a boolean is a parameter's text
    back = pd.read_csv(io.StringIO(text), keep_default_na=False, na_values=[""], dtype=kept)
    pd.testing.assert_frame_equal(
        back, table.replace({"lack": {"": None}}), check_dtype=False, check_exact=True
    )
    read = json.loads(render(invented, rows, Format.JSON, []))
    assert read["space"] == "invented"
    assert [row["accuracy"] for row in read["rows"]] == table["accuracy"].tolist()
    assert read["rows"][-1]["accuracy_low"] is None


def test_markdown_is_a_table(invented):
    tables = render(invented, rows_of(invented), Format.MD, []).split("### ")[1:]
    assert len(tables) == 5
    for text in tables:
        counts = {row.count("|") for row in text.splitlines() if row.startswith("|")}
        assert len(counts) == 1


def test_columns_of_one_heading_have_names_of_their_own(invented):
    quality, _, tests, beside, _ = views(rows_of(invented))
    for view, heading in ((quality, "95 %"), (beside, "printed")):
        names = [name for name in view.table.columns if view.heading(name) == heading]
        assert names == [f"{heading}, accuracy", f"{heading}, cross-entropy"]
    assert "p (Holm), accuracy" in tests.table
    assert "p (Holm), cross-entropy" not in tests.table  # undecided: the second is not tested
    text = render(invented, rows_of(invented), Format.MD, [])
    assert "| test accuracy | 95 % | cross-entropy | 95 % |" in text


def test_latex_is_latex(invented, tmp_path):
    text = render(invented, rows_of(invented), Format.LATEX, ["50 % of it & more"])
    for body in re.findall(r"\\begin\{tabular\}\{(l+)\}(.*?)\\end\{tabular\}", text, re.S):
        lines = [row for row in body[1].splitlines() if row.endswith(r"\\")]
        assert lines
        assert {row.replace(r"\&", "").count("&") for row in lines} == {len(body[0]) - 1}
    text.encode("ascii")  # every sign of ours is a command
    for opening in re.findall(r"\\begin\{(\w+)\}", text):
        count = [len(re.findall(rf"\\{word}\{{{opening}\}}", text)) for word in ("begin", "end")]
        assert count[0] == count[1]
    if latex := shutil.which("pdflatex"):
        head = "\\documentclass{article}\\usepackage{booktabs, graphicx}\\begin{document}"
        (tmp_path / "t.tex").write_text(f"{head}\n{text}\n\\end{{document}}")
        command = [latex, "-interaction=nonstopmode", "-halt-on-error", "t.tex"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-2_000:]


def test_a_verdict_that_is_not_given_is_a_dash_beside_those_that_are():
    """A second measure is tested for some rows alone."""
    clear = [value + 0.05 + 0.001 * i for i, value in enumerate(ALONE)]
    vague = [value + 0.01 * (-1) ** i for i, value in enumerate(ALONE)]
    rows = rows_of(study({SMALL_ALONE: ALONE, ON_BIG: clear, ON_MNIST: vague}))
    behind = next(view for view in views(rows) if view.title == "The tests behind it")
    assert sorted(behind.table["verdict, cross-entropy"]) == ["better", "—"]
