"""Runs written into MLflow's tables at once: the same as through its client, and all or none."""

import math
import shutil
import sqlite3

import pytest
from sqlalchemy.exc import IntegrityError

from records import write as writing
from records.client import open_client
from records.jsonl import Line
from records.runs import histories, runs
from records.write import write_runs
from trainables.errors import StudyError

TABLES = (
    "runs",
    "tags",
    "params",
    "metrics",
    "latest_metrics",
    "datasets",
    "inputs",
    "input_tags",
)
DRAWN = ("run_uuid", "dataset_uuid", "input_uuid", "source_id", "destination_id", "artifact_uri")


def line(number: int, **changes) -> Line:
    data = {"name": "Small", "digest": "seed-0", "source_type": "code", "source": "split 0"}
    return {
        "status": "FINISHED",
        "start": 1_000 + number,
        "end": 2_000 + number,
        "tags": {"mlflow.runName": f"run {number}", "long": "x" * 9_000, "number": str(number)},
        "parameters": {"seed": str(number), "φ": "VAE", "empty": "", "long": "x" * 7_000},
        "metrics": {
            # not by step, one point twice, two of the last step, and what SQL cannot hold
            "loss": [[2, 0.5, 7], [0, math.nan, 7], [1, math.inf, 7], [2, 0.5, 7], [2, 0.4, 8]],
            "falls": [[0, -math.inf, 7]],
            "ends undefined": [[0, 1.0, 7], [1, math.nan, 7]],
            "accuracy": [[0, 0.1 * number, 7]],
        },
        "inputs": [
            {**data, "tags": {"mlflow.data.context": "training"}},
            {**data, "name": f"Test {number}", "profile": "{}", "tags": {}},
            {**data, "tags": {"mlflow.data.context": "teacher"}},  # learned from the same
        ],
    } | changes


def dumped(database):
    """All rows of the runs, what is drawn for each run left out, its order too."""
    found = {}
    with sqlite3.connect(database) as connection:
        connection.row_factory = sqlite3.Row
        for table in TABLES:
            rows = [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]
            for row in rows:
                row.pop("experiment_id", None)
                for name in DRAWN:
                    if row.get(name) is not None:
                        row[name] = len(row[name])
            found[table] = sorted(map(repr, rows))
    return found


def test_a_batch_is_what_mlflows_client_writes(empty_database, tmp_path, monkeypatch):
    lines = [line(0), line(1, status="FAILED"), line(2, status="SCHEDULED", end=None)]
    both = []
    for name, at_hand in (("plain", True), ("client", False)):
        shutil.copy(empty_database, tmp_path / f"{name}.db")
        client = open_client(f"sqlite:///{tmp_path}/{name}.db")
        experiment = client.create_experiment("one", artifact_location=str(tmp_path / "files"))
        with monkeypatch.context() as patched:
            if not at_hand:
                patched.setattr(writing, "is_database", lambda uri: False)
            write_runs(client, experiment, lines[:1])
            ids = write_runs(client, experiment, lines[1:])
        assert [client.get_run(run).info.run_name for run in ids] == ["run 1", "run 2"]
        both.append(dumped(tmp_path / f"{name}.db"))
    plain, through_client = both
    for table in TABLES:
        assert plain[table] == through_client[table], table


def test_mlflow_reads_it_and_goes_on_with_it(client):
    experiment = client.create_experiment("one")
    (run_id,) = write_runs(client, experiment, [line(3)])
    run = client.get_run(run_id)
    assert run.data.params == {"seed": "3", "φ": "VAE", "empty": "", "long": "x" * 6_000}
    assert run.data.metrics["loss"] == 0.4
    assert math.isnan(run.data.metrics["ends undefined"])
    assert [i.dataset.name for i in run.inputs.dataset_inputs] == ["Small", "Test 3"]
    assert [run.info.run_id for run in client.search_runs([experiment], "metrics.accuracy > 0.2")]
    client.log_metric(run_id, "accuracy", 0.9, step=1)
    client.set_terminated(run_id, "KILLED")
    (found,) = runs(client, experiment)
    assert (found.status, found.metrics["accuracy"]) == ("KILLED", 0.9)
    assert [p.step for p in histories(client, run_id, ["loss"])["loss"]] == [0, 1, 2, 2]


def test_all_of_a_batch_or_nothing(client):
    experiment = client.create_experiment("one")
    twice = {
        "name": "Small",
        "digest": "seed-0",
        "source_type": "code",
        "source": None,
        "tags": {},
    }
    with pytest.raises(IntegrityError):  # a source must be there
        write_runs(client, experiment, [line(0, inputs=[]), line(1, inputs=[twice])])
    assert list(runs(client, experiment)) == []


def test_an_experiment_that_was_deleted_takes_nothing(client):
    experiment = client.create_experiment("one")
    client.delete_experiment(experiment)
    with pytest.raises(StudyError, match="'one' was deleted"):
        write_runs(client, experiment, [line(0)])
