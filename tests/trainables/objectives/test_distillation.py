"""The λ-loss, Hinton's and regression: the arithmetic of `losses`, to the bit."""

from dataclasses import replace

import pytest
import torch
from drawn_answers import drawn, gradients_are_right, terms_of

from trainables.objectives import Distillation, Hinton, Regression
from trainables.objectives.losses import (
    broadcast_regression_loss,
    distillation_loss,
    hard_cross_entropy,
    hinton_weights,
    lambda_weights,
    regression_loss,
    softened,
)

SOFT = [
    (Distillation(hard_label_weight=0.3, temperature=3), lambda_weights(0.3, 3.0, True)),
    (
        Distillation(hard_label_weight=0.3, temperature=3, soft_term_times_t_squared=False),
        (0.3, 0.7),
    ),
    (Hinton(temperature=3), (1.0, 9.0)),
    (Hinton(temperature=3, soft_term_times_t_squared=False), hinton_weights(3.0, False)),
]


@pytest.mark.parametrize(("objective", "weights"), SOFT)
def test_soft_labels_to_the_bit(objective, weights):
    given = drawn(objective, 0, objects=16)
    given = replace(given, numbers={k: torch.tensor([v]) for k, v in objective.numbers().items()})
    z = given.student["outputs"].detach().requires_grad_()
    t = torch.tensor([3.0])
    targets = softened(given.teacher["outputs"], t)
    wanted = distillation_loss(z, targets, given.labels, torch.tensor([weights]), t)
    terms, gradients = terms_of(objective, given)
    assert all(map(torch.equal, terms, wanted))
    assert torch.equal(gradients["outputs"], torch.autograd.grad(wanted.loss.sum(), z)[0])


@pytest.mark.parametrize("broadcast", [False, True])
def test_regression_to_the_bit(broadcast):
    objective = Regression(hard_label_weight=0.3, broadcast=broadcast)
    given = drawn(objective, 0, objects=16)
    given = replace(given, numbers={k: torch.tensor([v]) for k, v in objective.numbers().items()})
    loss = broadcast_regression_loss if broadcast else regression_loss
    z = given.student["outputs"].detach().requires_grad_()
    weights, values = torch.tensor([(0.3, 1 - 0.3)]), given.labels.unsqueeze(-1)
    wanted = loss(z, given.teacher["outputs"], values, weights)
    terms, gradients = terms_of(objective, given)
    assert all(map(torch.equal, terms, wanted))
    assert torch.equal(gradients["outputs"], torch.autograd.grad(wanted.loss.sum(), z)[0])


@pytest.mark.parametrize("objective", [Hinton(temperature=2), Regression(broadcast=True)])
def test_gradients(objective):
    given = drawn(objective, 0, members=2, objects=4, dtype=torch.float64)
    assert gradients_are_right(objective, given)


def test_lambda_one_is_the_plain_loss_and_needs_no_teacher():
    for objective in (
        Distillation(hard_label_weight=1, temperature=5),
        Regression(hard_label_weight=1),
    ):
        assert objective.is_plain
        assert not objective.needs_teacher
        assert not replace(objective, hard_label_weight=0.99).is_plain
    given = drawn(Distillation(), 0)
    given = replace(given, numbers=dict.fromkeys(("hard", "temperature"), torch.ones(1)))
    given.numbers["soft"] = torch.zeros(1)
    terms, _ = terms_of(Distillation(hard_label_weight=1), given)
    torch.testing.assert_close(
        terms.loss, hard_cross_entropy(given.student["outputs"], given.labels)
    )
    assert Hinton().needs_teacher


def test_alone():
    plain = Distillation(hard_label_weight=1)
    assert Distillation(temperature=4).alone() == Hinton(temperature=2).alone() == plain
    assert plain.alone() == plain
    assert Regression().alone() == Regression(hard_label_weight=1)
    assert Regression(broadcast=True).alone() == Regression(hard_label_weight=1, broadcast=True)


def test_what_may_be_one_stack():
    """All of soft labels: a student alone beside Hinton's, with T² or without."""
    assert len({objective.shape for objective, _ in SOFT}) == 1
    assert Distillation(hard_label_weight=1).shape == SOFT[0][0].shape
    assert Regression().shape == Regression(hard_label_weight=0.1).shape
    assert Regression().shape != Regression(broadcast=True).shape != SOFT[0][0].shape


def test_names_and_columns():
    assert Distillation().short == "λ=0.5 T=1"
    assert Distillation(soft_term_times_t_squared=False).short == "λ=0.5 T=1, no T²"
    assert Hinton(temperature=4).short == "Hinton T=4"
    assert Regression(broadcast=True).short == "λ=0.5, broadcast"
    assert Regression(broadcast=True).label == "Regression, broadcast"
    assert Regression(hard_label_weight=1, broadcast=True).note == ", broadcast"
    assert Distillation(hard_label_weight=1).note == ""
    shown = Distillation(hard_label_weight=0.25, temperature=4).parameters()
    assert (shown["lambda"], shown["temperature"]) == (0.25, 4.0)
    assert Hinton(temperature=4).parameters()["lambda"] == 0.5
    assert Regression().parameters() == {"lambda": 0.5, "objective.broadcast": False}
