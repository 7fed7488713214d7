"""A step that is captured and replayed is the step, as far as a CPU can say.

A CUDA graph is what was told while it was captured, with the tensors of that time. So is what
records every operation and its tensors here, and does them again.
"""

from dataclasses import dataclass, replace

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map_only

import trainables.networks.stacking.replayed as replayed_module
import trainables.networks.updates as updates_module
from benchmarks.gpu import work
from search_spaces.rows.published import published
from search_spaces.smoke import taught
from trainables.artifacts.workshop import ignore
from trainables.data.domains import FASHION_MNIST
from trainables.distillation.student import fit
from trainables.networks import ConvNet, Perceptron
from trainables.networks.stacking.replayed import EAGER, Replayed
from trainables.objectives import Distillation
from trainables.objectives.losses import Terms
from trainables.objectives.objective import Objective, label_loss
from trainables.schedule import Schedule
from trainables.settings.scoring import HoldOut, Pruning
from trainables.settings.trial import Trial

CPU = torch.device("cpu")
ASKING = ("_local_scalar_dense", "lift_fresh", "nonzero", "item")  # they would wait, or copy


class Recorder(TorchDispatchMode):
    """Notes what is done, and with which tensors."""

    def __init__(self):
        super().__init__()
        self.calls = []

    def __torch_dispatch__(self, function, types, arguments=(), options=None):
        if function.overloadpacket.__name__ in ASKING:
            raise RuntimeError(f"{function} while a graph is captured")
        answer = function(*arguments, **(options or {}))
        self.calls.append((function, arguments, options or {}, answer))
        return answer

    def replay(self):
        """Do all of it again; what an earlier call made is made anew, all else is as it stands."""
        made = {}

        def now(tensor):
            return made.get(id(tensor), tensor)

        for function, arguments, options, answer in self.calls:
            given = tree_map_only(torch.Tensor, now, (arguments, options))
            again = function(*given[0], **given[1])
            pairs = zip(tree_flatten(answer)[0], tree_flatten(again)[0], strict=True)
            made |= {id(old): new for old, new in pairs if isinstance(old, torch.Tensor)}


@pytest.fixture
def as_on_a_gpu(monkeypatch):
    """All members' updates in one call; and, once it is called, steps that are captured."""
    graphs = []
    monkeypatch.setattr(updates_module, "is_exact", lambda device: False)

    def capture(function):
        recorder, done = Recorder(), []
        with recorder:
            function()  # a GPU would only note it, so the first replay has been made already
        graphs.append(recorder)

        def replay():
            recorder.replay() if done else done.append(True)

        return replay

    def begin():
        monkeypatch.setattr(replayed_module, "capture_on", lambda device: capture)
        return graphs

    return begin


def of(network, *, rates=(1e-3, 3e-3), rule=None, seeds=2, **changes):
    """Students of two seeds, with rates that rise and fall, and batches of two shapes."""
    settings = [
        replace(
            taught(FASHION_MNIST),
            student=network,
            rule=rule,
            objective=Distillation(hard_label_weight=weight, temperature=1 + weight),
            schedule=Schedule(
                epochs=4, batch_size=300, rate="cosine", warm_up=0.2, learning_rate=rate
            ),
            **changes,
        )
        for weight, rate in zip((0.1, 0.5, 0.9, 1.0), 2 * rates, strict=True)
    ]
    first = 1_000 if rule else 0  # seeds of selection
    return [Trial(setting=each, seed=first + seed) for seed in range(seeds) for each in settings]


SHORT = Schedule(epochs=4, batch_size=300)
CASES = {
    "perceptrons": of(Perceptron(hidden=(64,))),
    "equal rates": of(Perceptron(hidden=(32, 16)), rates=(1e-3, 1e-3)),
    "convolution": of(ConvNet(channels=(2,))),
    "attempts, the optimiser anew": [
        Trial(setting=published(replace(taught(FASHION_MNIST), schedule=SHORT)), seed=attempt)
        for attempt in range(3)
    ],
    "pruned": of(
        Perceptron(hidden=(64,)),
        rule=HoldOut(pruning=Pruning(group=4, rungs=(0.5,), keep=0.5, alpha=0)),
    ),
}


def outcome(trials):
    members, stack = fit(trials, work.prepared(trials[:4], CPU), ignore)
    return [member.history for member in members], [stack.member(n) for n in range(len(stack))]


@pytest.mark.parametrize("trials", CASES.values(), ids=CASES)
def test_replayed_students_are_the_same_to_the_bit(as_on_a_gpu, trials):
    plain = outcome(trials)
    graphs = as_on_a_gpu()
    histories, weights = outcome(trials)
    assert graphs
    assert histories == plain[0]
    for one, other in zip(weights, plain[1], strict=True):
        assert all(torch.equal(one[name], other[name]) for name in other)


@pytest.mark.parametrize("made", [work.teachers, work.vaes])
def test_replayed_artifacts_are_the_same_to_the_bit(as_on_a_gpu, made):
    kind = made(FASHION_MNIST, "Small", 4, 300)
    members = kind.members(3)
    plain = kind.train(members, work.prepared(members, CPU), ignore)
    graphs = as_on_a_gpu()
    again = kind.train(members, work.prepared(members, CPU), ignore)
    assert graphs
    for one, other in zip(again, plain, strict=True):
        assert all(torch.equal(one.tensors[name], other.tensors[name]) for name in other.tensors)


@dataclass(frozen=True, kw_only=True)
class Asking(Objective):
    """Its loss asks for a number, which no graph can."""

    task = "classes"
    weight: float = 0.5

    def loss(self, student, teacher, labels, numbers):
        hard = label_loss(student.outputs, labels)
        doubled = 2 * hard if hard.sum().item() > 1e9 else hard
        return Terms(numbers["weight"] * doubled, hard, hard)


def test_a_loss_that_cannot_be_captured_is_not(as_on_a_gpu):
    trials = [
        replace(trial, setting=replace(trial.setting, objective=Asking(weight=0.1 + 0.2 * n)))
        for n, trial in enumerate(CASES["perceptrons"])
    ]
    plain = outcome(trials)
    assert as_on_a_gpu() == []
    assert outcome(trials)[0] == plain[0]


def test_a_step_is_captured_after_some_and_anew_with_other_tensors(monkeypatch):
    told, version = [], [0]
    monkeypatch.setattr(
        replayed_module, "capture_on", lambda device: lambda f: told.append("captured") or f
    )
    step = Replayed(lambda x: told.append(len(x)), CPU, version=lambda: version[0])
    for _ in range(EAGER + 2):
        step(torch.zeros(2))
    step(torch.zeros(3))
    assert told == [2] * EAGER + ["captured", 2, 2, 3]
    version[0], told[:] = 1, []
    for _ in range(EAGER + 1):
        step(torch.zeros(2))
    assert told == [2] * EAGER + ["captured", 2]
    own = Replayed(lambda x: told.append("own"), CPU, static=False)
    assert own.capture is None
