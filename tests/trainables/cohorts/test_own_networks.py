"""Whatever a student's network, it equals its solo run to the bit, whatever its company."""

import math
from dataclasses import dataclass, replace

import pytest
import torch
from few import Few
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from trainables.artifacts.artifact import TeacherArtifact
from trainables.artifacts.workshop import ignore
from trainables.distillation.student import fit, student_cohort_key, train_students
from trainables.links.fixed import Noise
from trainables.networks.convolutional import ConvNet
from trainables.networks.network import Network, Perceptron
from trainables.objectives import Distillation, Hinton
from trainables.randomness import generator
from trainables.schedule import Schedule
from trainables.settings.scoring import HoldOut, Pruning
from trainables.settings.setting import Setting, alone
from trainables.settings.trial import Trial
from trainables.teacher import Teacher

FEW = Few(big=128, small=64, tested=96)
SHORT = Schedule(epochs=3, batch_size=16)


class Residual(nn.Module):
    """A module that only its own `forward` knows: two ways that meet, statistics, dropout."""

    def __init__(self, channels, pixels, outputs):
        super().__init__()
        self.first = nn.Conv2d(channels, 4, 3, padding=1)
        self.second = nn.Conv2d(4, 4, 3, padding=1)
        self.normal = nn.BatchNorm2d(4)
        self.drop = nn.Dropout(0.2)
        self.gain = nn.Parameter(torch.tensor(0.5))
        self.last = nn.Linear(4 * (pixels // 16), outputs)

    def forward(self, x):
        x = functional.max_pool2d(self.first(x).relu(), 2)
        x = x + self.gain * self.normal(self.second(x))
        return self.last(self.drop(functional.max_pool2d(x.relu(), 2).flatten(1)))


@dataclass(frozen=True, kw_only=True)
class Own(Network):
    """A user's network."""

    def build(self, shape, outputs):
        return Residual(shape[0], math.prod(shape[1:]), outputs)


NETWORKS = {
    "convolutional": ConvNet(channels=(4, 8), hidden=(16,)),
    "a user's": Own(),
    "perceptron": Perceptron(hidden=(8,)),
}


def company(network):
    """Trials that differ in all that members may differ in."""
    base = Setting(
        target=FEW,
        student=network,
        teacher=Teacher(domain=FEW, network=Perceptron(hidden=(16,)), schedule=SHORT),
        schedule=SHORT,
    )
    settings = [
        base,
        replace(base, objective=Distillation(hard_label_weight=0.1, temperature=5)),
        replace(base, link=Noise(draws=2)),
        replace(base, schedule=replace(SHORT, learning_rate=1e-2)),
        replace(base, schedule=replace(SHORT, learning_rate=1e-2, weight_decay=0.1)),
        replace(base, objective=Hinton(temperature=2)),
        alone(base),
    ]
    return [Trial(setting=setting, seed=seed) for setting in settings for seed in (0, 1)]


def trained(trials, workshop):
    """Of each trial its results and weights, by key."""
    members, stack = fit(trials, workshop, ignore)
    return {
        member.trials[0].key: (dict(member.history), member.reliability, stack.member(place))
        for place, member in enumerate(members)
    }


def same(one, other):
    assert one[0] == other[0]
    assert one[1] == other[1]
    assert one[2].keys() == other[2].keys()
    assert all(torch.equal(one[2][name], other[2][name]) for name in one[2])


@pytest.mark.parametrize("name", NETWORKS)
def test_a_member_equals_its_solo_run_to_the_bit(name, workshop):
    trials = company(NETWORKS[name])
    assert len({student_cohort_key(trial) for trial in trials}) == 1
    together, turned = trained(trials, workshop), trained(trials[::-1][:5], workshop)
    solo = {}
    for trial in trials:
        solo |= trained([trial], workshop)
        same(together[trial.key], solo[trial.key])
        if trial.key in turned:
            same(turned[trial.key], solo[trial.key])
    weights = [found["last.weight" if name != "perceptron" else "layers.1.weight"]
               for _, _, found in solo.values()]  # fmt: skip
    assert not any(torch.equal(a, b) for k, a in enumerate(weights) for b in weights[:k])


@pytest.mark.parametrize("name", ["convolutional", "a user's"])
@given(order=st.permutations(range(14)), size=st.integers(2, 6))
@settings(max_examples=4)
def test_no_company_and_no_place_changes_a_bit(name, workshop, order, size):
    trials = company(NETWORKS[name])
    chosen = [trials[place] for place in order[:size]]
    found = train_students(chosen, workshop, ignore)
    (alone_,) = train_students(chosen[:1], workshop, ignore)
    assert found[0].history == alone_.history
    assert found[0].reliability == alone_.reliability


@pytest.mark.parametrize("name", NETWORKS)
def test_what_is_pruned_leaves_and_the_others_do_not_notice(name, workshop):
    """Statistics and dropout's draws leave with their member."""
    scores = []
    for pruning in (None, Pruning(group=4, rungs=(0.5,), keep=0.5, alpha=0)):
        rule = HoldOut(held_out=0.25, pruning=pruning)
        trials = [
            Trial(
                setting=replace(
                    company(NETWORKS[name])[0].setting,
                    rule=rule,
                    schedule=replace(SHORT, epochs=4),
                    objective=Distillation(hard_label_weight=weight),
                ),
                seed=1_000,
            )
            for weight in (0.1, 0.4, 0.7, 1.0)
        ]
        scores.append(train_students(trials, workshop, ignore))
    whole, cut = scores
    assert sum(result.pruned is not None for result in cut) == 2
    for full, one in zip(whole, cut, strict=True):
        length = 2 if one.pruned else 4
        for curve in ("train/loss", "validation/cross_entropy"):
            assert one.history[curve] == full.history[curve][:length]


def test_a_convolutional_student_is_what_plain_pytorch_would_train(workshop):
    """Autograd, torch.optim's Adam and the textbook's losses, over the same batches."""
    network = ConvNet(channels=(4, 8))
    setting = replace(company(network)[0].setting, objective=Distillation(hard_label_weight=0.25))
    (member,), stack = fit([Trial(setting=setting, seed=3)], workshop, ignore)
    plain = network.initialised(FEW.shape, 10, generator("init/student", 3))
    optimiser = torch.optim.Adam(plain.parameters(), foreach=False, fused=False)
    x, y = member.split.inputs(), member.split.labels
    soft = member.taught("outputs", 0).softmax(-1)
    order = generator("order/student", 3)
    for _ in range(SHORT.epochs):
        for rows in torch.randperm(len(x), generator=order).split(16):
            logits = plain(x[rows])
            optimiser.zero_grad()
            hard = functional.cross_entropy(logits, y[rows])
            (0.25 * hard + 0.75 * functional.cross_entropy(logits, soft[rows])).backward()
            optimiser.step()
    for name, value in plain.state_dict().items():
        torch.testing.assert_close(stack.member(0)[name], value, atol=2e-4, rtol=0)
    right = plain(FEW.test(3).inputs()).argmax(-1) == FEW.test(3).labels
    assert member.history["test/accuracy"][-1] == pytest.approx(float(right.float().mean()))


@pytest.mark.parametrize("name", NETWORKS)
def test_a_teacher_of_any_network_equals_its_solo_run(name, workshop):
    recipe = Teacher(domain=FEW, network=NETWORKS[name], schedule=SHORT)
    fast = replace(recipe, schedule=replace(SHORT, learning_rate=1e-2))
    artifacts = [
        TeacherArtifact(recipe=each, source_link=link, seed=seed)
        for each, link, seed in ((recipe, None, 0), (fast, None, 1), (recipe, Noise(), 0))
    ]
    assert len({artifact.cohort_key for artifact in artifacts}) == 1
    make = workshop.makers["teacher"]
    for artifact, member in zip(artifacts, make(artifacts, workshop, ignore), strict=True):
        (solo,) = make([artifact], workshop, ignore)
        for tensor, value in solo.tensors.items():
            assert torch.equal(member.tensors[tensor], value), tensor
        assert {k: v for k, v in member.facts.items() if k != "seconds"} == {
            k: v for k, v in solo.facts.items() if k != "seconds"
        }
