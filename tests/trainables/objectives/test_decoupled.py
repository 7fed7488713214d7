"""DKD against its equations, object by object and class by class in plain Python."""

import math
from dataclasses import replace

import pytest
import torch
from drawn_answers import drawn, gradients_are_right, terms_of
from hypothesis import given, settings
from hypothesis import strategies as st

from trainables.objectives import Decoupled
from trainables.objectives.decoupled import decoupled_divergences
from trainables.objectives.losses import soft_cross_entropy


def softmax(logits):
    """Of a list; the largest is taken away so that nothing overflows."""
    powers = [math.exp(z - max(logits)) for z in logits]
    return [power / sum(powers) for power in powers]


def divergence(p, q):
    return sum(a * math.log(a / b) for a, b in zip(p, q, strict=True) if a > 0)


def by_hand(student, teacher, label, t):
    """(TCKD, NCKD) of one object's logits."""
    (own_f, others_f), (own_g, others_g) = (
        (
            softmax([z / t for z in logits])[label],
            softmax([z / t for k, z in enumerate(logits) if k != label]),
        )
        for logits in (teacher, student)
    )
    return (
        divergence([own_f, 1 - own_f], [own_g, 1 - own_g]),
        divergence(others_f, others_g),
    )


@settings(max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    classes=st.integers(2, 7),
    objects=st.integers(1, 5),
    weight=st.sampled_from([0.0, 0.3, 1.0]),
    alpha=st.sampled_from([0.0, 1.0, 2.5]),
    beta=st.sampled_from([0.0, 8.0]),
    temperature=st.sampled_from([0.5, 1.0, 4.0]),
)
def test_equation_7(seed, classes, objects, weight, alpha, beta, temperature):
    objective = Decoupled(
        hard_label_weight=weight, alpha=alpha, beta=beta, temperature=temperature
    )
    given = drawn(objective, seed, objects=objects, classes=classes, dtype=torch.float64)
    terms, _ = terms_of(objective, given)
    student, teacher = (part["outputs"][0].tolist() for part in (given.student, given.teacher))
    hard = soft = 0.0
    for g, f, y in zip(student, teacher, given.labels[0].tolist(), strict=True):
        target, others = by_hand(g, f, y, temperature)
        hard -= math.log(softmax(g)[y]) / objects
        soft += (alpha * target + beta * others) / objects
    assert terms.hard.item() == pytest.approx(hard)
    assert terms.soft.item() == pytest.approx(soft, rel=1e-9, abs=1e-12)  # log(1 - p), p near 1
    wanted = weight * hard + (1 - weight) * temperature**2 * soft
    assert terms.loss.item() == pytest.approx(wanted, abs=1e-12)


@given(seed=st.integers(0, 10**6), temperature=st.sampled_from([0.5, 4.0]))
def test_hinton_s_divergence_is_put_together_again(seed, temperature):
    """KL(f ‖ g) = TCKD + (1 - p_f(true class)) · NCKD for every object (their eq. 5)."""
    given = drawn(Decoupled(), seed, objects=1, classes=5, dtype=torch.float64)
    g, f, t = given.student["outputs"], given.teacher["outputs"], torch.tensor([temperature])
    target, others = decoupled_divergences(g, f, given.labels, t)
    own = (f[0, 0] / temperature).softmax(-1)[given.labels.item()]
    whole = soft_cross_entropy(g, f, t) - soft_cross_entropy(f, f, t)
    torch.testing.assert_close(target + (1 - own) * others, whole)


@pytest.mark.parametrize("seed", range(3))
def test_gradients(seed):
    objective = Decoupled(hard_label_weight=0.3, alpha=0.7, beta=2, temperature=3)
    assert gradients_are_right(
        objective, drawn(objective, seed, members=2, objects=3, dtype=torch.float64)
    )


def test_of_two_classes_there_is_nothing_among_the_others():
    given = drawn(Decoupled(), 0, objects=8, classes=2)
    g, f = given.student["outputs"], given.teacher["outputs"]
    assert decoupled_divergences(g, f, given.labels, torch.ones(1))[1].item() == 0


@pytest.mark.parametrize("temperature", [1e-3, 1.0, 1e4])
def test_extreme_logits_stay_finite(temperature):
    objective = Decoupled(temperature=temperature)
    given = drawn(objective, 0, objects=32, classes=10)
    wild = {"outputs": 1e3 * given.student["outputs"]}
    for student, teacher in ((wild, given.teacher), (given.student, wild), (wild, wild)):
        terms, gradients = terms_of(objective, replace(given, student=student, teacher=teacher))
        assert terms.loss.isfinite().all()
        assert gradients["outputs"].isfinite().all()
