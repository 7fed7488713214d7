"""The epoch that a held-out part selects, against the two trainings written out."""

import math
from dataclasses import replace

import pytest
import torch
from few import Few

from search_spaces.rows.bike_sharing import REG_SMALL_ALONE
from search_spaces.rows.garments import ON_TRAIN
from trainables.artifacts.workshop import ignore
from trainables.distillation.requirements import all_logits_for
from trainables.distillation.student import train_students
from trainables.links.fixed import Noise
from trainables.networks.network import Perceptron
from trainables.objectives import Distillation
from trainables.schedule import Schedule
from trainables.settings.scoring import CrossValidation, Oracle
from trainables.settings.setting import Setting, alone
from trainables.settings.trial import Trial
from trainables.teacher import Teacher

FEW = Few(small=80)
SHORT = Schedule(epochs=3, batch_size=16)
SELECTED = Schedule(epochs=12, batch_size=16, learning_rate=3e-2, select_epoch=True)
TAUGHT = Setting(
    target=FEW, student=Perceptron(hidden=(16,)), schedule=SELECTED,
    teacher=Teacher(domain=FEW, network=Perceptron(hidden=(16,)), schedule=SHORT),
)  # fmt: skip
SETTINGS = [
    TAUGHT,
    alone(TAUGHT),
    replace(TAUGHT, link=Noise(draws=2)),
    replace(TAUGHT, schedule=replace(SELECTED, learning_rate=1e-3)),
    replace(TAUGHT, objective=Distillation(hard_label_weight=0.9, temperature=3)),
]
BY_CROSS_ENTROPY = replace(alone(TAUGHT), schedule=replace(SELECTED, select_by="cross_entropy"))


def with_schedule(setting, **changes):
    schedule = replace(setting.schedule, select_epoch=False, select_by="", **changes)
    return replace(setting, schedule=schedule)


def by_hand(setting, seed, workshop):
    """How many epochs the held-out fifth selects, and the student trained for so many."""
    trial = Trial(setting=replace(with_schedule(setting), held_out=0.2), seed=seed)
    (first,) = train_students([trial], workshop, ignore)
    name = setting.schedule.select_by or setting.target.main.name
    curve = first.history[f"validation/{name}"]
    assert len(curve) == setting.schedule.epochs
    epochs = 1 + curve.index(max(curve) if name == "accuracy" else min(curve))
    last = Trial(setting=with_schedule(setting, epochs=epochs), seed=seed)
    return epochs, train_students([last], workshop, ignore)[0]


@pytest.mark.parametrize("place", range(len(SETTINGS) + 1))
def test_it_is_two_trainings(place, workshop):
    setting = [*SETTINGS, BY_CROSS_ENTROPY][place]
    (found,) = train_students([Trial(setting=setting, seed=1)], workshop, ignore)
    epochs, wanted = by_hand(setting, 1, workshop)
    assert found.epochs == found.facts["selected_epochs"] == epochs
    assert found.history == wanted.history
    assert found.reliability == wanted.reliability
    assert len(found.history["train/loss"]) == epochs
    assert not [name for name in found.history if name.startswith("validation/")]
    assert found.final["test/accuracy"] == wanted.final["test/accuracy"]
    assert "test/cross_entropy_integral" not in found.final  # over another number of epochs
    assert dict(found.curve("test/accuracy")) == dict(wanted.curve("test/accuracy"))


def test_each_has_its_own_number_of_epochs_whatever_its_company(workshop):
    trials = [Trial(setting=setting, seed=seed) for setting in SETTINGS for seed in (0, 1)]
    together = train_students(trials, workshop, ignore)
    assert [result.trial for result in together] == trials
    assert len({result.epochs for result in together}) > 2
    for trial, result in zip(trials, together, strict=True):
        (solo,) = train_students([trial], workshop, ignore)
        assert (solo.epochs, solo.history) == (result.epochs, result.history)


def test_numbers_are_selected_by_the_least_error(workshop):
    schedule = Schedule(epochs=6, batch_size=60, learning_rate=0.3, select_epoch=True)
    setting = replace(REG_SMALL_ALONE, schedule=schedule)
    (found,) = train_students([Trial(setting=setting, seed=2)], workshop, ignore)
    epochs, wanted = by_hand(setting, 2, workshop)
    assert (found.epochs, found.history) == (epochs, wanted.history)
    assert epochs < 6  # at this rate it gets worse again


def test_who_fails_in_the_first_training_has_failed_and_no_one_else(workshop):
    wild = replace(TAUGHT, schedule=replace(SELECTED, learning_rate=1e38))
    trials = [Trial(setting=wild, seed=0), Trial(setting=TAUGHT, seed=0)]
    failed, fine = train_students(trials, workshop, ignore)
    assert "epoch 0" in failed.failure
    assert failed.trial == trials[0]
    (solo,) = train_students(trials[1:], workshop, ignore)
    assert (fine.failure, fine.history) == (None, solo.history)


def test_a_candidate_is_scored_at_the_epoch_that_its_folds_select(workshop):
    """By the mean over the folds; what came after is no part of its record."""
    rule = CrossValidation(folds=4)
    setting = replace(TAUGHT, rule=rule)
    trial, plain = (Trial(setting=s, seed=1_000) for s in (setting, with_schedule(setting)))
    (found,), (whole,) = (train_students([each], workshop, ignore) for each in (trial, plain))
    curve = whole.history["validation/accuracy"]
    best = curve.index(max(curve))
    assert 0 < best < 11
    assert found.history["validation/accuracy"] == curve[: best + 1]
    assert found.history["train/loss"] == whole.history["train/loss"][: best + 1]
    assert found.final["validation/accuracy"] == max(curve)
    mean = math.fsum(found.history["part/accuracy"]) / 4
    assert mean == pytest.approx(max(curve))
    assert found.history["part/accuracy"] != whole.history["part/accuracy"]


def test_the_oracle_is_scored_at_the_last_epoch(workshop):
    """It holds nothing out to select by."""
    setting = replace(TAUGHT, rule=Oracle())
    (found,) = train_students([Trial(setting=setting, seed=1_000)], workshop, ignore)
    plain = Trial(setting=with_schedule(setting), seed=1_000)
    (wanted,) = train_students([plain], workshop, ignore)
    assert found.history == wanted.history
    assert found.final["epochs_trained"] == 12


def test_both_trainings_have_a_teacher_that_may_teach_them():
    """The first one's has not seen what the epoch is selected by."""
    schedule = replace(ON_TRAIN.schedule, select_epoch=True)
    trial = Trial(setting=replace(ON_TRAIN, schedule=schedule), seed=0)
    last, first = (logits.teacher for logits in all_logits_for(trial))
    assert (last.withheld_from, last.objects) == ("", 60_000)
    assert (first.withheld_from, first.held_out, first.objects) == ("Train", 0.2, 48_000)
    assert len(all_logits_for(Trial(setting=TAUGHT, seed=0))) == 1  # Big: nothing to withhold
    assert all_logits_for(Trial(setting=alone(TAUGHT), seed=0)) == []


def test_progress_is_that_of_both_trainings(workshop):
    said = []
    train_students([Trial(setting=TAUGHT, seed=0)], workshop, said.append)
    assert said == sorted(said)
    assert 0 < said[0] < said[-1] <= 1
    assert torch.tensor(said).diff().max() < 0.6
