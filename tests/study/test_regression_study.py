"""A regression from the command line to its report, as small as will do: the same machinery."""

import sqlite3

import pytest
from faults import Launch

SPACE = """
from dataclasses import replace

from search_spaces.rows.bike_sharing import REG_ON_BIG, REG_ON_BIG_NOISE, REG_SMALL_ALONE
from search_spaces.base import Search, Space
from search_spaces.rows.searched import WEIGHT
from trainables.schedule import Schedule
from trainables.settings.scoring import CrossValidation, Pruning

SHORT = Schedule(epochs=4, batch_size=64)


def short(setting):
    teacher = setting.teacher and replace(setting.teacher, split="Small", schedule=SHORT)
    return replace(setting, schedule=SHORT, teacher=teacher)


ON_SMALL = short(REG_ON_BIG)
SEARCH = Search(
    base=ON_SMALL, over=WEIGHT, settings=4, round_size=2,
    rule=CrossValidation(score="mse", folds=2, pruning=Pruning(group=2, rungs=(0.5,))),
)
SPACE = Space(
    name="rentals_smoke", about="Does it work?", seeds=2,
    settings=(short(REG_SMALL_ALONE), ON_SMALL, short(REG_ON_BIG_NOISE)),
    searches=(SEARCH,),
)
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """One finished study: its results folder, and what the command printed."""
    folder = tmp_path_factory.mktemp("rentals")
    (folder / "own.py").write_text(SPACE)
    launched = Launch(folder / "r", space=folder / "own.py")
    code = launched.end()
    assert code == 0, launched.printed()
    return folder / "r", launched.printed()


def test_the_table_is_printed_in_rentals(study):
    printed = study[1]
    assert "test MSE" in printed
    assert "cross-validation chose Small ← Reg-Small, no φ, λ 0." in printed
    assert "an oracle would have chosen by half of the test set" in printed
    assert "were scored again with 3 fresh seeds" in printed
    assert "accuracy" not in printed


def test_the_report_holds_the_figures(study):
    page = (study[0] / "reports" / "rentals_smoke.html").read_text()
    for name in ("forest", "lambda_search", "curves_search"):
        assert f'<figure id="{name}">' in page
    assert "test MSE, rentals²" in page
    assert "garments" not in page.partition('<div id="figures">')[0]


def test_the_records_name_what_was_used(study):
    with sqlite3.connect(study[0] / "mlflow.db") as records:
        used = {name for (name,) in records.execute("SELECT DISTINCT name FROM datasets")}
        metrics = {key for (key,) in records.execute("SELECT DISTINCT key FROM latest_metrics")}
    assert used == {"Reg-Small", "Reg-Test"}
    assert {"test/mse", "test/mae", "test/r2", "test/mse_integral", "part/mse"} <= metrics
    assert not [name for name in metrics if "accuracy" in name or "cross_entropy" in name]
