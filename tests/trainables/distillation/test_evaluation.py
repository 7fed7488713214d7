"""Objects of each seed's own are evaluated a block at a time, whatever the company."""

from dataclasses import dataclass, replace

import pytest
import torch
from few import Few

import trainables.distillation.evaluation as evaluation_module
from trainables.artifacts.workshop import ignore
from trainables.data.domains import FASHION_MNIST
from trainables.data.task import Classes
from trainables.distillation.member import members_of
from trainables.distillation.student import train_students
from trainables.distillation.student_stack import StudentStack
from trainables.networks.convolutional import ConvNet
from trainables.networks.network import Perceptron
from trainables.objectives import Distillation
from trainables.objectives.metrics import packed, unpacked
from trainables.schedule import Schedule
from trainables.settings.scoring import HoldOut
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial


@dataclass(frozen=True, kw_only=True)
class Drawn(Few):
    """With a test set of each seed's own, from the garments that Small leaves."""

    even: bool = True

    @property
    def draws_test(self):
        return True

    @property
    def task(self):
        return Classes(names=FASHION_MNIST.task.names, even=self.even)

    def test(self, seed):
        return self.like.split("Big", seed)[-self.tested :]


SETTING = Setting(
    target=Drawn(tested=130),
    student=ConvNet(channels=(4,)),
    objective=Distillation(hard_label_weight=1),
    schedule=Schedule(epochs=2, batch_size=16),
)


@pytest.fixture
def blocks(monkeypatch):
    """Blocks of so many objects, for networks of any size."""

    def set_to(size):
        monkeypatch.setattr(evaluation_module, "BLOCK", size)
        monkeypatch.setattr(evaluation_module, "ACTIVATIONS", 1)

    return set_to


@pytest.mark.parametrize("student", [SETTING.student, Perceptron(hidden=(8,))])
@pytest.mark.parametrize("even", [True, False])
def test_blocks_change_nothing_but_rounding(workshop, blocks, student, even):
    target = replace(SETTING.target, even=even)
    trials = [
        Trial(setting=replace(SETTING, target=target, student=student), seed=k) for k in (0, 1)
    ]
    whole = train_students(trials, workshop, ignore)
    blocks(32)
    for one, other in zip(whole, train_students(trials, workshop, ignore), strict=True):
        names = [f"test/{measure.name}" for measure in target.measures]
        assert len(names) == 2 + (not even)
        for name in names:
            assert other.history[name] == pytest.approx(one.history[name], abs=1e-6), name
        assert one.reliability["student"].objects == other.reliability["student"].objects
        assert sum(one.reliability["student"].objects) == 130
        assert one.history["train/loss"] == other.history["train/loss"]


def test_a_member_s_blocks_do_not_depend_on_its_company(workshop, blocks):
    blocks(32)
    trials = [Trial(setting=SETTING, seed=seed) for seed in (0, 1, 2)]
    for company in (trials, trials[:1]):
        students = StudentStack(members_of(company, workshop), workshop.device)
        assert evaluation_module.Evaluation(students).block == 32
    for result in train_students(trials, workshop, ignore):
        (solo,) = train_students([result.trial], workshop, ignore)
        assert solo.history == result.history
        assert solo.reliability == result.reliability


def test_small_networks_see_all_at_once():
    """As ever, to the bit: a block's size is by the network alone."""
    floats = 64 + 10  # that a student of the study puts out for an object
    assert evaluation_module.ACTIVATIONS // floats > 60_000


def test_a_reported_trial_keeps_which_test_objects_it_has_right(workshop):
    """Their share is the accuracy; a candidate keeps none, nor where each seed has its own."""
    alone = Distillation(hard_label_weight=1)
    short = Schedule(epochs=1, batch_size=16)
    shared = Setting(target=Few(tested=93), objective=alone, schedule=short)
    normalised = replace(shared, schedule=replace(short, normalise=True))
    settings = (shared, normalised)
    for setting in settings:
        trials = [Trial(setting=setting, seed=seed) for seed in (0, 1)]
        for one in train_students(trials, workshop, ignore):
            right = unpacked(one.answers)
            assert len(right) == 93
            assert right.mean() == pytest.approx(one.final["test/accuracy"])
    for setting in (replace(shared, rule=HoldOut()), replace(shared, target=Drawn())):
        (one,) = train_students([Trial(setting=setting, seed=0)], workshop, ignore)
        assert one.answers is None


def test_answers_are_packed_without_loss():
    right = torch.rand(10_003, generator=torch.Generator().manual_seed(0)) > 0.2
    text = packed(right)
    assert unpacked(text).tolist() == right.int().tolist()
    assert len(text) < 1_700
