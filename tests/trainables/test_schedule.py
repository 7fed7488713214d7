import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.optim.lr_scheduler import ConstantLR, CosineAnnealingLR, LinearLR, SequentialLR

from trainables.data.augment import Augment
from trainables.errors import BadInputError
from trainables.identity import canonical
from trainables.schedule import Schedule, selected_epoch


def schedule(**fields):
    return Schedule(epochs=3, batch_size=64, **fields)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: schedule(optimiser="adm"), "did you mean 'adam'"),
        (lambda: schedule(optimiser="sgd", momentum=1), "must be ≥ 0 and < 1"),
        (lambda: schedule(momentum=0.8), "Adam has none"),
        (lambda: schedule(weight_decay=-1e-4), "weight_decay is -0.0001: it must be ≥ 0"),
        (lambda: schedule(weight_decay=math.nan), "give a number ≥ 0"),
        (lambda: schedule(rate="cosin"), "did you mean 'cosine'"),
        (lambda: schedule(warm_up=1), "must be ≥ 0 and < 1"),
        (lambda: schedule(augment="flip"), "give Augment(crop=4, flip=True), say"),
        (lambda: schedule(normalise=1), "normalise is 1: give True or False"),
        (lambda: schedule(select_epoch="yes"), "give True or False"),
        (lambda: schedule(select_epoch=True, rate="cosine"), "give one of the two"),
        (lambda: schedule(select_by="accuracy"), "give select_epoch=True, or leave select_by"),
    ],
)
def test_a_wrong_value_is_one_clear_line(make, says):
    with pytest.raises(BadInputError) as caught:
        make()
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_as_before_leaves_no_trace_in_keys():
    plain = canonical(schedule())
    assert plain == {"": "Schedule", "epochs": 3, "batch_size": 64}
    asked = schedule(augment=Augment(flip=True), weight_decay=0.1)
    assert canonical(asked) == plain | {
        "augment": {"": "Augment", "flip": True},
        "weight_decay": 0.1,
    }


def test_a_cohort_shares_all_but_rate_and_weight_decay():
    free = schedule(learning_rate=0.1, weight_decay=0.2)
    assert free.shared == schedule().shared
    assert free.shared.shared == free.shared
    for fields in (
        {"optimiser": "sgd"},
        {"rate": "cosine"},
        {"warm_up": 0.1},
        {"normalise": True},
    ):
        assert schedule(**fields).shared != schedule().shared


@given(st.integers(1, 60), st.floats(0, 0.9), st.sampled_from(["constant", "cosine"]))
def test_rates_are_those_of_pytorch(steps, warm_up, rate):
    mine, rising = schedule(rate=rate, warm_up=warm_up), round(warm_up * steps)
    optimiser = torch.optim.SGD([torch.zeros(1)], lr=1.0)
    after = (
        CosineAnnealingLR(optimiser, T_max=max(steps - rising, 1))
        if rate == "cosine"
        else ConstantLR(optimiser, factor=1.0)
    )
    warm = LinearLR(optimiser, start_factor=1 / (rising + 1), total_iters=max(rising, 1))
    theirs = SequentialLR(optimiser, [warm, after], [rising]) if rising else after
    for step in range(steps):
        wanted = theirs.get_last_lr()[0]
        assert mine.rate_factor(step, steps) == pytest.approx(wanted, abs=1e-9), step
        optimiser.step()
        theirs.step()


@given(st.integers(1, 10**6), st.floats(0, 0.99))
def test_no_step_is_lost_and_the_rate_ends_near_zero(steps, warm_up):
    cosine = schedule(rate="cosine", warm_up=warm_up)
    rising = min(round(warm_up * steps), steps - 1)
    for step in {0, rising // 2, rising, steps - 1}:
        assert 0 < cosine.rate_factor(step, steps) <= 1
    falling = steps - round(warm_up * steps)
    if falling > 1:
        assert cosine.rate_factor(steps - 1, steps) < 3 / falling**2
        assert cosine.rate_factor(rising, steps) == 1


def test_a_constant_rate_is_not_touched():
    assert {schedule().rate_factor(step, 100) for step in range(100)} == {1.0}


@given(st.lists(st.sampled_from([0.1, 0.5, 0.9, math.nan]), min_size=1), st.booleans())
def test_the_best_epoch_is_the_first_of_the_best(curve, higher):
    found = selected_epoch(curve, higher_is_better=higher)
    sound = [value for value in curve if not math.isnan(value)]
    if sound:
        assert found == curve.index(max(sound) if higher else min(sound))
    else:
        assert found == len(curve) - 1
