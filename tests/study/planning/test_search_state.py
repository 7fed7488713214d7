"""A search's state: Optuna is asked once a plan, whatever is asked of the plan."""

import math
from collections import Counter
from dataclasses import replace

import pytest
from formula import Study, record

from analysis.evidence.rows import rows_of
from analysis.evidence.selection import tuned
from records.read import read_study
from search_spaces.base import Search, Space, Uniform
from search_spaces.rows.garments import ON_BIG
from search_spaces.smoke import SPACE
from study.planning.optuna_journal import write_journal
from study.planning.optuna_search import OptunaSearch
from study.planning.plan import Plan, check_counts
from study.planning.predicted import predicted_work
from study.planning.seeds import Seeds
from study.planning.trial_index import TrialIndex
from trainables.artifacts.store import Store
from trainables.errors import BadInputError
from trainables.objectives import Distillation
from trainables.settings.course import Course
from trainables.settings.lineage import Stage, written
from trainables.settings.population import Population
from trainables.settings.scoring import CrossValidation, HoldOut
from trainables.settings.trial import Trial

WEIGHT, TEMPERATURE = "objective.hard_label_weight", "objective.temperature"


@pytest.fixture
def asked(monkeypatch):
    """How often Optuna was asked for a round of a search, by the search's name."""
    seen, ask = Counter(), OptunaSearch.ask

    def counting(self, count):
        seen[self.search.name] += 1
        return ask(self, count)

    monkeypatch.setattr(OptunaSearch, "ask", counting)
    return seen


def every_question(plan, folder):
    list(plan.known_settings())
    plan.needed_artifacts()
    plan.all_artifacts()
    predicted_work(plan).total()
    write_journal(plan, folder / "a.journal")
    return plan.trial_counts()


@pytest.mark.parametrize("space", ["vae_lambda", "tuned_table", "joint"])
def test_optuna_is_asked_for_each_round_once_a_plan(asked, space, tmp_path):
    study = Study(tmp_path, space)
    plan = study.plan()
    study.plan = lambda: plan
    done, total = every_question(plan, tmp_path)
    assert asked == dict.fromkeys((search.name for search in study.space.searches), 1)
    while done < total:  # stopped again and again
        study.launch(stop_after=len(study.trained) + 200)
        done, total = every_question(plan, tmp_path)
    assert asked == {s.name: math.ceil(s.settings / s.round_size) for s in study.space.searches}


def test_a_new_plan_over_the_same_trials_is_led_to_the_same_answers(tmp_path):
    """A state that went on trial by trial says what one says that finds all in the records."""
    study = Study(tmp_path, "tuned_table")
    plan = study.plan()
    study.plan = lambda: plan
    for stop in (30, 90, 150, 10**9):
        study.launch(stop_after=stop)
        anew = Plan(study.space, Seeds(study.space.seeds), None, study.store, study.trial_index, 2)
        assert list(anew.known_settings()) == list(plan.known_settings())
        assert anew.trial_counts() == plan.trial_counts()
        assert anew.needed_artifacts() == plan.needed_artifacts()
        assert predicted_work(anew).total() == predicted_work(plan).total()
        told = [
            [[(t.state, t.values, t.params) for t in s.optuna_study.get_trials()] for s in one]
            for one in (plan.searches, anew.searches)
        ]
        assert told[0] == told[1]


@pytest.mark.parametrize("where", ["ask", "tell"])
def test_an_interrupt_in_the_middle_of_a_round_leaves_the_counts_right(
    monkeypatch, tmp_path, where
):
    """Optuna was told half a round: the launch still says how far it is."""
    study = Study(tmp_path)
    (state,) = (plan := study.plan()).searches
    first = state.asked
    for trial in state.trials(first):
        study.trial_index.add(record(trial))
    whole = getattr(OptunaSearch, where)

    def interrupt(self, *arguments):
        whole(self, *arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(OptunaSearch, where, interrupt)
        with pytest.raises(KeyboardInterrupt):
            plan.trial_counts()
    assert plan.trial_counts() == study.plan().trial_counts()
    assert state.asked == study.plan().searches[0].asked
    assert state.asked[: len(first)] == first
    assert len(state.asked) == 2 * len(first)


def test_a_choice_waits_for_the_whole_search_and_not_for_the_oracle(tmp_path):
    study = Study(tmp_path)
    study.launch()
    (state,) = study.plan().searches
    chosen, asked = state.chosen(), state.asked
    assert len(chosen) == 1
    best = min(asked, key=lambda setting: abs(setting.objective.hard_label_weight - 0.6))
    assert chosen[0] == state.search.reported(best)
    by_test = {s: state.search.as_oracle(s) for s in asked}
    del study.trial_index.records[Trial(setting=by_test[best], seed=1_000).key]
    assert study.plan().searches[0].chosen() == chosen
    again = state.search.as_finalist(best)
    finalist = study.trial_index.records.pop(Trial(setting=again, seed=2_002).key)
    assert study.plan().searches[0].chosen() == []
    study.trial_index.add(finalist)
    assert study.plan().searches[0].chosen() == chosen
    del study.trial_index.records[Trial(setting=asked[5], seed=1_001).key]
    assert study.plan().searches[0].chosen() == []


def nearest(state):
    """A search's settings, the best by the formula first."""
    return sorted(state.asked, key=lambda one: abs(one.objective.hard_label_weight - 0.6))


def rescored(study, setting, gain):
    """Let a finalist's fresh seeds be this much better."""
    for seed in range(2_000, 2_003):
        key = Trial(setting=setting, seed=seed).key
        one = study.trial_index.records[key]
        metrics = {name: value + gain for name, value in one.metrics.items()}
        study.trial_index.records[key] = replace(one, metrics=metrics)


def test_the_best_few_are_scored_again_with_fresh_seeds_before_one_is_chosen(tmp_path):
    """The best of 40 scores is the luckiest too: here the second one's fresh seeds are better."""
    study = Study(tmp_path)
    study.launch()
    (state,) = study.plan().searches
    search = state.search
    best = nearest(state)[:4]
    assert set(state.finalists()) == {search.as_finalist(one) for one in best}
    assert all(one.rule.pruning is None for one in state.finalists())
    scored = [one for one in study.trial_index.records.values() if one.seed >= 2_000]
    assert {one.seed for one in scored} == {2_000, 2_001, 2_002}
    assert len(scored) == 4 * 3
    assert state.chosen() == [search.reported(best[0])]
    rescored(study, search.as_finalist(best[1]), 0.3)
    plan = study.plan()
    assert plan.searches[0].chosen() == [search.reported(best[1])]
    before = len(study.trained)
    study.launch()  # what was chosen is trained: a launch that goes on chooses by the same
    assert {*study.trained[before:]} == {
        Trial(setting=search.reported(best[1]), seed=seed).key for seed in range(10)
    }


def test_both_scorings_count_seed_by_seed(tmp_path):
    """Two seeds of the first and three fresh ones: neither alone."""
    study = Study(tmp_path)
    study.launch()
    (state,) = study.plan().searches
    first, second = nearest(state)[:2]
    index, by = study.trial_index, [(range(1_000, 1_002), lambda one: one),
                                    (range(2_000, 2_003), state.search.as_finalist)]  # fmt: skip

    def mean(setting):
        found = [
            index.records[Trial(setting=as_scored(setting), seed=seed).key]
            for seeds, as_scored in by
            for seed in seeds
        ]
        return sum(one.metrics["validation/accuracy"] for one in found) / 5

    gap = mean(first) - mean(second)
    rescored(study, state.search.as_finalist(second), 5 / 3 * gap * 0.9)
    assert study.plan().searches[0].chosen() == [state.search.reported(first)]
    rescored(study, state.search.as_finalist(second), 5 / 3 * gap * 0.2)
    assert study.plan().searches[0].chosen() == [state.search.reported(second)]


def test_records_without_finalists_are_completed(tmp_path):
    """An earlier version chose by the first scores: a launch trains what is missing."""
    study = Study(tmp_path)
    study.launch()
    (state,) = study.plan().searches
    again = [Trial(setting=s, seed=n) for s in state.finalists() for n in range(2_000, 2_003)]
    for trial in again:
        del study.trial_index.records[trial.key]
    assert study.plan().searches[0].chosen() == []
    before = len(study.trained)
    assert study.launch() == ["the finalists, scored again"]
    assert sorted(study.trained[before:]) == sorted(trial.key for trial in again)


def test_a_finalist_that_failed_is_not_chosen(tmp_path):
    study = Study(tmp_path)
    study.launch()
    (state,) = study.plan().searches
    best = nearest(state)
    key = Trial(setting=state.search.as_finalist(best[0]), seed=2_000).key
    failed = replace(study.trial_index.records[key], status="FAILED", metrics={})
    study.trial_index.records[key] = failed
    assert study.plan().searches[0].chosen() == [state.search.reported(best[1])]


def test_of_a_population_the_best_one_s_lineage_is_trained_anew(tmp_path):
    """What is recorded says which numbers: a launch that goes on trains the same."""
    study = Study(tmp_path)
    (search,) = study.space.searches
    search = replace(
        search, sampler="random", oracle=False, settings=16,
        rule=CrossValidation(population=Population()),
    )  # fmt: skip
    study.space = replace(study.space, searches=(search,))
    study.launch()
    (state,) = study.plan().searches
    best = min(state.asked, key=lambda setting: abs(setting.objective.hard_label_weight - 0.6))
    assert state.chosen() == [search.reported(best)]  # nothing was copied
    assert search.as_finalist(best).rule.population is None
    lineage = [Stage(0, {WEIGHT: 0.1, TEMPERATURE: 3.0}, "a"), Stage(10, {WEIGHT: 0.7}, "b")]
    for seed in search.selection_seeds:
        key = Trial(setting=best, seed=seed).key
        one = study.trial_index.records[key]
        study.trial_index.records[key] = replace(one, tags={"lineage": written(lineage)})
    # Its lineage has not been scored yet: the first score was that of a selected student.
    assert study.plan().searches[0].chosen() == []
    before = len(study.trained)
    study.launch(stop_after=before + 3)
    again = search.as_finalist(best, lineage)
    assert sorted(study.trained[before:]) == sorted(
        Trial(setting=again, seed=seed).key for seed in range(2_000, 2_003)
    )
    rescored(study, again, 1)
    (chosen,) = study.plan().searches[0].chosen()
    assert chosen == replace(
        search.base,
        objective=Distillation(hard_label_weight=0.1, temperature=3.0),
        course=Course({10: {WEIGHT: 0.7}}),
    )
    before = len(study.trained)
    study.launch()
    wanted = sorted(Trial(setting=chosen, seed=seed).key for seed in range(10))
    assert sorted(study.trained[before:]) == wanted


def test_a_population_is_never_made_larger():
    """With more settings its last group would be another, and what is recorded of it wrong."""
    search = Search(
        base=ON_BIG, over={WEIGHT: Uniform(0, 1)}, rule=HoldOut(population=Population()),
        sampler="random", oracle=False,
    )  # fmt: skip
    space = Space(name="x", about="", searches=(search,))
    check_counts(space, None, 48)
    with pytest.raises(BadInputError, match="trains populations of 8, and settings is 44"):
        check_counts(space, None, 44)


def test_launch_and_analysis_choose_alike(golden_client, tmp_path):
    """What a launch trains anew is what table and report show as chosen."""
    found = read_study(golden_client, "smoke")
    plan = Plan(
        SPACE, Seeds(found.seeds), None, Store(tmp_path), TrialIndex(found.trials), workers=1
    )
    (state,) = plan.searches
    (shown,) = tuned(rows_of(found))
    assert [setting.key for setting in state.chosen()] == [shown.final.planned.key]
    assert [one.key for one in state.finalists()] == [
        row.again.planned.key for row in shown.finalists
    ]
    assert [setting.key for setting in state.asked] == [row.planned.key for row in shown.asked]
    assert plan.trial_counts() == (len(found.trials),) * 2
