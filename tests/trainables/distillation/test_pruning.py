"""Which settings go on at a rung, and a whole bracket of successive halving in one stack."""

from dataclasses import replace

import pytest

from search_spaces.smoke import taught
from trainables.artifacts.workshop import ignore
from trainables.data.domains import FASHION_MNIST
from trainables.distillation.pruning import dropped
from trainables.distillation.student import train_students
from trainables.objectives import Distillation
from trainables.schedule import Schedule
from trainables.settings.scoring import CrossValidation, Halving, HoldOut, Pruning
from trainables.settings.trial import Trial

NAN = float("nan")


@pytest.mark.parametrize(
    ("pruning", "epochs", "rungs"),
    [
        (Pruning(rungs=(0.3, 0.6)), 50, [15, 30]),
        (Pruning(rungs=(0.1, 0.2, 0.3, 0.9)), 4, [1]),  # 0.4, 0.8, 1.2 and 3.6
        (Halving(), 81, [3, 9, 27]),
        (Halving(), 27, [1, 3, 9]),
        (Halving(factor=2, first=1 / 16), 16, [1, 2, 4, 8]),
        (Halving(), 50, [2, 6, 18]),  # r = 2: 54 would be beyond the end
        (Halving(), 28, [1, 3, 9, 27]),
        (Halving(), 4, [1, 3]),  # r is one epoch at least
        (Halving(), 1, []),
        (Halving(first=0.9), 10, [9]),
    ],
)  # fmt: skip
def test_rungs_are_whole_epochs_before_the_last(pruning, epochs, rungs):
    assert pruning.rung_epochs(epochs) == rungs


@pytest.mark.parametrize(("settings", "left"), [(27, [9, 3, 1]), (13, [4, 1, 1]), (2, [1, 1, 1])])
def test_a_bracket_keeps_the_best_third_at_each_rung(settings, left):
    """Whole groups and unequal ones, from which ⌊n/3⌋ and never none goes on."""
    alive = {str(k): [0.01 * (7 * k % settings)] for k in range(settings)}
    for count in left:
        ranked = sorted(alive, key=lambda key: -alive[key][0])
        for key in dropped(alive, Halving(), higher_is_better=True):
            del alive[key]
        assert sorted(alive) == sorted(ranked[:count])


def test_of_equals_the_earlier_goes_on_and_what_is_not_a_number_is_not_compared():
    scores = {"d": [0.5], "nan": [NAN], "a": [0.5], "c": [0.5], "b": [0.5], "worst": [0.4]}
    reasons = dropped(scores, Halving(factor=2), higher_is_better=True)
    assert set(reasons) == {"c", "b", "worst"}  # ⌊5/2⌋ = 2 of the five numbers go on
    assert reasons["c"] == "rank 3 of 5 (0.5000 against 0.5000), the best 2 go on"
    assert dropped(scores, Halving(factor=2), higher_is_better=False).keys() == {"a", "c", "b"}
    assert dropped({"a": [NAN], "b": [0.1]}, Halving(), higher_is_better=True) == {}


BASE = replace(taught(FASHION_MNIST), schedule=Schedule(epochs=9, batch_size=64))


def trials(rule, weights, seeds=(1_000,), rates=None):
    """Candidates that differ in λ, and in rate where that is given."""
    settings = [
        replace(
            BASE, rule=rule, objective=Distillation(hard_label_weight=weight),
            schedule=replace(BASE.schedule, learning_rate=rate),
        )
        for weight, rate in zip(weights, rates or [1e-3] * len(weights), strict=True)
    ]  # fmt: skip
    return [Trial(setting=setting, seed=seed) for setting in settings for seed in seeds]


def test_survivors_of_three_rungs_end_where_they_end_without_them(workshop):
    """Nine settings, two folds and two seeds each: 9, 4, 2 and 1 of them train on."""
    weights = [k / 8 for k in range(9)]
    halving = Halving(group=9, factor=2, first=1 / 9)
    whole, cut = (
        train_students(
            trials(CrossValidation(folds=2, pruning=pruning), weights, (1_000, 1_001)),
            workshop, ignore,
        )
        for pruning in (None, halving)
    )  # fmt: skip
    alive, ends = {k: [*range(2 * k, 2 * k + 2)] for k in range(9)}, {}
    for rung in halving.rung_epochs(9):  # the same bracket, from the whole curves
        means = {
            k: sum(whole[at].history["validation/accuracy"][rung - 1] for at in places)
            for k, places in alive.items()
        }
        ranked = sorted(means, key=lambda k: (-means[k], k))
        for k in ranked[max(1, len(ranked) // 2) :]:
            ends[k] = rung
            del alive[k]
    assert [sum(end == rung for end in ends.values()) for rung in (1, 2, 4, 8)] == [5, 2, 1, 0]
    for place, (full, one) in enumerate(zip(whole, cut, strict=True)):
        end = ends.get(place // 2, 9)
        assert (
            one.history["validation/cross_entropy"]
            == (full.history["validation/cross_entropy"][:end])
        )
        assert bool(one.pruned) == (end < 9)


def test_ties_go_to_the_earlier_asked_though_the_stack_stands_by_rate(workshop):
    """Rates too small to change an answer: equal scores, and the first asked has the largest."""
    rule = HoldOut(pruning=Halving(group=4, factor=4, first=0.2))
    rates = [4e-12, 1e-12, 2e-12, 3e-12]
    found = train_students(trials(rule, [0.5] * 4, rates=rates), workshop, ignore)
    assert [bool(one.pruned) for one in found] == [False, True, True, True]


def test_a_setting_that_diverges_fails_and_the_others_compete(workshop):
    """By accuracy too, which the NaNs of its answers have as others do."""
    rule = HoldOut(score="accuracy", pruning=Halving(group=4, factor=3, first=0.2))
    rates = [1e-3, 1e38, 2e-3, 3e-3]
    found = train_students(trials(rule, [0.5] * 4, rates=rates), workshop, ignore)
    assert [bool(one.failure) for one in found] == [False, True, False, False]
    assert sum(one.pruned is None and one.failure is None for one in found) == 1
    assert all("of 3" in one.pruned for one in found if one.pruned)
