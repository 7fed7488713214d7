"""A teacher whose classes are numbered otherwise teaches the same, once `classes` says how."""

import math
from dataclasses import dataclass, replace

import pytest
import torch
from few import Few
from torch import nn

from trainables.artifacts.artifact import LogitsArtifact, TeacherArtifact
from trainables.artifacts.logits import LOGITS
from trainables.artifacts.workshop import ignore
from trainables.distillation.requirements import logits_for
from trainables.distillation.student import fit
from trainables.identity import canonical
from trainables.links.fixed import Noise
from trainables.networks.network import Network, Perceptron
from trainables.objectives import Distillation
from trainables.schedule import Schedule
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial
from trainables.teacher import Teacher

ORDER = (3, 0, 4, 9, 1, 8, 2, 7, 5, 6)  # the new number of each class
SHORT = Schedule(epochs=3, batch_size=16)
AS_THEY_ARE = tuple(range(10))


class Renumber(nn.Module):
    """Logits of classes in their new numbers."""

    def __init__(self, order):
        super().__init__()
        self.old_class = torch.tensor(order).argsort()  # of each new number

    def forward(self, logits):
        return logits[:, self.old_class]


@dataclass(frozen=True, kw_only=True)
class Renumbering(Network):
    """A small perceptron that answers with classes in their new numbers."""

    order: tuple[int, ...] = AS_THEY_ARE

    def build(self, shape, outputs):
        layers = nn.Linear(math.prod(shape), 32), nn.ReLU(), nn.Linear(32, outputs)
        return nn.Sequential(nn.Flatten(), *layers, Renumber(self.order))


PLAIN = Few()
TEACHER = Teacher(domain=PLAIN, network=Renumbering(), schedule=SHORT)
SETTING = Setting(
    target=PLAIN, student=Perceptron(hidden=(16,)), teacher=TEACHER,
    objective=Distillation(hard_label_weight=0.3, temperature=2), schedule=SHORT,
)  # fmt: skip


def renumbered(workshop, artifact):
    """The same teacher as one that learnt the classes in their new numbers, and stored as such."""
    domain, network = replace(PLAIN, order=ORDER), Renumbering(order=ORDER)
    recipe = replace(artifact.recipe, domain=domain, network=network)
    other = replace(artifact, recipe=recipe)
    saved = workshop.get_or_make(artifact)
    workshop.store.save(other.kind, other.key, saved, canonical(other))
    return recipe


@pytest.mark.parametrize("link", [SETTING.link, Noise(draws=2)], ids=lambda link: link.name)
def test_a_permuted_teacher_makes_the_same_student(workshop, link):
    plain = replace(SETTING, link=link)
    recipe = renumbered(workshop, logits_for(Trial(setting=plain, seed=1)).teacher)
    undone = replace(plain, teacher=replace(recipe, classes=ORDER))
    as_it_is = replace(plain, teacher=recipe)
    logits = [
        workshop.get_or_make(logits_for(Trial(setting=setting, seed=1))).tensors[LOGITS]
        for setting in (plain, undone, as_it_is)
    ]
    assert logits[0].shape == (link.samples, 64, 10)
    assert torch.equal(logits[1], logits[0])
    assert torch.equal(logits[2][..., list(ORDER)], logits[0])
    found = [fit([Trial(setting=s, seed=1)], workshop, ignore) for s in (plain, undone, as_it_is)]
    (one, other, wrong) = (stack.member(0) for _, stack in found)
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert found[0][0][0].history == found[1][0][0].history
    assert not torch.equal(one["layers.0.weight"], wrong["layers.0.weight"])


def test_what_is_said_of_a_permuted_teacher_is_the_same(workshop):
    recipe = renumbered(workshop, logits_for(Trial(setting=SETTING, seed=1)).teacher)
    undone = replace(SETTING, teacher=replace(recipe, classes=ORDER))
    one, other = (
        workshop.get_or_make(logits_for(Trial(setting=setting, seed=1))).facts
        for setting in (SETTING, undone)
    )
    for name in one:
        if not name.endswith("seconds"):
            assert one[name] == other[name], name
    assert one["through_link/test_accuracy"] > 0.2


def test_several_classes_of_a_student_may_be_one_of_the_teacher_s(workshop):
    teacher = TeacherArtifact(recipe=TEACHER, seed=2)
    whole, merged = (
        workshop.get_or_make(
            LogitsArtifact(
                teacher=teacher, link=SETTING.link, vae=None, target=PLAIN, split="Small",
                classes=classes, seed=2,
            )
        ).tensors[LOGITS]
        for classes in (None, (7, 7, 0, 1, 2, 3, 4, 5, 6, 7))
    )  # fmt: skip
    assert torch.equal(merged, whole[..., [7, 7, 0, 1, 2, 3, 4, 5, 6, 7]])


def test_one_teacher_serves_students_of_any_classes():
    """Its training does not depend on how its answers are read."""
    turned = replace(SETTING, teacher=replace(TEACHER, classes=ORDER))
    one, other = (logits_for(Trial(setting=setting, seed=0)) for setting in (SETTING, turned))
    assert one.teacher.key == other.teacher.key
    assert one.key != other.key
