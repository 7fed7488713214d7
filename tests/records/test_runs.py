"""The plain queries against MLflow's own client, on a database with odd runs in it."""

import math

from mlflow.entities import Metric

from records.runs import _from_server, curve, runs
from records.schema import experiment_names


def known(rows):
    """Rows in an order, NaN made comparable."""
    return sorted(
        (r._replace(metrics={k: str(v) for k, v in r.metrics.items()}) for r in rows),
        key=lambda row: row.run_id,
    )


def test_both_ways_give_the_same_golden_runs(golden_client):
    for name in experiment_names("smoke"):
        experiment = golden_client.get_experiment_by_name(name).experiment_id
        found = known(runs(golden_client, experiment))
        assert found == known(_from_server(golden_client, experiment))
        assert len(found) in (18, 36)


def test_both_ways_give_the_same_odd_runs(client):
    experiment, other = client.create_experiment("one"), client.create_experiment("other")
    client.create_run(experiment)
    client.create_run(other)
    deleted = client.create_run(experiment, tags={"a": "b"}).info.run_id
    client.delete_run(deleted)
    odd = client.create_run(experiment, 7, {"t": "1"}).info.run_id
    client.log_param(odd, "p", "λ")
    values = enumerate([1.0, math.nan, math.inf])
    client.log_batch(
        odd, [Metric(f"m{k}", value, 1, step) for k, value in values for step in (0, 1)]
    )
    client.log_batch(odd, [Metric("late", 2.0, 5, 9), Metric("late", 3.0, 6, 3)])
    client.set_terminated(odd, "KILLED", 11)
    found = known(runs(client, experiment))
    assert found == known(_from_server(client, experiment))
    assert len(found) == 2
    row = next(row for row in found if row.run_id == odd)
    assert (row.status, row.started, row.ended, row.params) == ("KILLED", 7, 11, {"p": "λ"})
    assert row.metrics["m1"] == "nan"


def test_curves_are_those_of_the_client(golden_client):
    experiment = golden_client.get_experiment_by_name(experiment_names("smoke")[1]).experiment_id
    run = next(iter(runs(golden_client, experiment)))
    for metric in ("test/accuracy", "train/loss", "seconds"):
        history = golden_client.get_metric_history(run.run_id, metric)
        expected = {point.step: point.value for point in history}
        assert curve(golden_client, run.run_id, metric) == expected
    assert curve(golden_client, run.run_id, "none such") == {}
