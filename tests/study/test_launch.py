"""The real command line, Ray, Optuna and MLflow, on real data: the `smoke` space."""

import json
import re
import time
from collections import Counter
from types import SimpleNamespace

import pandas as pd
import pytest
from commands import call
from faults import Launch, launch
from mlflow import MlflowClient
from mlflow.entities import ViewType

from analysis.table import table
from records.schema import experiment_names
from search_spaces.smoke import SPACE
from study.launch import launch as launch_command

(SEARCH,) = SPACE.searches
LISTED = len(SPACE.settings) * SPACE.seeds
CANDIDATES = SEARCH.settings * SEARCH.seeds * 2  # scored by the rule, and by the oracle
FINALISTS = SEARCH.finalists * SEARCH.finalist_seeds
PLANNED = LISTED + CANDIDATES + FINALISTS + SPACE.seeds  # and the choice


def all_runs(results, which):
    client = MlflowClient(f"sqlite:///{results}/mlflow.db")
    experiment = client.get_experiment_by_name(experiment_names("smoke")[which])
    runs = client.search_runs([experiment.experiment_id], run_view_type=ViewType.ALL)
    return client, list(runs)


def test_every_trial_is_one_finished_run(finished):
    _, runs = all_runs(finished.results, which=1)
    assert {run.info.status for run in runs} == {"FINISHED"}
    assert len({run.data.tags["trial"] for run in runs}) == len(runs)
    assert len(runs) == PLANNED


def test_actors_are_reused(finished):
    """Two workers train all cohorts of all rounds: no process is started for each."""
    _, runs = all_runs(finished.results, which=1)
    assert len({run.data.tags["worker"] for run in runs}) <= 2


def test_a_run_says_all_that_matters(finished):
    client, runs = all_runs(finished.results, which=1)
    run = next(r for r in runs if r.data.params["link"] == "VAE" and r.data.params["rule"] == "—")
    curve = client.get_metric_history(run.info.run_id, "test/cross_entropy")
    assert [point.step for point in curve] == [0, 1]
    assert {
        "train/hard",
        "train/soft",
        "test/accuracy",
        "test/cross_entropy_integral",
        "test/calibration_error",
        "teacher/test_accuracy",
        "teacher/seconds",
        "vae/seconds",
        "through_link/test_accuracy",
        "seconds",
    } <= set(run.data.metrics)
    assert {"lambda", "temperature", "seed", "vae_labels", "protocol"} <= set(run.data.params)
    tags = run.data.tags
    for kind in ("vae", "teacher", "logits"):
        stored = finished.results / "artifacts" / kind / f"{tags[f'artifact.{kind}']}.json"
        assert stored.exists()
    assert sum(json.loads(tags["reliability.student"])["objects"]) == 10_000
    assert {"setting", "dirty", "version.torch", "host", "mlflow.source.git.commit"} <= set(tags)
    names = {i.dataset.name for i in run.inputs.dataset_inputs}
    assert {"FashionMNIST-Small", "FashionMNIST-Test"} <= names
    assert "λ=" in run.info.run_name


def test_setting_runs_are_flat_and_agree_with_their_trials(finished):
    _, trials = all_runs(finished.results, which=1)
    _, settings = all_runs(finished.results, which=0)
    assert len(settings) == len({t.data.tags["setting"] for t in trials})
    assert {setting.info.status for setting in settings} == {"FINISHED"}
    for setting in (s for s in settings if s.data.params["rule"] == "—"):
        mine = [t for t in trials if t.data.tags["setting"] == setting.data.tags["setting"]]
        values = pd.Series([t.data.metrics["test/accuracy"] for t in mine])
        assert setting.data.metrics["n"] == len(mine) == SPACE.seeds
        assert setting.data.metrics["test/accuracy"] == pytest.approx(values.mean())
        assert setting.data.metrics["test/accuracy_std"] == pytest.approx(values.std(ddof=1))
    assert not any("mlflow.parentRunId" in run.data.tags for run in trials + settings)


def test_the_end_shows_table_records_and_commands(finished):
    printed = finished.printed
    assert "mean ± standard deviation over n seeds" in printed
    assert "Chosen by selection" in printed
    assert "hold-out chose" in printed
    assert f"0 of {PLANNED} trials are recorded" in printed
    for line in (
        "records: sqlite:///",
        "python -m analysis.table --space smoke",
        "python -m study.ui",
    ):
        assert line in printed
    assert "\x1b[" not in printed  # no control characters into a file
    assert "View detailed results" not in printed  # Ray's own chatter


def test_the_command_at_the_end_is_given_the_end(finished):
    end, results = finished.end, finished.results
    assert end.pop("seconds") > 1
    answers = end.pop("answers")
    assert any("hold-out chose" in sentence for sentence in answers)
    assert end == {
        "space": "smoke",
        "results": str(results),
        "code": 0,
        "state": "finished",
        "done": PLANNED,
        "missing": 0,
        "failed": 0,
        "report": str(results / "reports" / "smoke.html"),
    }
    assert finished.printed.splitlines()[-1] == "the end"


def test_the_launch_is_a_run_with_system_metrics(finished):
    client = MlflowClient(f"sqlite:///{finished.results}/mlflow.db")
    place = client.get_experiment_by_name("smoke · launches").experiment_id
    (run,) = client.search_runs([place])
    assert run.info.status == "FINISHED"
    assert run.data.metrics["system/cpu_utilization_percentage"] > 0
    assert "version.torch" in run.data.tags


def test_again_ends_at_once_and_trains_nothing(copied):
    before = {run.info.run_id: run.info.end_time for run in all_runs(copied, which=1)[1]}
    started = time.monotonic()
    code, printed = launch(copied)
    assert code == 0
    assert time.monotonic() - started < 60  # a bound for a busy machine: it takes some 6 s
    assert f"{len(before)} of {len(before)} trials are recorded" in printed
    assert {r.info.run_id: r.info.end_time for r in all_runs(copied, which=1)[1]} == before


def test_a_launch_that_starts_itself_again_waits_for_one_that_came_between(tmp_path, monkeypatch):
    """Its lock is free while it does: else it would end with an error that nobody made."""
    asked = {}

    def run(space, **options):
        asked.update(options)
        return SimpleNamespace(code=0)

    monkeypatch.setattr("study.running.study.run_study", run)
    for count, waits in ((None, False), ("1", True)):
        if count:
            monkeypatch.setenv("STUDY_RESTARTS", count)
        assert call(launch_command, "--space", "smoke", "--results", tmp_path).code == 0
        assert asked["wait"] is waits


def planned(results):
    """What a launch with --plan prints."""
    ended = call(launch_command, "--space", "smoke", "--results", results, "--plan")
    assert ended.code == 0, ended.err
    return ended.out


def test_the_plan_starts_nothing(finished, tmp_path):
    printed = planned(tmp_path)
    assert f"trials: 0 done, {PLANNED} missing" in printed
    assert "artifacts, level 1" in printed
    assert re.search(r"predicted: 365 GFLOP, some \d+ s with", printed)
    client = MlflowClient(f"sqlite:///{tmp_path}/mlflow.db")
    assert client.get_experiment_by_name("smoke") is None
    assert not (tmp_path / "artifacts").exists()
    done = len(all_runs(finished.results, which=1)[1])
    assert f"trials: {done} done, 0 missing" in planned(finished.results)


@pytest.mark.parametrize("form", ["text", "md", "csv", "latex", "json"])
def test_the_table_command(finished, form, tmp_path):
    words = ("--space", "smoke", "--results", finished.results, "--format", form)
    ended = call(table, *words)
    assert ended.code == 0, ended.err
    assert "0." in ended.out
    if form == "csv":
        path = tmp_path / "table.csv"
        path.write_text(ended.out)
        found = pd.read_csv(path)
        assert set(found["n"]) == {SPACE.seeds}
        assert len(found) - len(SPACE.settings) == 1


@pytest.mark.faults
@pytest.mark.soak
def test_more_seeds_and_settings_train_only_what_is_new_after_a_kill(finished, tmp_path):
    """Extending and resuming are one walk; a killed launch leaves nothing doubled or RUNNING."""
    _, runs = all_runs(finished.results, which=1)
    undisturbed = {r.data.tags["trial"]: loss(r) for r in runs}
    results = tmp_path / "r"
    code, printed = launch(results, "--settings", 2, "--seeds", 2)
    assert code == 0, printed
    first = {run.data.tags["trial"] for run in all_runs(results, which=1)[1]}
    chosen_of_two = first - set(undisturbed)
    assert len(chosen_of_two) <= 2 * SPACE.seeds  # all else is asked in the longer search too

    victim = Launch(results)
    time.sleep(8)
    victim.kill()
    code, printed = launch(results)
    assert code == 0, printed
    _, runs = all_runs(results, which=1)
    finished = Counter(r.data.tags["trial"] for r in runs if r.info.status == "FINISHED")
    assert set(finished) - chosen_of_two == set(undisturbed) - chosen_of_two
    assert set(undisturbed) <= set(finished)
    assert set(finished.values()) == {1}
    assert not any(r.info.status == "RUNNING" for r in runs)
    for r in runs:
        if r.info.status == "FINISHED" and r.data.tags["trial"] in undisturbed:
            assert loss(r) == pytest.approx(undisturbed[r.data.tags["trial"]], rel=1e-3)


def loss(run):
    """The final cross-entropy, of whatever the trial was scored on."""
    groups = ("test", "validation", "oracle")
    return next(
        run.data.metrics[f"{group}/cross_entropy"]
        for group in groups
        if f"{group}/cross_entropy" in run.data.metrics
    )
