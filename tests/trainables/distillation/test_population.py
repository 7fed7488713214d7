"""Population-based training: who takes after whom, and that a lineage can be trained again."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_spaces.smoke import taught
from trainables.artifacts.workshop import ignore
from trainables.data.domains import FASHION_MNIST
from trainables.distillation.population import exploited, explored
from trainables.distillation.student import train_students
from trainables.objectives import Distillation
from trainables.randomness import generator
from trainables.schedule import Schedule
from trainables.settings.course import Course
from trainables.settings.lineage import read, reported, written
from trainables.settings.population import Population
from trainables.settings.scoring import CrossValidation, HoldOut
from trainables.settings.trial import Trial

WEIGHT, TEMPERATURE = "objective.hard_label_weight", "objective.temperature"
RATE, DECAY = "schedule.learning_rate", "schedule.weight_decay"
RANGES = ((WEIGHT, 0.0, 1.0), (TEMPERATURE, 0.5, 20.0), (RATE, 1e-4, 1e-2), (DECAY, 1e-6, 0.1))
POPULATION = Population(group=4, every=2, share=0.5, ranges=RANGES, seed=3)
EPOCHS = Schedule(epochs=7, batch_size=64)
BASE = replace(taught(FASHION_MNIST), schedule=EPOCHS)


def draw(seed=0):
    return generator("population", seed)


@given(
    scores=st.dictionaries(st.text(max_size=3), st.floats(-9, 9), max_size=12),
    share=st.floats(0.01, 0.5), higher=st.booleans(), seed=st.integers(0, 99),
)  # fmt: skip
def test_the_worst_share_takes_after_the_best(scores, share, higher, seed):
    population = Population(share=share)
    taken = exploited(scores, population, draw(seed), higher_is_better=higher)
    assert len(taken) == (max(1, int(len(scores) * share)) if len(scores) > 1 else 0)
    assert not set(taken) & set(taken.values())
    sign = 1 if higher else -1
    for key, source in taken.items():
        assert sign * scores[source] >= sign * scores[key]
        assert sum(sign * s > sign * scores[source] for s in scores.values()) < len(taken)
        assert sum(sign * s < sign * scores[key] for s in scores.values()) < len(taken)


def test_of_equals_the_later_asked_takes_after_the_earlier():
    scores = dict.fromkeys("dacb", 0.5)
    taken = exploited(scores, Population(share=0.25), draw(), higher_is_better=True)
    assert taken == {"b": "d"}
    assert exploited(scores, Population(share=0.25), draw(), higher_is_better=False) == taken


@given(st.floats(0, 1), st.floats(0.5, 20), st.integers(0, 99))
def test_numbers_are_multiplied_and_stay_in_their_range(weight, temperature, seed):
    numbers = {WEIGHT: weight, TEMPERATURE: temperature, "link.std": 9.0}
    population = Population(factors=(0.8, 1.25), ranges=RANGES[:2])
    found = explored(numbers, population, draw(seed))
    assert [*found] == [WEIGHT, TEMPERATURE]  # what is not searched stays
    assert found[WEIGHT] in {weight * 0.8, min(weight * 1.25, 1.0)}
    assert found[TEMPERATURE] in {max(temperature * 0.8, 0.5), min(temperature * 1.25, 20.0)}


def candidates(rule, seeds=(1_000, 1_001)):
    """Four settings that differ in all that may change."""
    numbers = [(0.1, 1, 3e-3, 0), (0.9, 4, 1e-4, 0.1), (0.4, 8, 1e-3, 0), (0.6, 2, 1e-4, 1e-3)]
    settings = [
        replace(
            BASE, rule=rule, objective=Distillation(hard_label_weight=weight, temperature=t),
            schedule=replace(EPOCHS, learning_rate=rate, weight_decay=decay),
        )
        for weight, t, rate, decay in numbers
    ]  # fmt: skip
    return [Trial(setting=setting, seed=seed) for setting in settings for seed in seeds]


@pytest.fixture(scope="module")
def trained(workshop):
    rule = CrossValidation(folds=2, score="cross_entropy", population=POPULATION)
    return train_students(candidates(rule), workshop, ignore)


def test_a_lineage_trained_again_ends_where_it_ended_to_the_bit(trained, workshop):
    """Each candidate, alone and as a course of numbers: same seeds, same folds, same end.

    So a copied row goes on exactly as its source would, moments included.
    """
    rule = CrossValidation(folds=2, score="cross_entropy")
    for one in trained:
        setting = replace(reported(one.trial.setting, one.lineage), rule=rule)
        (again,) = train_students([replace(one.trial, setting=setting)], workshop, ignore)
        last = one.lineage[-1].after
        for name in ("train/loss", "validation/cross_entropy", "validation/accuracy"):
            assert again.history[name][last:] == one.history[name][last:]
        assert again.lineage == ()
    copied = [one for one in trained if one.lineage[1:]]
    assert len(copied) >= 4  # two of four settings, of two seeds each
    assert any(len(one.lineage) > 2 for one in copied)


def test_settings_move_whole_and_their_curves_say_how(trained):
    by_setting = {}
    for one in trained:
        lineages = by_setting.setdefault(one.trial.setting.key, [])
        lineages.append(one.lineage)
        assert read(written(one.lineage)) == one.lineage
        for path, low, high in RANGES:
            curve = one.history[f"population/{path}"]
            assert len(curve) == EPOCHS.epochs
            assert all(low <= value <= high or value == curve[0] for value in curve)
            assert curve[-1] == pytest.approx(one.lineage[-1].numbers[path], rel=1e-12)
    assert all(one == other for one, other in by_setting.values())
    scores = [one.final["validation/cross_entropy"] for one in trained]
    start = [one.history["validation/cross_entropy"][1] for one in trained]
    assert max(scores) < max(start)


def test_the_same_seed_repeats_it_in_any_order_of_members_and_another_does_not(trained, workshop):
    def lineages(seed, trials):
        rule = CrossValidation(
            folds=2, score="cross_entropy", population=replace(POPULATION, seed=seed)
        )
        found = train_students(
            [replace(t, setting=replace(t.setting, rule=rule)) for t in trials], workshop, ignore
        )
        return {
            one.trial.seed: [stage._replace(setting="") for stage in one.lineage] for one in found
        }, {one.trial.key: one.history for one in found}

    trials = [one.trial for one in trained]
    by_seed = sorted(trials, key=lambda trial: -trial.seed)
    same = lineages(3, by_seed)[1]
    assert same == {one.trial.key: one.history for one in trained}
    assert lineages(4, trials)[0] != lineages(3, trials)[0]


def test_a_setting_that_diverges_fails_and_is_not_one_of_the_population(workshop):
    rule = HoldOut(score="accuracy", population=replace(POPULATION, share=0.25, ranges=RANGES[:2]))
    trials = candidates(rule, seeds=(1_000,))
    schedule = replace(EPOCHS, learning_rate=1e38)
    bad = replace(trials[0], setting=replace(trials[0].setting, schedule=schedule))
    found = train_students([bad, *trials[1:]], workshop, ignore)
    assert [bool(one.failure) for one in found] == [True, False, False, False]
    assert found[0].lineage == ()
    others = {one.trial.setting.key for one in found[1:]}
    assert all(stage.setting in others for one in found for stage in one.lineage)
    assert sum(len(one.lineage) > 1 for one in found) >= 1


def test_a_course_changes_what_it_says_and_nothing_before(workshop):
    """Numbers that stay in effect as they were: equal; a rate of almost nothing: no change."""
    trial = Trial(setting=replace(BASE, rule=HoldOut()), seed=1_000)
    courses = (
        None,
        Course({3: {TEMPERATURE: BASE.objective.temperature}}),
        Course({3: {RATE: 1e-30, WEIGHT: 0.9}, 5: {RATE: 1e-3}}),
    )
    trials = [replace(trial, setting=replace(trial.setting, course=each)) for each in courses]
    plain, same, still = (
        one.history["validation/cross_entropy"] for one in train_students(trials, workshop, ignore)
    )
    assert same == plain
    assert still[:3] == plain[:3]
    assert still[2] == still[3] == still[4] != still[5]
