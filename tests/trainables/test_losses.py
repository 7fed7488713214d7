"""Losses against independent float64 references: values and gradients."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, log_softmax, softmax
from scipy.stats import norm

from trainables.losses import (
    bernoulli_reconstruction,
    distillation_loss,
    gaussian_kl,
    hard_cross_entropy,
    hinton_weights,
    lambda_weights,
    soft_cross_entropy,
    softened,
)


def reference(student, teacher, labels, weights, temperature):
    """Sums over objects and classes as seed 000, §2.1–2.2 writes them, in NumPy."""
    total = 0.0
    for g, f, y in zip(student, teacher, labels, strict=True):
        hard = -log_softmax(g)[y]
        soft = -np.sum(softmax(f / temperature) * log_softmax(g / temperature))
        total += weights[0] * hard + weights[1] * soft
    return total / len(labels)


def reference_gradient(student, teacher, labels, weights, temperature):
    hard = softmax(student, axis=-1) - np.eye(student.shape[-1])[labels]
    soft = softmax(student / temperature, axis=-1) - softmax(teacher / temperature, axis=-1)
    return (weights[0] * hard + weights[1] * soft / temperature) / len(labels)


def tensors(student, teacher, labels, weights, temperature):
    z = torch.tensor(student, dtype=torch.float64, requires_grad=True)
    f = torch.tensor(teacher, dtype=torch.float64)
    t = torch.tensor(temperature, dtype=torch.float64)
    return (
        z,
        softened(f, t),
        torch.tensor(labels),
        torch.tensor(weights, dtype=torch.float64),
        t,
    )


@settings(deadline=None)
@given(
    seed=st.integers(0, 10**6),
    weight=st.sampled_from([0.0, 0.25, 0.5, 1.0]),
    temperature=st.sampled_from([0.5, 1.0, 4.0, 20.0, 1e4]),
    scale=st.sampled_from([0.1, 3.0, 1e3]),
    t_squared=st.booleans(),
    hinton=st.booleans(),
)
def test_loss_and_gradient(seed, weight, temperature, scale, t_squared, hinton):
    draw = np.random.default_rng(seed)
    student, teacher = draw.normal(size=(2, 7, 10)) * scale
    labels = draw.integers(10, size=7)
    weights = (
        hinton_weights(temperature, t_squared)
        if hinton
        else lambda_weights(weight, temperature, t_squared)
    )
    inputs = tensors(student, teacher, labels, weights, temperature)
    loss = distillation_loss(*inputs).loss
    loss.backward()
    arguments = (student, teacher, labels, weights, temperature)
    assert loss.item() == pytest.approx(reference(*arguments), rel=1e-9)
    np.testing.assert_allclose(inputs[0].grad, reference_gradient(*arguments), atol=1e-12 * scale)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 20.0])
def test_extreme_logits_stay_finite(temperature):
    student = torch.tensor([[1e4, -1e4, 0.0], [0.0, 0.0, 1e4]], requires_grad=True)
    teacher = torch.tensor([[-1e4, 1e4, 0.0], [1e4, 0.0, 0.0]])
    t = torch.tensor(temperature)
    terms = distillation_loss(
        student, softened(teacher, t), torch.tensor([1, 0]), torch.tensor([0.5, 0.5]), t
    )
    terms.loss.backward()
    assert terms.loss.isfinite()
    assert student.grad.isfinite().all()


def test_lambda_one_ignores_the_teacher_and_zero_the_labels():
    student = torch.randn(5, 10)
    labels = torch.arange(5)
    temperature = torch.tensor(3.0)

    def loss(teacher, labels, weight):
        weights = torch.tensor(lambda_weights(weight, 3.0, True))
        targets = softened(teacher, temperature)
        return distillation_loss(student, targets, labels, weights, temperature).loss

    one, other = torch.randn(2, 5, 10)
    assert loss(one, labels, 1.0) == loss(other, labels, 1.0)
    torch.testing.assert_close(loss(one, labels, 1.0), hard_cross_entropy(student, labels))
    assert loss(one, labels, 0.0) == loss(one, labels.flip(0), 0.0)


def test_the_terms_are_the_plain_ones():
    """What is written out for speed, against the losses that autograd takes apart."""
    student = torch.randn(3, 16, 10, dtype=torch.float64, requires_grad=True)
    teacher = torch.randn(3, 16, 10, dtype=torch.float64)
    labels, weights = torch.randint(10, (3, 16)), torch.rand(3, 2, dtype=torch.float64)
    t = torch.rand(3, dtype=torch.float64) * 5 + 0.5
    hard, soft = hard_cross_entropy(student, labels), soft_cross_entropy(student, teacher, t)
    terms = distillation_loss(student, softened(teacher, t), labels, weights, t)
    plain = weights[:, 0] * hard + weights[:, 1] * soft
    for one, other in zip(terms, (plain, hard, soft), strict=True):
        torch.testing.assert_close(one, other)
    upstream = torch.rand(3, dtype=torch.float64)
    found, wanted = (
        torch.autograd.grad((loss * upstream).sum(), student)[0] for loss in (terms.loss, plain)
    )
    torch.testing.assert_close(found, wanted)


def test_high_temperature_matches_logits():
    """For T → ∞ and centred logits T² · ∇ → (z - v) / (n B) (Hinton et al. 2015, eq. 4)."""
    student = torch.randn(4, 10, dtype=torch.float64)
    student = (student - student.mean(-1, keepdim=True)).requires_grad_()
    teacher = torch.randn(4, 10, dtype=torch.float64)
    teacher = teacher - teacher.mean(-1, keepdim=True)
    t = torch.tensor(1e6, dtype=torch.float64)
    (soft_cross_entropy(student, teacher, t) * t**2).backward()
    torch.testing.assert_close(
        student.grad, (student - teacher).detach() / 40, rtol=1e-3, atol=1e-6
    )


def test_members_are_apart():
    """Leading dimensions: each member's loss is that of its own batch alone."""
    student, teacher = torch.randn(2, 3, 8, 10)
    labels = torch.randint(10, (3, 8))
    weights, temperature = torch.rand(3, 2), torch.rand(3) + 0.5
    targets = softened(teacher, temperature)
    together = distillation_loss(student, targets, labels, weights, temperature).loss
    alone = [
        distillation_loss(*(x[i] for x in (student, targets, labels, weights, temperature))).loss
        for i in range(3)
    ]
    torch.testing.assert_close(together, torch.stack(alone))


def test_bernoulli_reconstruction():
    logits, targets = np.random.default_rng(0).normal(size=(2, 4, 6))
    targets = expit(targets)
    p = expit(logits)
    expected = -(targets * np.log(p) + (1 - targets) * np.log(1 - p)).sum(-1).mean()
    inputs = torch.tensor(logits, requires_grad=True)
    ours = bernoulli_reconstruction(inputs, torch.tensor(targets))
    ours.backward()
    assert ours.item() == pytest.approx(expected)
    np.testing.assert_allclose(inputs.grad, (p - targets) / 4)  # dividing by the batch of 4


def test_gaussian_kl_by_sampling():
    mean, std = 0.7, 0.4
    samples = norm(mean, std).rvs(400_000, random_state=0)
    sampled = (norm(mean, std).logpdf(samples) - norm(0, 1).logpdf(samples)).mean()
    ours = gaussian_kl(torch.tensor([[mean]]), torch.tensor([[std]])).item()
    assert ours == pytest.approx(sampled, abs=0.01)
    assert gaussian_kl(torch.zeros(1, 3), torch.ones(1, 3)).item() == 0
    assert not math.isnan(ours)
