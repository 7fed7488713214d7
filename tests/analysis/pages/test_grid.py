"""A view as a page shows it, and where its rows' runs are."""

from types import SimpleNamespace

import pandas as pd
import pytest
from invented import study

from analysis.evidence.rows import rows_of
from analysis.pages import Addresses, addresses_of, grid
from analysis.pages.page import whole
from analysis.tables.view import View
from search_spaces.smoke import ALONE, taught
from trainables.data.domains import FASHION_MNIST

TABLE = pd.DataFrame(
    {"student": ["Small"] * 3, "teacher": ["a", "b", "c"], "n": ["2", "2", "3"], "Δ": list("123")}
)
RUNS = Addresses("all", False, {"k1": "http://one", "k3": "http://three"})


def texts(cells):
    return [cell.text for cell in cells]


def test_what_all_lines_share_is_said_once_and_each_leads_to_its_runs():
    shown = grid(View("t", "n", TABLE, keys=["k1", "k2", "k3"]), {"k1": "first"}, RUNS)
    assert shown.shared == "student Small"
    assert texts(shown.headings) == ["teacher", "n", "Δ", "runs"]
    assert [line[-1].address for line in shown.lines] == ["http://one", "", "http://three"]
    assert shown.lines[0][-1].of == "first"
    assert shown.is_sortable
    assert "runs" not in texts(grid(View("t", "n", TABLE)).headings)


def test_a_few_long_lines_stand_on_their_side_with_their_links():
    wide = pd.DataFrame({f"c{place}": [str(place)] for place in range(12)})
    shown = grid(View("t", "n", wide, keys=["k1"]), {}, RUNS)
    assert shown.is_on_its_side
    assert texts(shown.headings) == ["c0", "0"]
    assert [texts(line) for line in shown.lines[:2]] == [["c1", "1"], ["c2", "2"]]
    assert shown.lines[-1][1].address == "http://one"
    assert not shown.is_sortable


def test_lines_that_belong_to_the_one_above_are_not_sorted():
    parts = pd.DataFrame({"row": ["x", "· one", "· two"], "Δ": ["", "1", "2"]})
    assert not grid(View("t", "n", parts)).is_sortable


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("+0.004 [-0.001, +0.006]", ["+0.004", "[-0.001,", "+0.006]"]),
        ("0.804 ± 0.005", ["0.804", "± 0.005"]),
        ("< 0.001", ["< 0.001"]),
    ],
)
def test_no_figure_is_broken_over_lines(cell, parts):
    """A line breaks at plain spaces, and else after a sign, which a joiner forbids."""
    shown = whole(cell)
    pieces = [piece.replace("\u00a0", " ").replace("\u2060", "") for piece in shown.split(" ")]
    assert pieces == parts
    assert all(shown[place + 1] == "\u2060" for place, sign in enumerate(shown) if sign in "+-")


@pytest.mark.parametrize(
    ("uri", "root"),
    [("sqlite:///r/mlflow.db", "http://localhost:5000"), ("https://host/", "https://host")],
)
def test_addresses_are_of_the_server_that_has_the_records_or_that_make_ui_starts(uri, root):
    client = SimpleNamespace(
        tracking_uri=uri,
        get_experiment_by_name=lambda name: SimpleNamespace(experiment_id=str(len(name))),
    )
    made = study({ALONE: [0.8], taught(FASHION_MNIST): [0.8]}, seeds=1)
    found = addresses_of(client, made, rows_of(made))
    assert found.study.startswith(f"{root}/#/experiments/8/runs?")
    assert found.is_local is uri.startswith("sqlite")
    assert found.of(ALONE.key).startswith(f"{root}/#/experiments/17/runs?")
    assert ALONE.key in found.of(ALONE.key)
    nowhere = SimpleNamespace(tracking_uri=uri, get_experiment_by_name=lambda name: None)
    assert addresses_of(nowhere, made, rows_of(made)).of(ALONE.key) == ""
