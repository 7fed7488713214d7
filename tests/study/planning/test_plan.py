"""Plans walked without Ray: a stand-in trains each cohort at once, by a formula."""

from dataclasses import replace

import optuna
import pytest
from formula import Study
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from search_spaces.base import Choice, Search, Uniform
from search_spaces.rows.garments import ON_BIG
from study.planning.optuna_journal import write_journal
from study.planning.predicted import predicted_work
from study.planning.rounds import rounds
from trainables.cohorts.kinds import cost
from trainables.distillation.requirements import logits_for
from trainables.links import Noise
from trainables.networks import Perceptron
from trainables.settings.setting import alone
from trainables.settings.trial import Trial


@pytest.fixture
def study(tmp_path):
    return Study(tmp_path / "one")


# Listed, candidates and oracle's of two seeds, four finalists of three, the chosen.
WHOLE = 20 + 40 * 2 * 2 + 4 * 3 + 10
ARTIFACTS = 15 * 3  # VAE, teacher and logits of ten seeds and the selection's two and three


def test_artifacts_first_then_rounds_then_the_chosen(study):
    titles = study.launch()
    assert titles[:2] == ["artifacts: teacher, vae", "artifacts: logits"]
    rounds_ = [f"search round {n}" for n in (1, 2, 3)]
    assert titles[2:] == [*rounds_, "the finalists, scored again", "the chosen settings"]
    assert study.plan().trial_counts() == (WHOLE, WHOLE)
    assert len(set(study.trained)) == len(study.trained) == WHOLE + ARTIFACTS
    assert predicted_work(study.plan()).total() == 0
    assert study.launch() == []


def test_what_is_reported_has_fresh_seeds(study):
    study.launch()
    seeds = {True: set(), False: set()}
    rules = {key: s.rule for key, s in known(study).items()}
    for r in study.trial_index.records.values():
        seeds[rules[r.setting] is None].add(r.seed)
    assert seeds == {True: {*range(10)}, False: {1_000, 1_001, 2_000, 2_001, 2_002}}


def known(study):
    return {one.setting.key: one.setting for one in study.plan().known_settings()}


def test_the_chosen_is_the_best_of_the_rule(study):
    study.launch()
    (search,) = study.space.searches
    asked = [s for s in known(study).values() if s.rule == search.rule]
    assert len(asked) == 40
    best = min(asked, key=lambda s: abs(s.objective.hard_label_weight - 0.6))
    assert replace(best, rule=None).key in {r.setting for r in study.trial_index.records.values()}


@pytest.mark.parametrize("stop", [0, 3, 20, 40, 100, WHOLE + ARTIFACTS - 1])
def test_a_stopped_launch_goes_on_to_the_same_study(study, stop, tmp_path):
    study.launch(stop_after=stop)
    study.launch()
    undisturbed = Study(tmp_path / "two")
    undisturbed.launch()
    assert sorted(study.trained) == sorted(undisturbed.trained)


def test_settings_that_compete_are_trained_together_whatever_the_workers(study):
    """A group that lost one of its trials is trained whole, so that pruning is the same."""
    study.launch()
    before = len(study.trained)
    (search,) = study.space.searches
    lost = next(r.key for r in study.trial_index.records.values() if r.setting in competing(study))
    del study.trial_index.records[lost]
    study.launch()
    assert study.trained[before:] == [lost]
    assert len(study.company) == search.rule.pruning.group * search.seeds - 1


def test_settings_of_several_shapes_compete_each_with_its_like(study):
    """Two networks cannot be one stack: what was asked for as one group is one for each."""
    (search,) = study.space.searches
    networks = Choice(Perceptron(hidden=(8,)), Perceptron(hidden=(16,)))
    study.space = replace(
        study.space, searches=(replace(search, over={**search.over, "student": networks}),)
    )
    study.launch()
    (state,) = study.plan().searches
    first = state.asked[: search.round_size]
    groups = state.competing(first)
    assert len(groups) > search.round_size / search.rule.pruning.group
    assert all(len({trial.setting.student for trial in group}) == 1 for group in groups)
    assert sorted(t.key for group in groups for t in group) == sorted(
        Trial(setting=setting, seed=seed).key for setting in first for seed in (1_000, 1_001)
    )
    done, total = study.plan().trial_counts()
    assert done == total


def competing(study):
    return {key for key, setting in known(study).items() if setting.rule and setting.rule.pruning}


def test_more_settings_continue_the_same_search(study):
    study.launch(searched=16)
    first = {r.setting for r in study.trial_index.records.values()}
    study.launch(searched=40)
    assert first <= {r.setting for r in study.trial_index.records.values()}
    assert len(study.trained) == len(set(study.trained))


def test_a_plan_counts_finalists_before_they_are_known(study):
    done, total = study.plan().trial_counts()
    assert (done, total) == (0, WHOLE)
    cost = predicted_work(study.plan()).total()
    (search,) = study.space.searches
    study.space = replace(study.space, searches=(replace(search, finalists=1),))
    assert study.plan().trial_counts() == (0, WHOLE - 4 * 3)
    assert predicted_work(study.plan()).total() < cost
    assert "the finalists, scored again" not in study.launch()
    assert study.plan().trial_counts() == (WHOLE - 4 * 3,) * 2


def test_a_plan_foresees_artifacts_that_a_search_decides_on(study):
    """A teacher under noise for each of two deviations; a deviation that is given needs one."""
    noisy = replace(ON_BIG, link=Noise(std=0.1))
    over = {"objective.hard_label_weight": Uniform(0, 1)}
    space = replace(study.space, settings=(alone(ON_BIG),), shown_vaes=())
    given, searched = (
        replace(space, searches=(Search(base=noisy, over=ranges, settings=4, round_size=4),))
        for ranges in (over, {**over, "link.std": Choice(0.1, 0.2, 0.3)})
    )
    costs = []
    for study.space in (given, searched):
        costs.append(predicted_work(study.plan()).total())
    teacher = cost(teacher_behind(noisy))
    # At least two deviations among the four that it asks for, three among as many finalists.
    assert costs[1] - costs[0] >= ((2 - 1) * 2 + (3 - 1) * 3) * teacher
    # No more than three of each; logits are a few per cent of that.
    assert costs[1] - costs[0] <= 1.2 * ((3 - 1) * 2 + (3 - 1) * 3) * teacher


def teacher_behind(setting):
    logits = logits_for(Trial(setting=setting, seed=0))
    return logits.teacher


def test_more_seeds_are_of_what_is_reported_alone(study):
    study.launch()
    asked = {r.setting for r in study.trial_index.records.values()}
    more = WHOLE + 3 * 3
    assert predicted_work(study.plan()).total() == 0
    assert study.plan(seeds=13).trial_counts() == (WHOLE, more)
    study.launch(seeds=13)
    assert {r.setting for r in study.trial_index.records.values()} == asked
    assert study.plan(seeds=13).trial_counts() == (more, more)


def test_a_failed_seed_fails_its_setting_and_the_search_goes_on(study):
    study.launch(stop_after=100)
    failing = [r.key for r in study.trial_index.records.values() if r.seed >= 1_000][:1]
    other = Study(study.store.root.parent / "two")
    other.launch(failing=failing)
    assert len(other.trial_index.failed()) == 1
    done, total = other.plan().trial_counts()
    assert done == total  # a trial's own failure is a result


def test_a_round_that_could_not_be_trained_stops_the_search(study):
    """To ask on without its scores would ask other settings than an undisturbed study."""
    study.launch(stop_after=ARTIFACTS)
    cohorts = next(rounds(study.plan())).cohorts
    dead = next(t.key for c in cohorts for t in c.members if t.setting.rule)
    assert study.launch(dying=[dead]) == ["search round 1"]
    assert study.plan().trial_counts()[0] < WHOLE
    study.launch()
    assert study.plan().trial_counts() == (WHOLE, WHOLE)


def test_many_searches_go_side_by_side(tmp_path):
    study = Study(tmp_path, "tuned_table")
    titles = study.launch()
    assert [t for t in titles if not t.startswith("artifacts")] == [
        "search round 1",
        "search round 2",
        "the finalists, scored again",
        "the chosen settings",
    ]
    done, total = study.plan().trial_counts()
    assert done == total


def test_a_joint_search_makes_the_artifacts_that_a_round_needs(tmp_path):
    study = Study(tmp_path, "joint")
    titles = study.launch()
    assert titles.count("artifacts: logits") > 1
    assert len(set(study.trained)) == len(study.trained)
    assert study.launch() == []


def test_listed_spaces(tmp_path):
    study = Study(tmp_path, "grid")
    assert study.plan().trial_counts() == (0, 410)
    titles = study.launch()
    assert titles[:3] == ["artifacts: teacher, vae", "artifacts: logits", "students"]
    assert titles[-1] == "the chosen settings"
    assert study.plan().trial_counts() == (410, 410)
    trials = {one.key for one in study.plan().listed_choice.trials()}
    assert len(trials) == 10
    fresh = [r for r in study.trial_index.records.values() if r.key in trials]
    assert {r.seed for r in fresh} == {3_000, 3_001, 3_002, 3_003, 3_004}
    assert len(set(study.trained)) == len(study.trained)
    assert predicted_work(study.plan()).total() == 0
    assert study.launch() == []


def test_the_best_cell_is_trained_anew_on_all_of_its_split(tmp_path):
    """A tie of all T by the formula: the earliest cell of λ = 0.5 (0.6 is best) is taken."""
    study = Study(tmp_path, "grid")
    study.launch(stop_after=300)
    assert study.plan().listed_choice.chosen() is None
    study.launch()
    best = replace(study.space.settings[8], held_out=0.0)
    assert best.objective.hard_label_weight == 0.5
    assert study.plan().listed_choice.chosen() == study.space.settings[8]
    anew = {r.setting for r in study.trial_index.records.values() if r.seed >= 3_000}
    assert anew == {best.key, alone(best).key}
    more = study.plan(seeds=7)
    assert more.trial_counts() == (400, 80 * 7 + 2 * 7)  # a new choice, by more seeds
    study.launch(seeds=7)
    seeds = {r.seed for r in study.trial_index.records.values() if r.setting == best.key}
    assert seeds == {*range(3_000, 3_007)}


def test_spaces_share_artifacts(tmp_path):
    grid, search = Study(tmp_path, "grid"), Study(tmp_path, "vae_lambda")
    grid.launch()
    made = [a for level in search.plan(seeds=5).needed_artifacts() for a in level]
    assert {a.seed for a in made} == {1_000, 1_001, 2_000, 2_001, 2_002}  # the selection's own


def test_published_attempts_share_one_teacher(tmp_path):
    study = Study(tmp_path, "paper_table")
    made = [a for level in study.plan().needed_artifacts() for a in level]
    vaes = [a for a in made if a.kind == "vae"]
    assert len(vaes) == 20 + 20 + 1 + 1  # all, small, the published one, and that of Figure 8
    assert len({a.key for a in made}) == len(made)
    assert replace(vaes[0], seed=9).key != vaes[0].key


def test_a_dashboard_s_journal_holds_what_is_known(study, tmp_path):
    study.launch(searched=16)
    path = write_journal(study.plan(searched=16), tmp_path / "a" / "vae_lambda.journal")
    storage = JournalStorage(JournalFileBackend(str(path)))
    (summary,) = optuna.get_all_study_summaries(storage)
    assert (summary.study_name, summary.n_trials) == ("search", 16)
    assert write_journal(Study(tmp_path, "grid").plan(), tmp_path / "none") is None
