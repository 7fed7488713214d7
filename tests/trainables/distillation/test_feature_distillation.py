"""Students that learn a teacher's features: whose rows, by what, and in any company."""

from dataclasses import replace

import pytest
import torch
from few import Few
from torch import nn
from torch.nn import functional

from trainables.artifacts.workshop import ignore
from trainables.distillation.requirements import logits_for
from trainables.distillation.student import fit, student_cohort_key, train_students
from trainables.links.fixed import Noise
from trainables.networks.convolutional import ConvNet
from trainables.networks.network import Perceptron
from trainables.networks.perceptron import Linear, Mlp
from trainables.objectives import AttentionTransfer, Distillation, FitNets
from trainables.randomness import generator
from trainables.schedule import Schedule
from trainables.settings.scoring import HoldOut, Pruning
from trainables.settings.setting import Setting, alone
from trainables.settings.trial import Trial
from trainables.teacher import Teacher

FEW = Few()
SHORT = Schedule(epochs=3, batch_size=16)
HINTS = Setting(
    target=FEW,
    student=Perceptron(hidden=(16,)),
    teacher=Teacher(domain=FEW, network=Perceptron(hidden=(24,)), schedule=SHORT),
    objective=FitNets(weight=0.7, features="hidden"),
    schedule=SHORT,
)
MAPS = replace(
    HINTS,
    student=ConvNet(channels=(4,)),
    teacher=Teacher(domain=FEW, network=ConvNet(channels=(6, 8)), schedule=SHORT),
    objective=AttentionTransfer(beta=3, features=("maps",)),
)
SAME_SIZE = replace(HINTS, student=Perceptron(hidden=(24,)))


def teacher_of(setting, seed, workshop):
    return workshop.teacher(logits_for(Trial(setting=setting, seed=seed)).teacher)


@pytest.mark.parametrize(
    ("changes", "attempts"),
    [({"held_out": 0.25}, 1), ({"protocol": "published"}, 2)],
    ids=["a part held out", "trained on"],
)
def test_hints_are_what_plain_pytorch_would_train(workshop, changes, attempts):
    """With a regressor of its own, whose moments each attempt renews as the student's."""
    setting = replace(HINTS, **changes)
    trials = [Trial(setting=setting, seed=seed) for seed in range(attempts)]
    (member,), stack = fit(trials, workshop, ignore)
    plain = Mlp((784, 16, 10), generator("init/student", 0))
    regressor = Linear(16, 24, generator("init/regressor", 0))
    both = nn.ModuleList([plain, regressor])
    learnt = member.split[member.parts.learn]
    x, y, order = learnt.inputs(), learnt.labels, generator("order/student", 0)
    teacher = teacher_of(setting, 0, workshop)
    hints = functional.linear(x, *teacher.layers[0].parameters()).relu()
    for epoch in range(attempts * SHORT.epochs):
        if epoch % SHORT.epochs == 0:
            optimiser = torch.optim.Adam(both.parameters(), foreach=False, fused=False)
        for rows in torch.randperm(len(x), generator=order).split(16):
            hidden = functional.linear(x[rows], *plain.layers[0].parameters()).relu()
            logits = functional.linear(hidden, *plain.layers[1].parameters())
            gap = functional.linear(hidden, *regressor.parameters()) - hints[rows]
            loss = functional.cross_entropy(logits, y[rows]) + 0.7 * gap.square().mean() / 2
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    for name, value in plain.state_dict().items():
        torch.testing.assert_close(stack.member(0)[name], value, atol=2e-4, rtol=0)


def test_attention_is_of_the_teacher_s_maps(workshop):
    (member,), _ = fit([Trial(setting=replace(MAPS, held_out=0.25), seed=0)], workshop, ignore)
    teacher = teacher_of(MAPS, 0, workshop)
    images = member.split[member.parts.learn].inputs().view(-1, 1, 28, 28)
    torch.testing.assert_close(member.taught("maps", 0), teacher.maps(images).detach())
    assert member.taught("maps", 0).shape == (48, 8, 7, 7)


@pytest.mark.parametrize("base", [HINTS, SAME_SIZE, MAPS], ids=["hints", "same size", "maps"])
def test_a_member_equals_its_solo_run_to_the_bit(base, workshop):
    weight = "beta" if base is MAPS else "weight"
    settings = [
        base,
        replace(base, objective=replace(base.objective, **{weight: 0.05})),
        replace(base, link=Noise(draws=2)),
        replace(base, schedule=replace(SHORT, learning_rate=1e-2)),
    ]
    trials = [Trial(setting=setting, seed=seed) for setting in settings for seed in (0, 1)]
    assert len({student_cohort_key(trial) for trial in trials}) == 1
    together = train_students(trials, workshop, ignore)
    turned = train_students(trials[::-1][:3], workshop, ignore)[::-1]
    for trial, result in zip(trials, together, strict=True):
        (solo,) = train_students([trial], workshop, ignore)
        assert solo.history == result.history
    assert [r.history for r in turned] == [r.history for r in together[-3:]]
    assert len({tuple(r.history["train/loss"]) for r in together}) == len(trials)


def test_a_weight_of_zero_is_the_student_alone(workshop):
    """To the bit, with its labels' loss written by autograd; and what is compared is measured."""
    weightless = replace(HINTS, objective=FitNets(weight=0, features="hidden"))
    one, other = (
        train_students([Trial(setting=setting, seed=3)], workshop, ignore)[0]
        for setting in (weightless, alone(HINTS))
    )
    for name in ("test/accuracy", "test/cross_entropy", "train/hard"):
        assert one.history[name] == pytest.approx(other.history[name], abs=1e-5), name
    assert all(value > 0 for value in one.history["train/soft"])


@pytest.mark.parametrize("base", [HINTS, MAPS], ids=["hints", "maps"])
def test_regressors_leave_with_their_students(base, workshop):
    weight = "beta" if base is MAPS else "weight"
    scores = []
    for pruning in (None, Pruning(group=4, rungs=(0.5,), keep=0.5, alpha=0)):
        trials = [
            Trial(
                setting=replace(
                    base,
                    rule=HoldOut(held_out=0.25, pruning=pruning),
                    schedule=replace(SHORT, epochs=4),
                    objective=replace(base.objective, **{weight: value}),
                ),
                seed=1_000,
            )
            for value in (0.0, 0.5, 5.0, 50.0)
        ]
        scores.append(train_students(trials, workshop, ignore))
    whole, cut = scores
    assert sum(result.pruned is not None for result in cut) == 2
    for full, one in zip(whole, cut, strict=True):
        length = 2 if one.pruned else 4
        assert one.history["train/loss"] == full.history["train/loss"][:length]


def test_features_are_kept_beside_the_logits_and_only_where_they_are_read():
    read, other = (
        logits_for(Trial(setting=replace(HINTS, objective=objective), seed=0))
        for objective in (HINTS.objective, Distillation())
    )
    assert (read.features, other.features) == (("hidden",), ())
    assert read.key != other.key
    assert read.teacher.key == other.teacher.key
