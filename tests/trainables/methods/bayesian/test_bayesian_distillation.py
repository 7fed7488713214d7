"""The method itself: what its prior and its start do, on real data for seconds."""

from dataclasses import replace

import pytest
import torch
from tile_methods import made_by, train
from torch import nn

from search_spaces.base import Choice, LogUniform, Search
from search_spaces.rows.garments import SMALL_ALONE
from search_spaces.transfer import bayesian, bayesian_known
from trainables.artifacts.workshop import ignore
from trainables.cohorts.kinds import cost, memory, needs
from trainables.data.domains import FASHION_MNIST
from trainables.methods.bayesian import BayesianDistillation, reduction
from trainables.methods.bayesian.posterior import make_posteriors
from trainables.methods.method import sizes_of
from trainables.networks import Perceptron
from trainables.randomness import generator
from trainables.schedule import Schedule
from trainables.settings.scoring import HoldOut
from trainables.settings.trial import Trial
from trainables.teacher import Teacher

TEACHER = Teacher(
    domain=FASHION_MNIST,
    split="Small",
    network=Perceptron(hidden=(96,)),
    schedule=Schedule(epochs=3, batch_size=64, learning_rate=3e-3),
)


def setting(epochs=2, batch_size=64, **fields):
    method = BayesianDistillation(**fields)
    return replace(
        SMALL_ALONE,
        teacher=TEACHER if method.asks_teacher else None,
        method=method,
        schedule=Schedule(epochs=epochs, batch_size=batch_size, learning_rate=3e-3),
    )


def posterior_in_shape(one, workshop, seed):
    (artifact,) = one.method.artifacts(Trial(setting=one, seed=seed))
    tensors = workshop.get_or_make(artifact).tensors
    return reduction.reduced(tensors, sizes_of(one), reduction.random_units(tensors, [64], seed))


def test_a_garments_student_does_not_depend_on_its_company(workshop):
    """To the bit, at the study's own sizes, whose last batch fills no vector."""
    one, other = train(setting(batch_size=150), workshop, 7, 8)
    (alone,) = train(setting(batch_size=150), workshop, 8)
    assert one.history != other.history
    assert other.history == alone.history
    assert other.reliability == alone.reliability
    assert one.final["test/accuracy"] > 0.1
    assert other.facts["teacher/test_accuracy"] > 0.2


@pytest.mark.parametrize("published", [False, True])
def test_a_posterior_does_not_depend_on_its_company(published, workshop):
    method = BayesianDistillation(small=not published, as_published=published)
    one = replace(setting(), method=method)
    first, second = (method.artifacts(Trial(setting=one, seed=k))[0] for k in (7, 8))
    _, beside = make_posteriors([first, second], workshop, ignore)
    (alone,) = make_posteriors([second], workshop, ignore)
    assert beside.tensors.keys() == alone.tensors.keys()
    assert all(torch.equal(value, alone.tensors[name]) for name, value in beside.tensors.items())
    timeless = [{k: v for k, v in a.facts.items() if k != "seconds"} for a in (beside, alone)]
    assert timeless[0] == timeless[1]


def test_without_a_prior_it_is_plain_training_from_the_teachers_means(workshop):
    """Against a network, a loop and an optimiser of PyTorch's own."""
    one = setting(prior="none")
    (result,) = train(one, workshop, 3)
    start = posterior_in_shape(one, workshop, 3)
    network = nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))
    for place, layer in ((0, 0), (2, 1)):
        own = {name: start[f"layers.{layer}.{name}"] for name in ("weight", "bias")}
        network[place].load_state_dict(own)
    adam, small = torch.optim.Adam(network.parameters(), lr=3e-3), FASHION_MNIST.split("Small", 3)
    order = generator("order/student", 3)
    for _ in range(2):
        for rows in torch.randperm(len(small), generator=order).split(64):
            adam.zero_grad()
            batch = small[rows]
            nn.functional.cross_entropy(network(batch.inputs()), batch.labels).backward()
            adam.step()
    test = FASHION_MNIST.test(3)
    expected = nn.functional.cross_entropy(network(test.inputs()), test.labels).item()
    assert result.final["test/cross_entropy"] == pytest.approx(expected, rel=1e-4)


def test_a_prior_that_weighs_all_holds_the_student_at_the_teacher(workshop):
    """Then it answers as the reduced network of the means does, and the divergence stays 0."""
    one = setting(kl_weight=1e9, epochs=1)
    short = replace(one, schedule=replace(one.schedule, learning_rate=1e-7))
    (result,) = train(short, workshop, 3)
    assert result.history["train/kl"][0] == pytest.approx(0, abs=1e-4)
    means, test = posterior_in_shape(one, workshop, 3), FASHION_MNIST.test(3)
    hidden = nn.functional.linear(
        test.inputs(), means["layers.0.weight"], means["layers.0.bias"]
    ).relu()
    logits = nn.functional.linear(hidden, means["layers.1.weight"], means["layers.1.bias"])
    expected = (logits.argmax(1) == test.labels).float().mean().item()
    assert result.final["test/accuracy"] == pytest.approx(expected, abs=2e-3)


def test_the_bound_is_less_the_farther_the_prior(workshop):
    """Of equal starts: N(m, s²), N(m, I), N(0, I); and the loss is minus the bound."""
    found = [train(setting(prior=p), workshop, 3)[0].history for p in ("full", "mean", "standard")]
    bounds = [history["train/evidence_bound"][0] for history in found]
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[0] == -found[0]["train/loss"][0]
    weighed = train(setting(kl_weight=0.5), workshop, 3)[0].history
    bound, kl = weighed["train/evidence_bound"][0], weighed["train/kl"][0]
    assert bound == pytest.approx(-weighed["train/loss"][0] - 0.5 * kl, rel=1e-5)


def test_one_posterior_serves_all_priors_and_no_answers_are_asked_for():
    made = [
        needs(Trial(setting=setting(**fields), seed=0))
        for fields in (
            {}, {"prior": "mean", "kept": "snr"}, {"prior": "none"}, {"kl_weight": 0.1},
            {"prior": "standard", "start": "own"}, {"prior_deviation": 0.5},
        )
    ]  # fmt: skip
    (first,), *others, own, other = made
    assert first.kind == "posterior"
    assert all(each == [first] for each in others)
    assert own == []
    assert other != [first]
    assert cost(first) > 0
    assert memory(first) > 0


@pytest.mark.parametrize("prior", ["standard", "mean", "full"])
def test_as_published_a_student_does_not_depend_on_its_company_either(prior, workshop):
    start = "own" if prior == "standard" else "teacher"
    method = BayesianDistillation(prior=prior, start=start, small=False, as_published=True)
    one = made_by(method, student=Perceptron(hidden=(16,)), epochs=16)
    first, second = train(one, workshop, 7, 8)
    (alone,) = train(one, workshop, 8)
    assert first.failure is None
    assert second.history == alone.history
    assert first.history["train/loss"][-1] < first.history["train/loss"][0]
    assert 0 < first.facts["mean_test_cross_entropy"] < 2


def test_every_field_of_it_can_be_searched():
    search = Search(
        base=setting(),
        over={
            "method.prior": Choice("standard", "mean", "full", "none"),
            "method.kept": Choice("random", "snr"),
            "method.kl_weight": LogUniform(0.01, 1),
            "method.prior_deviation": LogUniform(0.1, 1),
            "schedule.learning_rate": LogUniform(1e-4, 1e-2),
        },
        rule=HoldOut(),
    )
    chosen = search.setting(
        {
            "method.prior": "mean",
            "method.kept": "snr",
            "method.kl_weight": 0.2,
            "method.prior_deviation": 0.5,
            "schedule.learning_rate": 1e-3,
        }
    )
    assert chosen.method == BayesianDistillation(
        prior="mean", kept="snr", kl_weight=0.2, prior_deviation=0.5
    )
    assert chosen.schedule.learning_rate == 1e-3


def test_names_say_prior_and_start():
    labels = [
        one.method.label(FASHION_MNIST)
        for space in (bayesian.SPACE, bayesian_known.SPACE)
        for one in space.settings
        if one.method
    ]
    assert labels == [
        "bayesian standard prior + Small",
        "bayesian standard prior, teacher's start + Small",
        "bayesian mean prior + Small",
        "bayesian full prior + Small",
        "bayesian no prior, teacher's start + Small",
        "bayesian standard prior, teacher's start, by SNR + Small",
        "bayesian mean prior, by SNR + Small",
        "bayesian full prior, by SNR + Small",
        "bayesian no prior, teacher's start, by SNR + Small",
        "bayesian standard prior, as published",
        "bayesian mean prior, as published",
        "bayesian full prior, as published",
    ]
