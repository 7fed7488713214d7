"""How a study was run: facts of its trials, and what each stage cost."""

from dataclasses import replace

from invented import record, study

from analysis.evidence.provenance import counts, facts, stages
from analysis.evidence.rows import rows_of
from search_spaces.base import Search, Uniform
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


def test_counts_say_what_was_reported_tried_and_only_scored_by_the_test_set():
    """One setting tried is one, however often it is scored."""
    search = Search(base=ON_BIG, over={"objective.temperature": Uniform(1, 2)}, name="search")
    tried = [search.setting({"objective.temperature": value}) for value in (1.25, 1.5, 1.75)]
    settings = [SMALL_ALONE, ON_BIG, *tried, *map(search.as_oracle, tried)]
    settings.append(search.as_finalist(tried[0]))
    made = study({setting: [0.8, 0.81] for setting in settings}, seeds=2)
    made.settings[-1] = replace(made.settings[-1], again=tried[0].key)
    assert counts(made, rows_of(made)) == (
        "2 settings reported, 2 seeds each; 3 settings tried to choose some of them, 1 of them "
        "once more with fresh seeds; 3 settings scored by the test set too, which chooses "
        "nothing; 18 trials recorded."
    )
    listed = study({SMALL_ALONE: [0.8], ON_BIG: [0.8]}, seeds=1)
    assert counts(listed, rows_of(listed)) == (
        "2 settings reported, 1 of them against a student alone, 1 seed each; 2 trials recorded."
    )
