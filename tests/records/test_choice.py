"""The one rule of choice, on records made up for each case."""

import math
import random
from statistics import fmean

import pytest

from records.choice import Candidate, Outcome, choose, outcome, score
from records.schema import Record

ACCURACY, LOSS = "validation/accuracy", "validation/cross_entropy"


def record(value, seed=0, status="FINISHED", metric=ACCURACY, epochs=10.0, **tags):
    metrics = {} if value is None else {metric: value, "epochs_trained": epochs}
    return Record("", "", "", seed, status, metrics, {}, tags)


def candidate(*values, **options):
    """A candidate of these seeds' values, whole."""
    ended = {seed: record(value, seed, **options) for seed, value in enumerate(values)}
    return Candidate(ended, range(len(values)))


def chosen(*candidates, metric=ACCURACY, higher_is_better=True):
    return choose(candidates, metric, higher_is_better=higher_is_better)


def test_the_best_mean_is_chosen():
    assert chosen(candidate(0.7, 0.8), candidate(0.6, 0.95), candidate(0.1, 0.99)) == 1


def test_lower_is_better_for_a_loss():
    losses = [candidate(value, metric=LOSS) for value in (0.5, 0.3, 0.4)]
    assert chosen(*losses, metric=LOSS, higher_is_better=False) == 1
    assert chosen(*losses, metric=LOSS) == 0


@pytest.mark.parametrize("higher", [True, False])
def test_of_equals_the_earliest_is_chosen(higher):
    tied = [candidate(0.5, 0.7), candidate(0.7, 0.5), candidate(0.6, 0.6)]
    assert chosen(*tied, higher_is_better=higher) == 0
    assert chosen(*tied[::-1], higher_is_better=higher) == 0


@pytest.mark.parametrize("higher", [True, False])
def test_roundings_choose_nothing(higher):
    """1,614 of 2,000 right, thrice: in float32 the second is better, or worse, by 6e-9."""
    for rounding in (6e-9, -6e-9):
        tied = [candidate(0.807), candidate(0.807 + rounding), candidate(0.807)]
        assert chosen(*tied, higher_is_better=higher) == 0
    one_more = [candidate(0.807), candidate(0.8075)]
    assert chosen(*one_more, higher_is_better=higher) == int(higher)


def test_nothing_is_chosen_of_nothing():
    assert chosen() is None
    assert chosen(Candidate({}, range(2))) is None


@pytest.mark.parametrize(
    "other",
    [
        Candidate({0: record(0.99)}, range(2)),
        Candidate({0: record(0.99), 1: record(0.99, status="FAILED")}, range(2)),
        candidate(0.99, None),
        candidate(0.99, 0.99, pruned="after 3 epochs: rank 4 of 8"),
        candidate(0.99, math.nan),
        candidate(0.99, 0.99, metric="oracle/accuracy"),
    ],
    ids=["missing", "failed", "without the score", "pruned", "nan", "scored on test"],
)
def test_what_is_not_whole_is_no_candidate(other):
    assert score(other, ACCURACY) is None
    for both in ([other, candidate(0.5, 0.5)], [candidate(0.5, 0.5), other]):
        assert chosen(*both) == both.index(candidate(0.5, 0.5))
    assert chosen(other) is None


def test_infinity_is_a_score_and_the_worst_loss():
    losses = [candidate(value, metric=LOSS) for value in (math.inf, 2.0)]
    assert chosen(*losses, metric=LOSS, higher_is_better=False) == 1


def test_only_its_own_seeds_score_a_candidate():
    ended = {seed: record(0.5, seed) for seed in (1_000, 1_001)} | {0: record(0.99)}
    assert score(Candidate(ended, range(1_000, 1_002)), ACCURACY) == 0.5


def test_a_score_is_the_exact_mean_in_any_order():
    draws = random.Random(0)
    values = [draws.random() for _ in range(7)]
    assert score(candidate(*values), ACCURACY) == fmean(values)
    assert score(candidate(*values[::-1]), ACCURACY) == fmean(values)


def test_an_outcome_waits_for_every_seed():
    names = {"accuracy": ACCURACY}
    assert outcome(Candidate({0: record(0.5)}, range(2)), names) is None
    assert outcome(candidate(0.5, 0.7), names) == Outcome({"accuracy": 0.6})
    failed = Candidate({0: record(0.5), 1: record(None, status="FAILED")}, range(2))
    assert outcome(failed, names) == Outcome(None)
    assert outcome(candidate(0.5, 0.7), names | {"cross_entropy": LOSS}) == Outcome(None)


def test_an_outcome_says_when_the_first_seed_was_pruned():
    epochs = ((75.0, {"pruned": "rank"}), (50.0, {"pruned": "rank"}), (250.0, {}))
    ended = {seed: record(0.5, seed, epochs=e, **tags) for seed, (e, tags) in enumerate(epochs)}
    assert outcome(Candidate(ended, range(3)), {"accuracy": ACCURACY}, parts=5).pruned_at == 10
