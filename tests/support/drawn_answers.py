"""Answers of students and teachers, drawn by a seed, and a loss of them with its gradients."""

from dataclasses import dataclass

import torch

from trainables.objectives import Answers
from trainables.objectives.answers import OUTPUTS


@dataclass
class Drawn:
    """What an objective reads of N members' batches, by name; numbers: of the objective, [N]."""

    student: dict
    teacher: dict
    labels: torch.Tensor
    numbers: dict

    def of(self, member):
        """The same of one member alone, in memory of its own, row by row."""
        parts = (
            {name: each[[member]].contiguous() for name, each in part.items()}
            for part in (self.student, self.teacher)
        )
        numbers = {
            name: value[member : member + 1].clone() for name, value in self.numbers.items()
        }
        return Drawn(*parts, self.labels[member : member + 1].clone(), numbers)


def drawn(objective, seed, *, members=1, objects=6, classes=4, shapes=None, dtype=torch.float32):
    """Random answers; shapes: of features beside the outputs, (the student's, the teacher's).

    numbers: the objective's own for all members, each times 1 to 1.5 in members after the first.
    """
    draw = torch.Generator().manual_seed(seed)
    outputs = 1 if objective.task == "numbers" else classes

    def rows(shape):
        return 2 * torch.randn(members, objects, *shape, generator=draw, dtype=dtype)

    of_student, of_teacher = shapes or ({}, {})
    parts = [
        {name: rows(shape) for name, shape in {OUTPUTS: (outputs,), **of}.items()}
        for of in (of_student, of_teacher)
    ]
    if objective.task == "numbers":
        labels = torch.randn(members, objects, generator=draw, dtype=dtype)
    else:
        labels = torch.randint(classes, (members, objects), generator=draw)
    factors = 1 + torch.arange(members, dtype=dtype) / (2 * members)
    numbers = {name: value * factors for name, value in objective.numbers().items()}
    return Drawn(*parts, labels, numbers)


def terms_of(objective, given):
    """The terms, each [N], and the gradients of the summed losses by what the student says."""
    student = {name: each.detach().requires_grad_() for name, each in given.student.items()}
    terms = objective.loss(
        answers(student), prepared(objective, given), given.labels, given.numbers
    )
    leaves = torch.autograd.grad(terms.loss.sum(), list(student.values()), allow_unused=True)
    return terms, dict(zip(student, leaves, strict=True))


def prepared(objective, given):
    """What the teacher says, as the objective reads it."""
    outputs = objective.prepare(given.teacher[OUTPUTS], given.labels, given.numbers)
    return answers({**given.teacher, OUTPUTS: outputs})


def answers(named):
    """Answers of named values, OUTPUTS among them."""
    features = {name: each for name, each in named.items() if name != OUTPUTS}
    return Answers(named[OUTPUTS], features)


def loss_of(objective, given):
    """The losses [N] as a function of all that the student says: for gradcheck."""
    names, teacher = list(given.student), prepared(objective, given)

    def loss(*values):
        student = answers(dict(zip(names, values, strict=True)))
        return objective.loss(student, teacher, given.labels, given.numbers).loss

    return loss


def gradients_are_right(objective, given):
    """Against finite differences; given: of float64."""
    values = [each.requires_grad_() for each in given.student.values()]
    return torch.autograd.gradcheck(loss_of(objective, given), values)
