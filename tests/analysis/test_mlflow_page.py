"""What stands beside the runs of a study in MLflow, on real records."""

import json

import pytest
from golden.make import open_golden

from analysis.evidence.family import Family
from analysis.evidence.rows import rows_of
from analysis.figures import forest
from analysis.mlflow_page.verdicts import write_verdicts
from analysis.mlflow_page.view_state import view_state
from analysis.tables.views import views
from records.read import read_study


@pytest.fixture
def client(tmp_path):
    """The golden records, to be written to, without the verdicts that their launch wrote."""
    made = open_golden(tmp_path)
    assert write_verdicts(made, experiment(made), []) == 5
    return made


def experiment(client):
    return client.get_experiment_by_name("smoke").experiment_id


def test_runs_can_be_filtered_by_their_verdict(client):
    rows = rows_of(read_study(client, "smoke"))
    family = Family(rows)
    said = {row.planned.key: verdict for row in rows if (verdict := family.verdict(row))}
    assert write_verdicts(client, experiment(client), rows) == len(said) == 5
    for word in {str(verdict.word) for verdict in said.values()}:
        found = client.search_runs([experiment(client)], f"tags.verdict = '{word}'")
        keys = {run.data.tags["setting"] for run in found}
        assert keys == {key for key, verdict in said.items() if verdict.word == word}
        for run in found:
            verdict = said[run.data.tags["setting"]]
            metrics = run.data.metrics
            assert metrics["verdict/difference"] == verdict.found.mean
            assert metrics["verdict/margin"] == verdict.margin == 0.005
            assert metrics["verdict/probability_of_gain"] == verdict.probability_of_gain
            assert run.info.status == "FINISHED"
    sorted_ = client.search_runs(
        [experiment(client)], "tags.verdict != 'none'", order_by=["metrics.`verdict/difference`"]
    )
    gains = [run.data.metrics["verdict/difference"] for run in sorted_]
    assert gains == sorted(gains)


def test_verdicts_are_written_once_and_taken_away_where_they_no_longer_hold(client):
    rows = rows_of(read_study(client, "smoke"))
    assert write_verdicts(client, experiment(client), rows) == 5
    assert write_verdicts(client, experiment(client), rows) == 0
    rows[2].failed[0] = rows[2].finished.pop(0)
    assert write_verdicts(client, experiment(client), rows) > 0
    found = client.search_runs([experiment(client)], "tags.verdict != 'none'")
    assert rows[2].planned.key not in {run.data.tags["setting"] for run in found}
    assert len(read_study(client, "smoke").settings) == len(rows)  # all else is as it was


def test_the_page_opens_with_a_column_of_verdicts(client):
    (row, *_) = rows_of(read_study(client, "smoke"))
    columns = json.loads(view_state(row.domain))["selectedColumns"]
    assert columns[0] == "tags.`verdict`"
    assert "metrics.`verdict/difference`" in columns


def test_a_space_s_own_smallest_difference_is_that_of_every_verdict_and_note(client):
    client.set_experiment_tag(experiment(client), "matters", json.dumps({"accuracy": 0.3}))
    rows = rows_of(read_study(client, "smoke"))
    family = Family(rows)
    assert {family.verdict(row).margin for row in family.rows} == {0.3}
    assert "equivalent" in {str(family.verdict(row).word) for row in family.rows}
    notes = {view.title: view.note for view in views(rows)}
    assert "δ: 0.3 in accuracy" in notes["Against the student alone, at equal seeds"]
    assert "δ 0.02 nats in cross-entropy" in notes["The tests behind it"]
    assert "(accuracy: 0.300)" in next(forest.draw(rows)).caption
    write_verdicts(client, experiment(client), rows)
    run = client.search_runs([experiment(client)], "tags.verdict = 'equivalent'")[0]
    assert run.data.metrics["verdict/margin"] == 0.3
