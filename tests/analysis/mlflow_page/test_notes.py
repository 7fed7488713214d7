"""The note above a study's runs: what there is no room for, and what stays."""

import numpy as np
from invented import study

from analysis.evidence.rows import rows_of
from analysis.evidence.sentences import evidence
from analysis.factors import factor_sentences
from analysis.mlflow_page.notes import LONGEST, _note
from analysis.sections import answer
from search_spaces.base.catalogue import load

REPORT = "#/experiments/2/runs/abc/artifacts?compareRunsMode=CHART"


def test_a_long_answer_is_cut_and_the_way_to_the_report_stays(tmp_path):
    draw = np.random.default_rng(0)
    settings = load("controls").settings[:14]  # few enough for a sentence each
    found = study({s: [*map(float, draw.normal(0.8, 0.01, 5))] for s in settings})
    rows = rows_of(found)
    (tmp_path / "ladder.png").touch()
    said = [*factor_sentences(rows), *evidence(rows)]
    assert sum(map(len, said)) > LONGEST
    note = _note(found, rows, "1", REPORT, tmp_path)
    assert len(note) <= LONGEST
    assert note.startswith("**29 undecided** · ")
    first, *_ = note.splitlines()  # all that MLflow shows of a note that is folded
    assert f"[report and figures]({REPORT})" in first
    assert "[charts](#/experiments/1/runs?" in first
    assert note.splitlines()[2] == f"**{answer(rows)}**"
    assert note.splitlines()[4] == f"- {said[0]}"
    assert "*Is it so?*" in note
    assert "figures%2Fladder.png&run_uuid=abc" in note


def test_a_short_one_is_whole(tmp_path):
    settings = load("paper_table").settings[:4]
    found = study({s: [0.8, 0.81, 0.82] for s in settings})
    note = _note(found, rows_of(found), "1", REPORT, tmp_path)
    assert "| student |" in note
    assert len(note) <= LONGEST
