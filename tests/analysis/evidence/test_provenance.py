"""How a study was run: facts of its trials, and what each stage cost."""

from dataclasses import replace

from invented import record

from analysis.evidence.provenance import facts, stages
from search_spaces.rows.garments import ON_BIG, SMALL_ALONE
from trainables.objectives import Distillation


def trial(setting, seed, teacher=None, **tags):
    found = record(setting, seed, 0.8, **({"teacher/seconds": 30.0} if teacher else {}))
    made = {"artifact.teacher": teacher} if teacher else {}
    return replace(found, tags=found.tags | made | tags, ended=seed * 60_000)


def test_an_artifact_that_many_students_share_counts_once():
    trials = [trial(SMALL_ALONE, 0), trial(ON_BIG, 0, "a"), trial(ON_BIG, 1, "b")]
    trials.append(trial(replace(ON_BIG, objective=Distillation(temperature=2)), 0, "a"))
    assert stages(trials) == [("teachers", 2, 60.0), ("students", 4, 2.0)]


def test_what_differs_between_trials_is_counted():
    trials = [trial(ON_BIG, seed, device="cpu", worker=f"one:{seed}") for seed in range(3)]
    trials.append(trial(ON_BIG, 3, device="cuda", worker="two:9"))
    found = dict(facts(trials))
    assert found["device"] == "cpu (3 trials), cuda (1 trials)"
    assert found["workers"] == "4 processes on 2 machines"
    assert found["trials ended"] == "1970-01-01 00:01 to 1970-01-01 00:03 UTC"
    assert facts([]) == []
