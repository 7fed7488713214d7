"""A nested search: each reported seed chooses within its own Small, and is trained by that."""

from dataclasses import replace

import pytest
from formula import Study

from search_spaces.base import Choice, NestedSearch, Search, Space, Uniform
from search_spaces.rows.garments import ON_BIG, SMALL_ALONE
from study.planning.predicted import predicted_work
from study.planning.rounds import rounds
from trainables.errors import BadInputError
from trainables.objectives import Distillation
from trainables.settings.population import Population
from trainables.settings.scoring import CrossValidation
from trainables.settings.trial import Trial

WEIGHT = "objective.hard_label_weight"


def space(among=None, **options):
    among = among or Uniform(0, 1)
    search = NestedSearch(base=ON_BIG, over={WEIGHT: among}, settings=6, round_size=3, **options)
    return Space(name="n", about="?", settings=(SMALL_ALONE, ON_BIG), searches=(search,), seeds=3)


def by_its_seed(trial):
    """Each seed is served best by another λ: 0.2, 0.4, 0.6, ..."""
    return 1 - (trial.setting.objective.hard_label_weight - 0.2 * (1 + trial.seed)) ** 2


def chosen(plan):
    """By seed, the λ that is trained."""
    return {
        trial.seed: trial.setting.objective.hard_label_weight
        for state in plan.searches
        for trial in plan.finals(state)
    }


def test_each_seed_is_trained_with_the_best_of_its_own_candidates_by_its_own_scores(tmp_path):
    study = Study(tmp_path, space(), by_its_seed)
    study.launch()
    plan = study.plan()
    assert plan.is_done
    asked = {state.search.own_seed: state.asked for state in plan.searches}
    assert chosen(plan) == {
        seed: max(
            (one.objective.hard_label_weight for one in asked[seed]),
            key=lambda weight: 1 - (weight - 0.2 * (1 + seed)) ** 2,
        )
        for seed in range(3)
    }
    # No seed's candidate is scored with another seed, nor is another's candidate.
    keys = [one.key for settings in asked.values() for one in settings]
    assert len(set(keys)) == 3 * 6
    seeds = plan.trial_index.seeds_of()
    assert all(seeds[one.key] == {seed} for seed, mine in asked.items() for one in mine)
    # Further seeds get nothing but their own: listed settings, candidates, and one choice each.
    assert len(study.trial_index.records) == 3 * (2 + 6 + 1)


@pytest.mark.parametrize("stop", [2, 9, 17, 26])
def test_a_kill_and_an_extension_lead_to_the_same_trials(tmp_path, stop):
    whole = Study(tmp_path / "whole", space(), by_its_seed)
    whole.launch(seeds=4)
    study = Study(tmp_path / "parts", space(), by_its_seed)
    study.launch(seeds=2, stop_after=stop)
    study.launch(seeds=2)
    study.launch(seeds=4)
    assert study.trial_index.records.keys() == whole.trial_index.records.keys()
    assert chosen(study.plan(seeds=4)) == chosen(whole.plan(seeds=4))
    counted = [*study.plan(seeds=4).expected_finals()]
    assert [(one.setting, one.seeds) for one in counted] == [
        (one.setting, one.seeds) for one in whole.plan(seeds=4).expected_finals()
    ]


def test_the_rounds_of_all_seeds_are_stacked_together(tmp_path):
    study = Study(tmp_path, space(), by_its_seed)
    (first,) = [step for step in rounds(study.plan()) if step.title == "search round 1"]
    stacks = [[m for m in cohort.members if m.setting.rule] for cohort in first.cohorts]
    scored = [{member.seed for member in stack} for stack in stacks if stack]
    assert len(scored) == 2  # workers, not seeds
    assert set().union(*scored) == {0, 1, 2}


def test_two_seeds_that_choose_alike_share_a_setting_and_its_record(tmp_path):
    study = Study(tmp_path, space(Choice(0.2, 0.9)), by_its_seed)
    study.launch(seeds=5)
    finals = {
        one.setting.objective.hard_label_weight: one
        for one in study.plan(seeds=5).expected_finals()
    }
    weights = chosen(study.plan(seeds=5))
    assert set(weights.values()) == {0.2, 0.9}
    assert {w: one.seeds for w, one in finals.items()} == {
        w: tuple(seed for seed, mine in weights.items() if mine == w) for w in finals
    }
    for one in finals.values():  # each names a candidate that was chosen for one of its seeds
        first = replace(one.setting, rule=CrossValidation(within=one.seeds[0]))
        assert one.again == first.key


def test_a_choice_that_is_listed_is_trained_once(tmp_path):
    study = Study(
        tmp_path,
        space(Choice(0.5, 0.9)),
        lambda t: 1 - (t.setting.objective.hard_label_weight - 0.5) ** 2,
    )
    study.launch()
    assert set(chosen(study.plan()).values()) == {0.5}
    assert [*study.plan().expected_finals()] == []
    assert study.plan().is_done


def test_what_is_planned_is_counted_and_costs_what_is_trained(tmp_path):
    study = Study(tmp_path, space(), by_its_seed)
    _, total = study.plan().trial_counts()
    assert total == 3 * (2 + 6 + 1)
    more, _ = (study.plan(seeds=n) for n in (6, 3))
    assert more.trial_counts()[1] == 2 * total
    assert (
        1.5 * predicted_work(study.plan()).total()
        < predicted_work(more).total()
        < 2.5 * predicted_work(study.plan()).total()
    )
    study.launch()
    assert study.plan().trial_counts() == (total, total)
    assert predicted_work(study.plan()).total() == 0


class CandidatesOfSeedOne:
    """Whatever the search of seed 1 has asked for by now, as keys of trials."""

    def __init__(self, study):
        self.study = study

    def __contains__(self, key):
        asked = self.study.plan().searches[1].asked
        return key in {Trial(setting=setting, seed=1).key for setting in asked}


def test_a_seed_without_a_whole_candidate_chooses_nothing_and_others_do(tmp_path):
    study = Study(tmp_path, space(), by_its_seed)
    study.launch(failing=CandidatesOfSeedOne(study))
    assert set(chosen(study.plan())) == {0, 2}
    assert len(study.trial_index.failed()) == 6


def test_what_makes_no_sense_is_refused_in_a_line(tmp_path):
    for options, said in (
        ({"seeds": 2}, "NestedSearch.seeds is 2"),
        ({"finalists": 4}, "NestedSearch.finalists is 4"),
        ({"oracle": True}, "NestedSearch.oracle is True"),
        ({"rule": CrossValidation(within=3)}, "within=3"),
        (
            {"rule": CrossValidation(population=Population(group=3)), "sampler": "random"},
            "population",
        ),
    ):
        with pytest.raises(BadInputError, match=said):
            space(**options)
    with pytest.raises(BadInputError, match="within is -1"):
        CrossValidation(within=-1)


def test_no_setting_of_other_searches_has_changed():
    plain = Search(base=ON_BIG, over={WEIGHT: Uniform(0, 1)})
    (one,) = plain.of_each(range(5))
    assert one is plain
    candidate = plain.setting({WEIGHT: 0.3})
    assert candidate == replace(
        ON_BIG, objective=Distillation(hard_label_weight=0.3), rule=CrossValidation()
    )
    assert "within" not in str(candidate.plain)
