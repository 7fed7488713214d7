"""Losses against independent float64 references: values and gradients."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import log_softmax, softmax

from trainables.objectives.losses import (
    broadcast_regression_loss,
    broadcast_squared_error,
    distillation_loss,
    hard_cross_entropy,
    hinton_weights,
    lambda_weights,
    regression_loss,
    soft_cross_entropy,
    softened,
    squared_error,
)


def reference(student, teacher, labels, weights, temperature):
    """Sums over objects and classes as docs/protocol, "Losses", writes them, in NumPy."""
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


# ---- regression ----


def columns(*values):
    return [torch.tensor(v, dtype=torch.float64).reshape(-1, 1) for v in values]


@given(seed=st.integers(0, 10**6), weight=st.floats(0, 1), scale=st.sampled_from([1e-3, 1.0, 1e3]))
def test_the_regression_loss_and_its_gradient(seed, weight, scale):
    draw = np.random.default_rng(seed)
    g, f, y = draw.normal(size=(3, 7)) * scale
    student, teacher, values = columns(g, f, y)
    student.requires_grad_()
    weights = torch.tensor([weight, 1 - weight], dtype=torch.float64)
    terms = regression_loss(student, teacher, values, weights)
    expected = sum(
        weight * (b - a) ** 2 + (1 - weight) * (a - c) ** 2
        for a, b, c in zip(g, y, f, strict=True)
    )
    assert terms.loss.item() == pytest.approx(expected / 7)
    terms.loss.backward()
    of_g = 2 * (weight * (g - y) + (1 - weight) * (g - f)) / 7
    np.testing.assert_allclose(student.grad[:, 0], of_g, atol=1e-9 * scale)


def test_shapes_that_would_broadcast_raise():
    answers, values = torch.zeros(5, 1), torch.zeros(5)
    assert (answers - values).shape == (5, 5)  # what was published did this
    with pytest.raises(ValueError, match=r"\[5, 1\] against values \[5\]: their shapes must"):
        squared_error(answers, values)
    with pytest.raises(ValueError, match="shapes must agree"):
        regression_loss(answers, values, answers, torch.tensor([0.5, 0.5]))
    with pytest.raises(ValueError, match="shapes must agree"):
        regression_loss(answers, answers, values, torch.tensor([0.5, 0.5]))


@given(seed=st.integers(0, 10**6), objects=st.integers(1, 9))
def test_the_broadcast_loss_is_that_of_every_pair(seed, objects):
    """As torch itself gives for (B, 1) against (B,); least where all answers are the mean."""
    draw = np.random.default_rng(seed)
    (answers, values), y = columns(*draw.normal(size=(2, objects))), None
    answers.requires_grad_()
    loss = broadcast_squared_error(answers, values)
    y = values.flatten()
    expected = ((answers.detach() - y) ** 2).mean()
    assert loss.item() == pytest.approx(expected.item())
    loss.backward()
    of_answers = 2 * (answers.detach() - y.mean()) / objects
    np.testing.assert_allclose(answers.grad, of_answers, atol=1e-12)


def test_a_stack_s_regression_is_that_of_each_member():
    draw = torch.Generator().manual_seed(0)
    g, f, y = torch.randn(3, 4, 6, 1, generator=draw)
    weights = torch.rand(4, 2, generator=draw)
    for loss in (regression_loss, broadcast_regression_loss):
        together = loss(g, f, y, weights).loss
        alone = torch.stack([loss(*one).loss for one in zip(g, f, y, weights, strict=True)])
        torch.testing.assert_close(together, alone)
