"""How far a study is, and what it no longer needs: said, asked, removed."""

import shutil
from pathlib import Path

import pytest
import requests
from commands import call
from recorded import SETTING, recorder_of, result

from records.client import open_client
from records.read import read
from records.runs import ends, runs
from records.schema import experiment_names
from search_spaces.smoke import ALONE
from study.clean import clean
from study.planning.plan import Plan
from study.planning.search_state import Expected
from study.planning.seeds import Seeds
from study.planning.trial_index import TrialIndex
from study.running.lock import leading, locked
from study.status import status
from study.watching.counts import counts
from study.watching.leader import Standing, leader_of
from study.watching.listing import recorded_studies
from trainables.artifacts.store import Store
from trainables.distillation.requirements import all_logits_for
from trainables.errors import BadInputError
from trainables.settings.trial import Trial


@pytest.fixture
def client(empty_database, tmp_path, monkeypatch):
    """A study with a finished trial, a failed one and a killed one, in the default folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").mkdir()
    shutil.copy(empty_database, "results/mlflow.db")
    client = open_client(f"sqlite:///{tmp_path}/results/mlflow.db")
    recorder = recorder_of(client, tmp_path)
    recorder.expect(map(Expected, (ALONE, SETTING)))
    failed = result(SETTING, 1, failure="the loss is nan in epoch 1")
    recorder.add([result(SETTING, 0), failed])
    recorder.close()
    trials = client.get_experiment_by_name(experiment_names("smoke")[1]).experiment_id
    left = client.create_run(trials, tags={"trial": "of a dead launch"})
    client.set_terminated(left.info.run_id, "KILLED")
    return client


def say(command, *words):
    """Run a command on the study; what it printed."""
    ended = call(command, "--space", "smoke", *words)
    assert ended.code == 0, ended.err
    return ended.out


def artifact(kind, key):
    folder = Path("results/artifacts") / kind
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{key}.json", folder / f"{key}.safetensors"]
    for file in files:
        file.write_text("x")
    return files


def test_status_counts_every_trial_once(client):
    said = say(status)
    assert "no launch is running" in said
    line = next(line for line in said.splitlines() if "listed settings" in line)
    assert line.split()[2:] == ["1", "1", "12"]  # 7 settings of 2 seeds
    assert "the loss is nan in epoch 1" in said
    assert "study.launch --space smoke goes on" in said


def test_without_a_space_all_studies_are_listed(client, tmp_path):
    ended = call(status, "--results", "results")
    assert ended.code == 0, ended.err
    heading, line = ended.out.splitlines()
    assert heading.split() == ["study", "done", "missing", "failed", "last", "change"]
    assert line.split()[:4] == ["smoke", "1", "2", "1"]  # 2 settings of 2 seeds are planned
    experiment = client.get_experiment_by_name("smoke").experiment_id
    with leading(client, experiment, False, print, lambda: Standing(done=2, total=36)):
        pass
    client.create_experiment("none · trials")
    (smoke, none) = recorded_studies(client)
    assert (smoke.space, smoke.done, smoke.failed, smoke.missing) == ("smoke", 1, 1, 34)
    assert smoke.changed > 0
    assert not smoke.running
    assert (none.space, none.done, none.missing, none.changed) == ("none", 0, 0, 0)


def test_a_retried_trial_is_listed_once(client, tmp_path):
    trials = client.get_experiment_by_name(experiment_names("smoke")[1]).experiment_id
    (failed,) = client.search_runs([trials], "status = 'FAILED'")
    again = client.create_run(trials, tags={"trial": failed.data.tags["trial"]})
    client.set_terminated(again.info.run_id, "FINISHED")
    (smoke,) = recorded_studies(client)
    assert (smoke.done, smoke.failed) == (2, 0)
    assert {(one.key, one.status) for one in ends(client, trials)} == {
        (row.tags["trial"], row.status) for row in runs(client, trials) if row.status == "FINISHED"
    }


def test_status_agrees_with_the_plan(client, tmp_path):
    from search_spaces.smoke import SPACE

    plan = Plan(SPACE, Seeds(2), None, Store(tmp_path), TrialIndex(read(client, "smoke")), 1)
    done, total = plan.trial_counts()
    found = counts(plan)
    assert sum(one.done + one.failed for one in found) == done
    assert sum(one.done + one.failed + one.missing + one.unknown for one in found) == total


def test_clean_shows_asks_and_removes_only_what_nothing_needs(client, monkeypatch):
    needed = all_logits_for(Trial(setting=SETTING, seed=0))[0]
    kept = artifact("logits", needed.key) + artifact("teacher", needed.teacher.key)
    orphan = artifact("vae", "0123456789abcdef")
    wrong = kept[0].with_name(f"{kept[0].name}.wrong")
    wrong.write_text("x")

    monkeypatch.setattr("typer.confirm", lambda text: False)
    said = say(clean)
    assert "2 runs and 3 files" in said
    assert "nothing was removed" in said
    assert all(file.exists() for file in [*kept, *orphan, wrong])

    monkeypatch.setattr("typer.confirm", lambda text: True)
    assert "removed" in say(clean)
    assert all(file.exists() for file in kept)
    assert not any(file.exists() for file in [*orphan, wrong])
    assert [record.status for record in read(client, "smoke")] == ["FINISHED"]
    assert "0 runs and 0 files" in say(clean, "--yes")


def test_one_leads_and_says_how_far_it_is(client, monkeypatch):
    """As on a server: a live leader is left alone, a silent one is followed."""
    monkeypatch.setattr("study.running.lock.BEAT_SECONDS", 0.1)
    monkeypatch.setattr("study.running.lock.is_file", lambda client: False)
    experiment = client.get_experiment_by_name("smoke").experiment_id
    said = []
    half_way = Standing(
        stage="half way", done=3, total=6, share=0.5, left=90, workers=[["a", 0.2]]
    )
    with leading(client, experiment, False, said.append, lambda: half_way):
        monkeypatch.setattr(
            "study.running.lock.os.getpid", lambda: 1
        )  # as another process sees it
        with (
            pytest.raises(BadInputError, match="another launch of this study runs on"),
            leading(client, experiment, False, said.append, Standing),
        ):
            pass
        assert leader_of(client, experiment).says == "half way, 50%, about 0:01:30 left"
        assert leader_of(client, experiment).standing == half_way
    assert leader_of(client, experiment).gone
    with leading(client, experiment, False, said.append, Standing):
        pass
    dead = '{"host": "elsewhere", "pid": 7, "token": "t", "beat": 3, "says": ""}'
    client.set_experiment_tag(experiment, "leader", dead)
    with leading(client, experiment, False, said.append, Standing):
        assert "it has been silent: this launch leads now" in said


def test_a_lock_is_waited_for_only_if_asked(tmp_path):
    with (
        locked([tmp_path], "smoke", False, print),
        pytest.raises(BadInputError, match="another launch of smoke"),
        locked([tmp_path], "smoke", False, print),
    ):
        pass
    with locked([tmp_path], "smoke", False, print):
        pass


def test_an_outage_while_reading_is_one_line(client, monkeypatch):
    def gone(*arguments):
        raise requests.ConnectionError("the server has gone\nand more")

    monkeypatch.setattr("study.status.read", gone)
    ended = call(status, "--space", "smoke", "--results", "results")
    assert ended.code == 1
    assert ended.err == "error: the server has gone; the same command tries again\n"
