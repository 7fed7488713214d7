"""The recorder on a real sqlite MLflow: settings planned, filled, extended, mended."""

import sqlite3
import time
from collections import Counter
from dataclasses import replace

import pytest
import requests
from mlflow.entities import ViewType
from recorded import SETTING, recorder_of, result
from sqlalchemy.exc import OperationalError

from records import write as writing
from records.read import read, read_study
from records.schema import Searched
from search_spaces.smoke import ALONE, SPACE
from study.planning.expected import Expected
from study.recording import recorder as record
from trainables.errors import StudyError
from trainables.objectives import Distillation


def launch(client, tmp_path, *results, seeds=2, settings=(ALONE, SETTING), retry=False):
    """What a launch does with the recorder."""
    ended = [r for r in read(client, "smoke") if r.status == "FINISHED" or not retry]
    recorder = recorder_of(client, tmp_path, ended, seeds)
    recorder.expect(map(Expected, settings))
    recorder.add(results)
    recorder.close()


def setting_runs(client):
    experiment = client.get_experiment_by_name("smoke").experiment_id
    runs = client.search_runs([experiment], run_view_type=ViewType.ACTIVE_ONLY)
    return {run.data.tags["setting"]: run for run in runs}


def test_a_planned_setting_is_there_before_it_is_trained(client, tmp_path):
    launch(client, tmp_path, result(SETTING, 0), result(SETTING, 1, 0.9))
    runs = setting_runs(client)
    assert runs[ALONE.key].info.status == "SCHEDULED"
    assert runs[ALONE.key].data.params["student"] == "FashionMNIST-Small"
    assert runs[SETTING.key].info.status == "FINISHED"
    metrics = runs[SETTING.key].data.metrics
    assert metrics["test/accuracy"] == pytest.approx(0.85)
    assert metrics["test/cross_entropy_integral"] == pytest.approx(0.75)
    study = read_study(client, "smoke")
    assert [p.key for p in study.settings] == [ALONE.key, SETTING.key]
    assert (study.seeds, len(study.trials)) == (2, 2)
    assert study.trials[0].reliability("student")["objects"] == [10]


def test_more_seeds_renew_the_summary(client, tmp_path):
    launch(client, tmp_path, result(SETTING, 0), result(SETTING, 1))
    launch(client, tmp_path, result(SETTING, 2, 0.5), seeds=3)
    run = setting_runs(client)[SETTING.key]
    assert run.data.metrics["n"] == 3
    assert run.data.metrics["test/accuracy"] == pytest.approx(0.7)
    assert read_study(client, "smoke").seeds == 3


def test_a_failed_trial_that_is_mended_mends_its_setting(client, tmp_path):
    launch(client, tmp_path, result(SETTING, 0), result(SETTING, 1, failure="nan in epoch 1"))
    run = setting_runs(client)[SETTING.key]
    assert run.info.status == "FAILED"
    assert "test/accuracy" not in run.data.metrics  # never an average over survivors
    launch(client, tmp_path, result(SETTING, 1), retry=True)
    run = setting_runs(client)[SETTING.key]
    assert run.info.status == "FINISHED"
    assert (run.data.metrics["n"], run.data.metrics["failed"]) == (2, 0)
    assert {r.status for r in read(client, "smoke")} == {"FINISHED"}


def test_what_a_killed_launch_left_half_made_is_made_anew(client, tmp_path):
    launch(client, tmp_path, settings=())
    experiment = client.get_experiment_by_name("smoke").experiment_id
    half = client.create_run(experiment, tags={"setting": SETTING.key, "place": "0"})
    trials = client.get_experiment_by_name("smoke · trials").experiment_id
    stale = client.create_run(trials, tags={"trial": "of a dead launch"})
    launch(client, tmp_path)
    run = setting_runs(client)[SETTING.key]
    assert run.info.run_id != half.info.run_id
    assert run.data.params
    assert client.get_run(stale.info.run_id).info.status == "KILLED"


def test_a_setting_that_a_search_asked_for_bears_its_number(client, tmp_path):
    recorder = recorder_of(client, tmp_path)
    (search,) = SPACE.searches
    recorder.expect(
        Expected(
            replace(SETTING, objective=Distillation(temperature=t), rule=search.rule),
            search.name,
            number,
            Searched(SETTING.key, {"objective.temperature": t}, {"objective.temperature": 1.0}),
            seeds=search.selection_seeds,
        )
        for number, t in enumerate((2.0, 3.0), start=8)
    )
    recorder.close()
    planned = read_study(client, "smoke").settings
    assert [p.asked for p in planned] == [8, 9]
    assert {p.search for p in planned} == {"search"}
    assert {p.seeds for p in planned} == {range(1_000, 1_002)}
    assert [p.searched.chosen for p in planned] == [{"objective.temperature": t} for t in (2, 3)]
    assert {p.searched.base for p in planned} == {SETTING.key}


def test_a_finalist_bears_the_key_of_its_candidate_and_seeds_of_its_own(client, tmp_path):
    recorder = recorder_of(client, tmp_path)
    (search,) = SPACE.searches
    candidate = replace(SETTING, rule=search.rule)
    again, seeds = search.as_finalist(candidate), search.finalist_selection_seeds
    recorder.expect([Expected(again, again=candidate.key, seeds=seeds)])
    recorder.close()
    (planned,) = read_study(client, "smoke").settings
    assert (planned.again, planned.seeds, planned.search) == (candidate.key, seeds, None)
    assert planned.parameters["rule"] == "hold-out, again"


def test_what_single_seeds_chose_has_those_seeds_and_more_when_others_choose_it(client, tmp_path):
    def chosen(*seeds):
        recorder = recorder_of(client, tmp_path, read(client, "smoke"), seeds=4)
        recorder.expect([Expected(SETTING, again="a candidate", seeds=seeds)])
        return recorder

    recorder = chosen(0, 2)
    recorder.add([result(SETTING, 0)])
    recorder.close()
    assert setting_runs(client)[SETTING.key].info.status == "SCHEDULED"
    assert read_study(client, "smoke").settings[0].seeds == (0, 2)
    recorder = chosen(0, 2)  # killed, and launched again
    recorder.add([result(SETTING, 2, 0.6)])
    recorder.close()
    run = setting_runs(client)[SETTING.key]
    assert (run.info.status, run.data.metrics["n"]) == ("FINISHED", 2)
    assert run.data.metrics["test/accuracy"] == pytest.approx(0.7)
    chosen(0, 2, 3).close()
    assert read_study(client, "smoke").settings[0].seeds == (0, 2, 3)
    recorder = recorder_of(client, tmp_path, read(client, "smoke"), seeds=4)
    recorder.expect([Expected(SETTING)])  # it is listed now, or chosen for all seeds
    recorder.close()
    (planned,) = read_study(client, "smoke").settings
    assert (planned.again, planned.seeds) == (None, range(4))


@pytest.mark.faults  # SQLite itself waits for twenty seconds
def test_a_locked_database_is_waited_for(client, tmp_path):
    said = []
    recorder = recorder_of(client, tmp_path, say=said.append)
    recorder.expect([Expected(SETTING)])
    with sqlite3.connect(tmp_path / "mlflow.db", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        recorder.add([result(SETTING, 0), result(SETTING, 1)])
        deadline = time.monotonic() + 60
        while not said:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert "the records do not answer" in said[0]
        assert len(recorder.spool.read()) == 2
        other.execute("ROLLBACK")
    recorder.close(patience=60)
    assert said[-1] == "the records answer again"
    assert not recorder.spool.path.exists()
    assert [r.status for r in read(client, "smoke")] == ["FINISHED", "FINISHED"]


@pytest.fixture
def server(client, monkeypatch):
    """The same store as if a tracking server stood before it."""
    for module in (record, writing):
        monkeypatch.setattr(module, "is_database", lambda uri: False)
    return client


def test_a_commit_whose_answer_is_lost_doubles_nothing(client, tmp_path, monkeypatch):
    said = []
    recorder = recorder_of(client, tmp_path, say=said.append)
    whole = record.write_runs

    def lose(*arguments):
        whole(*arguments)
        monkeypatch.setattr(record, "write_runs", whole)
        raise OperationalError("COMMIT", None, Exception("gone"))

    monkeypatch.setattr(record, "write_runs", lose)
    recorder.add([result(SETTING, 0), result(SETTING, 1)])
    recorder.close(patience=30)
    trials = client.get_experiment_by_name("smoke · trials").experiment_id
    assert [run.info.status for run in client.search_runs([trials])] == ["FINISHED"] * 2
    assert said[-1] == "the records answer again"


@pytest.mark.parametrize("lost", ["create_run", "log_batch", "set_terminated"])
def test_an_answer_that_is_lost_doubles_nothing(server, tmp_path, monkeypatch, lost):
    """The server did it, and died before it said so."""
    client = server
    recorder = recorder_of(client, tmp_path, say=lambda line: None)
    whole, calls = getattr(client, lost), []

    def lose(*arguments, **options):
        answer = whole(*arguments, **options)
        calls.append(arguments)
        if len(calls) == 1:
            raise requests.ConnectionError("gone")
        return answer

    monkeypatch.setattr(client, lost, lose)
    recorder.add([result(SETTING, 0)])
    recorder.close(patience=30)
    trials = client.get_experiment_by_name("smoke · trials").experiment_id
    found = Counter(run.info.status for run in client.search_runs([trials]))
    assert found["FINISHED"] == 1
    assert found["RUNNING"] == 0
    assert len(calls) >= 1


def test_what_is_not_recorded_is_kept_for_the_next_launch(server, tmp_path, monkeypatch):
    client = server
    recorder = recorder_of(client, tmp_path, say=lambda line: None)

    def refuse(*arguments, **options):
        raise requests.ConnectionError("gone for good")

    with monkeypatch.context() as patched:
        patched.setattr(client, "create_run", refuse)
        recorder.add([result(SETTING, 0), result(SETTING, 1)])
        with pytest.raises(StudyError, match="gone for good; finished results are kept in"):
            recorder.close(patience=0)
    with recorder.spool.path.open("a") as file:  # and the launch was killed while it wrote
        file.write('{"half": ')
    said = []
    recorder_of(client, tmp_path, read(client, "smoke"), say=said.append).close()
    assert said == ["2 results of an earlier launch are recorded now"]
    assert [r.status for r in read(client, "smoke")] == ["FINISHED", "FINISHED"]
    assert read(client, "smoke")[0].metrics["test/accuracy"] == 0.8


def test_what_waiting_cannot_mend_is_raised_at_once(client, tmp_path):
    recorder = recorder_of(client, tmp_path)
    client.delete_experiment(recorder.trials_experiment)
    recorder.add([result(SETTING, 0)])
    with pytest.raises(StudyError, match="was deleted"):
        recorder.close(patience=300)
