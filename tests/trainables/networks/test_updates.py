"""A member's updates are PyTorch's, and its own: whatever the rates of its company."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

import trainables.networks.updates as updates_module
from trainables.networks.optimisers.rules import Adam, Sgd, optimiser_of
from trainables.networks.perceptron import Mlp
from trainables.networks.stack import LANES, Stack
from trainables.networks.updates import Updates
from trainables.randomness import generator
from trainables.schedule import Schedule

CPU = torch.device("cpu")
FACTORS = (0.5, 1.0, 0.7, 0.0, 0.3, 1.0)


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=generator("updates", seed))


def schedule(**fields):
    return Schedule(epochs=1, batch_size=1, **fields)


PYTORCHS = [
    (Adam(), 0.0, torch.optim.Adam, {}),
    (Adam(beta1=0.5), 0.0, torch.optim.Adam, {"betas": (0.5, 0.999)}),
    (Adam(), 0.1, torch.optim.AdamW, {}),
    (Sgd(), 0.0, torch.optim.SGD, {}),
    (Sgd(momentum=0.9), 0.0, torch.optim.SGD, {"momentum": 0.9}),
    (Sgd(momentum=0.9), 0.1, torch.optim.SGD, {"momentum": 0.9}),
]


@pytest.mark.parametrize(("optimiser", "decay", "pytorchs", "options"), PYTORCHS)
def test_updates_are_those_of_pytorch_to_the_bit(optimiser, decay, pytorchs, options):
    mine = [drawn(3, 5, LANES), drawn(3, LANES, seed=1)]
    theirs = [nn.Parameter(value.clone()) for value in mine]
    updates = Updates(mine, [1e-2] * 3, optimiser, [decay] * 3)
    reference = pytorchs(theirs, lr=1e-2, weight_decay=decay, fused=True, **options)
    for step, factor in enumerate(FACTORS):
        gradients = [drawn(*value.shape, seed=10 * step + i) for i, value in enumerate(mine)]
        reference.param_groups[0]["lr"] = 1e-2 * factor
        updates.factor = factor
        for value, gradient in zip(theirs, gradients, strict=True):
            value.grad = gradient.clone()
        updates.step([[gradient] for gradient in gradients])
        reference.step()
    for value, wanted in zip(mine, theirs, strict=True):
        assert torch.equal(value, wanted)


def train(schedules, seeds, keep=None):
    """The weights of a stack after some steps at changing rates; of its members to keep."""
    models = [Mlp((40, 33, 10), generator("init", seed)) for seed in seeds]
    stack = Stack.scheduled(models, schedules, CPU)
    for step, factor in enumerate(FACTORS):
        if keep and step == 3:
            stack.keep(keep)
            seeds = [seeds[place] for place in keep]
        x = torch.stack([drawn(16, 40, seed=100 * step + seed) for seed in seeds])
        y = torch.arange(16).remainder(10).expand(len(seeds), -1)
        stack.set_rate_factor(factor)
        losses = functional.cross_entropy(stack(x).transpose(1, 2), y, reduction="none").mean(1)
        stack.step(losses)
    return [stack.member(place) for place in range(len(stack))]


RATES = st.sampled_from([1e-3, 3e-3, 1e-2])
DECAYS = st.sampled_from([0.0, 1e-2, 0.3])


@pytest.mark.parametrize("optimiser", ["adam", "sgd"])
@settings(deadline=None, max_examples=10)
@given(pairs=st.lists(st.tuples(RATES, DECAYS), min_size=2, max_size=5), data=st.data())
def test_a_member_is_its_solo_run_to_the_bit(optimiser, pairs, data):
    schedules = [
        schedule(optimiser=optimiser, learning_rate=rate, weight_decay=decay)
        for rate, decay in pairs
    ]
    seeds = list(range(len(pairs)))
    kept = data.draw(st.lists(st.sampled_from(seeds), min_size=1, unique=True))
    for place, member in zip(kept, train(schedules, seeds, kept), strict=True):
        (solo,) = train([schedules[place]], [place])
        for name, value in solo.items():
            assert torch.equal(member[name], value), name


@pytest.mark.parametrize(
    ("given", "make"),
    [
        (schedule(), torch.optim.Adam),
        (schedule(weight_decay=0.2), torch.optim.AdamW),
        (schedule(optimiser="sgd", momentum=0.8, weight_decay=0.2), torch.optim.SGD),
        (schedule(optimiser="sgd", momentum=0.0), torch.optim.SGD),
    ],
)
def test_a_member_is_a_plain_module_under_a_plain_optimiser(given, make):
    ours = train([given, schedule(**vars_of(given), learning_rate=0.02)], [4, 5])[0]
    one = Mlp((40, 33, 10), generator("init", 4))
    plain = nn.Sequential(nn.Linear(40, 33), nn.ReLU(), nn.Linear(33, 10))
    plain.load_state_dict(
        {f"{2 * i}.{n}": v for i in (0, 1) for n, v in one.layers[i].state_dict().items()}
    )
    options = {"momentum": given.momentum} if given.optimiser == "sgd" else {}
    optimiser = make(
        plain.parameters(), given.learning_rate, weight_decay=given.weight_decay, **options
    )
    for step, factor in enumerate(FACTORS):
        optimiser.param_groups[0]["lr"] = given.learning_rate * factor
        optimiser.zero_grad()
        x, y = drawn(16, 40, seed=100 * step + 4), torch.arange(16).remainder(10)
        functional.cross_entropy(plain(x), y).backward()
        optimiser.step()
    for name, value in plain.state_dict().items():
        layer, kind = name.split(".")
        mine = ours[f"layers.{int(layer) // 2}.{kind}"]
        torch.testing.assert_close(mine, value, rtol=1e-4, atol=1e-6)


def vars_of(given):
    return {"optimiser": given.optimiser, "momentum": given.momentum}


def test_without_weight_decay_adams_are_one():
    with_none, without = (train([s], [1])[0] for s in (schedule(weight_decay=0.0), schedule()))
    decayed = train([schedule(weight_decay=0.1)], [1])[0]
    for name, value in without.items():
        assert torch.equal(with_none[name], value)
        assert not torch.equal(decayed[name], value)


@pytest.mark.parametrize(("rates", "decays"), [
    ([1e-2] * 3, [0.1] * 3), ([1e-2, 1e-3, 3e-3], [0.0] * 3), ([1e-2, 1e-3, 1e-2], [0.0, 0.1, 0.3])
])  # fmt: skip
@pytest.mark.parametrize("optimiser", [Adam(), Sgd(), Sgd(momentum=0.9)], ids=str)
def test_all_members_in_one_call_are_themselves_to_rounding(monkeypatch, optimiser, rates, decays):
    """As on a GPU: whatever the rates, and with nothing of the host's in a step."""
    found = []
    for exact in (True, False):
        monkeypatch.setattr(updates_module, "is_exact", lambda device, exact=exact: exact)
        values = [drawn(3, 5, LANES), drawn(3, LANES, seed=1)]
        updates = Updates(values, rates, optimiser, decays)
        for step, factor in enumerate(FACTORS):
            updates.factor = factor
            own = [drawn(*value.shape, seed=10 * step + i) for i, value in enumerate(values)]
            updates.step([[*own[0].split([2, 1])], [own[1]]])
        updates.keep([value[[2, 0]] for value in values], [2, 0])
        updates.step([[drawn(2, 5, LANES, seed=7)], [drawn(2, LANES, seed=8)]])
        found.append(updates._values)
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)


def test_a_renewed_optimiser_has_forgotten_its_moments_but_not_its_rates():
    values = [drawn(2, LANES)]
    updates = Updates(values, [1e-2, 1e-3], Sgd(momentum=0.9), [0.0, 0.0])
    updates.step([[drawn(2, LANES, seed=1)]])
    updates.renew()
    before, gradient = values[0].clone(), drawn(2, LANES, seed=2)
    updates.step([[gradient.clone()]])
    rates = torch.tensor([[1e-2], [1e-3]])
    torch.testing.assert_close(values[0], before - rates * gradient)


def test_a_schedule_names_its_optimiser():
    assert optimiser_of(schedule()) == Adam()
    assert optimiser_of(schedule(optimiser="sgd")) == Sgd(momentum=0.9)
