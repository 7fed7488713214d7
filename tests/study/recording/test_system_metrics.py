"""A launch's machine, measured by MLflow's monitor in a run of its own."""

import time

import pytest
from mlflow.exceptions import MlflowException
from recorded import recorder_of

from records.experiments import recorded_spaces
from records.read import read_study
from study.recording.system_metrics import launches_of, measured


@pytest.fixture(autouse=True)
def often(monkeypatch):
    monkeypatch.setenv("MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL", "0.1")


def runs_of(client):
    place = client.get_experiment_by_name(launches_of("smoke")).experiment_id
    return client.search_runs([place], order_by=["start_time"])


def test_a_launch_is_a_run_with_system_metrics(client, tmp_path, capsys):
    recorder_of(client, tmp_path).close()
    said = []
    with measured(client, "smoke", str(tmp_path), said.append):
        time.sleep(1.5)
    (run,) = runs_of(client)
    assert run.info.status == "FINISHED"
    found = run.data.metrics
    assert {"system/cpu_utilization_percentage", "system/system_memory_usage_megabytes"} <= {
        *found
    }
    assert 0 <= found["system/cpu_utilization_percentage"] <= 100
    name = "system/system_memory_usage_percentage"
    assert len(client.get_metric_history(run.info.run_id, name)) > 2
    assert recorded_spaces(client) == ["smoke"]  # the study itself is as it was
    assert read_study(client, "smoke").settings == []
    assert not said
    assert not capsys.readouterr().err


def test_an_interrupted_one_is_killed_and_a_dead_one_closed(client, tmp_path):
    with measured(client, "smoke", str(tmp_path), print):
        pass
    (first,) = runs_of(client)
    client.update_run(first.info.run_id, status="RUNNING")  # as a launch that was killed leaves it
    with pytest.raises(KeyboardInterrupt), measured(client, "smoke", str(tmp_path), print):
        raise KeyboardInterrupt
    assert [run.info.status for run in runs_of(client)] == ["KILLED", "KILLED"]


def test_records_that_do_not_answer_stop_nothing(client, tmp_path, monkeypatch):
    def away(*_, **__):
        raise MlflowException("the server\nhas gone")

    monkeypatch.setattr(client, "create_run", away)
    said = []
    with measured(client, "smoke", str(tmp_path), said.append):
        said.append("trained")
    assert said == ["--system-metrics: nothing is measured: the server", "trained"]
