"""The socket: a user's own objective in a few lines, what is refused, and members apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pytest
import torch
from drawn_answers import Drawn, drawn, gradients_are_right, terms_of
from hypothesis import given, settings
from hypothesis import strategies as st

from trainables.errors import BadInputError
from trainables.identity import identity
from trainables.objectives import (
    Answers,
    AttentionTransfer,
    ClassMeans,
    ClassShuffle,
    Decoupled,
    Distillation,
    FitNets,
    Hinton,
    LabelSmoothing,
    Objective,
    Regression,
    Relational,
    Terms,
    label_loss,
)
from trainables.objectives.losses import squared_error


@dataclass(frozen=True, kw_only=True)
class Logits(Objective):
    """Labels, and the teacher's logits themselves: what a user writes."""

    weight: float = 0.1
    power: int = 2

    def loss(self, student, teacher, labels, numbers):
        hard = label_loss(student.outputs, labels)
        gaps = (student.outputs - teacher.outputs).abs() ** self.power
        soft = gaps.contiguous().mean((-2, -1))
        return Terms(hard + numbers["weight"] * soft, hard, soft)


@dataclass(frozen=True, kw_only=True)
class Weighted(Objective):
    """A user's λ: a field of that name needs nothing else."""

    task: ClassVar[str] = "numbers"
    hard_label_weight: float = 0.5
    slope: "float" = 2

    def loss(
        self, student: Answers, teacher: Answers, labels: torch.Tensor, numbers: Mapping
    ) -> Terms:
        weight = numbers["hard_label_weight"]
        hard = label_loss(student.outputs, labels)
        soft = numbers["slope"] * squared_error(student.outputs, teacher.outputs)
        return Terms(weight * hard + (1 - weight) * soft, hard, soft)


# ---- a user's own ----


def test_a_users_objective_is_trained_hashed_and_shown():
    own = Logits(weight=1)
    assert own.numbers() == {"weight": 1.0}
    assert own.shape == Logits(weight=0.5).shape != Logits(power=3).shape
    assert own.needs_teacher
    assert not own.is_plain
    assert own.short == "Logits weight=1"
    assert own.parameters() == {"objective.weight": 1.0, "objective.power": 2}
    assert identity(own) == identity(Logits(weight=1.0)) != identity(Logits())
    given = drawn(own, 0, members=2, objects=3, dtype=torch.float64)
    assert gradients_are_right(own, given)
    wanted = label_loss(given.student["outputs"], given.labels) + given.numbers["weight"] * (
        (given.student["outputs"] - given.teacher["outputs"]) ** 2
    ).mean((-2, -1))
    torch.testing.assert_close(terms_of(own, given)[0].loss, wanted.detach())


def test_a_field_named_hard_label_weight_is_lambda():
    assert not Weighted(hard_label_weight=1).needs_teacher
    assert Weighted(hard_label_weight=1).is_plain
    assert Weighted().short == "Weighted λ=0.5 slope=2"
    assert Weighted().parameters() == {"lambda": 0.5, "objective.slope": 2.0}
    with pytest.raises(BadInputError, match=r"Weighted.hard_label_weight is 2: it must be ≥ 0"):
        Weighted(hard_label_weight=2)


def test_what_a_student_learns_by_alone():
    assert Logits().alone() == Logits().alone("classes") == Distillation(hard_label_weight=1)
    assert Logits().alone("numbers") == Regression(hard_label_weight=1)
    assert Weighted().alone() == Regression(hard_label_weight=1)
    for objective in BUILT_IN:
        alone = objective.alone()
        assert alone.is_plain
        assert alone.task in (objective.task, "classes")


# ---- what is refused ----


@dataclass(frozen=True, kw_only=True)
class Listed(Logits):
    scales: list


def of(kind, **needed):
    return lambda **fields: kind(**needed | fields)


attention, fitnets = (
    of(AttentionTransfer, beta=1, features="a"),
    of(FitNets, weight=1, features="a"),
)
nan, infinite = float("nan"), float("inf")

REFUSED = [
    (Distillation, {"hard_label_weight": 1.5}, "it must be ≥ 0 and ≤ 1"),
    (Distillation, {"hard_label_weight": -0.1}, "it must be ≥ 0 and ≤ 1"),
    (Distillation, {"hard_label_weight": True}, "give a number ≥ 0 and ≤ 1"),
    (Distillation, {"temperature": 0}, "it must be ≥ 0.001 and ≤ 10000"),
    (Distillation, {"temperature": 1e5}, "it must be ≥ 0.001 and ≤ 10000"),
    (Distillation, {"temperature": "4"}, "give a number"),
    (Distillation, {"temperature": nan}, "give a number"),
    (Distillation, {"soft_term_times_t_squared": 1}, "give True or False"),
    (Hinton, {"temperature": infinite}, "give a number"),
    (Hinton, {"soft_term_times_t_squared": None}, "give True or False"),
    (Regression, {"hard_label_weight": nan}, "give a number"),
    (Regression, {"broadcast": "yes"}, "give True or False"),
    (Decoupled, {"hard_label_weight": 2}, "it must be ≥ 0 and ≤ 1"),
    (Decoupled, {"alpha": -1}, "Decoupled.alpha is -1: it must be ≥ 0"),
    (Decoupled, {"beta": infinite}, "give a number ≥ 0"),
    (Decoupled, {"temperature": 1e-4}, "it must be ≥ 0.001"),
    (Relational, {"distance": -1}, "Relational.distance is -1: it must be ≥ 0"),
    (Relational, {"angle": nan}, "give a number ≥ 0"),
    (Relational, {"features": ("a", "b", "c")}, "give the name of a feature of both networks"),
    (attention, {"beta": -1}, "it must be ≥ 0"),
    (attention, {"features": ()}, "give names of feature maps"),
    (attention, {"features": None}, "give names of feature maps"),
    (attention, {"features": ("a", 3)}, "AttentionTransfer.features has 3: give the name"),
    (fitnets, {"weight": infinite}, "give a number ≥ 0"),
    (fitnets, {"weight": -2}, "it must be ≥ 0"),
    (fitnets, {"features": ("a", 1)}, r"FitNets.features has \('a', 1\)"),
    (LabelSmoothing, {"amount": 1}, "it must be ≥ 0 and < 1"),
    (LabelSmoothing, {"amount": -0.1}, "it must be ≥ 0 and < 1"),
    (ClassMeans, {"hard_label_weight": 7}, "it must be ≥ 0 and ≤ 1"),
    (ClassMeans, {"temperature": -1}, "it must be ≥ 0.001"),
    (Logits, {"weight": nan}, "Logits.weight is nan: give a number"),
    (Weighted, {"slope": "steep"}, "Weighted.slope is 'steep': give a number"),
    (Listed, {"scales": [1]}, "cannot be told from others: its fields must be numbers"),
]


@pytest.mark.parametrize(("make", "fields", "said"), REFUSED)
def test_what_is_refused(make, fields, said):
    with pytest.raises(BadInputError, match=said) as refused:
        make(**fields)
    assert "\n" not in str(refused.value)


def test_a_forgotten_decorator_is_named():
    class Forgotten(Logits):
        weight: float = 3

    with pytest.raises(BadInputError, match="Forgotten is no dataclass of its own: write @datacl"):
        Forgotten()


def test_a_field_named_as_what_all_objectives_have_is_refused_at_once():
    with pytest.raises(BadInputError, match="Shaped cannot have a field 'shape': all objectives"):

        class Shaped(Logits):
            shape: int = 2


# ---- members apart ----

SHAPES = ({"v": (5,), "s": (3, 6, 4)}, {"u": (5,), "t": (2, 3, 4)})
BUILT_IN = [
    Distillation(hard_label_weight=0.3, temperature=2),
    Hinton(temperature=3),
    Regression(),
    Regression(broadcast=True),
    Decoupled(),
    Relational(),
    Relational(angle=0, features=("v", "u")),
    AttentionTransfer(beta=3, features=(("s", "t"),)),
    FitNets(weight=2, features=("v", "u")),
    LabelSmoothing(),
    ClassMeans(temperature=2),
    ClassShuffle(temperature=2),
]


def laid_out(values, layout):
    """Values [N, B, ...] in memory as one layer of a stack or another leaves them."""
    if layout == "objects last":
        return values.transpose(1, 2).contiguous().transpose(1, 2)
    if layout == "members side by side":
        return values.transpose(0, 1).contiguous().transpose(0, 1)
    if layout == "channels last":
        return values.movedim(2, -1).contiguous().movedim(-1, 2)
    return values


LAYOUTS = st.sampled_from(["plain", "objects last", "members side by side", "channels last"])


@pytest.mark.parametrize("objective", BUILT_IN, ids=lambda objective: objective.short)
@settings(max_examples=30)
@given(
    seed=st.integers(0, 10**6),
    members=st.integers(2, 5),
    objects=st.integers(1, 9).map(lambda eights: 8 * eights),
    classes=st.integers(2, 11),
    layouts=st.tuples(LAYOUTS, LAYOUTS),
)
def test_a_member_equals_its_solo_run_to_the_bit(
    objective, seed, members, objects, classes, layouts
):
    given = drawn(
        objective, seed, members=members, objects=objects, classes=classes, shapes=SHAPES
    )
    parts = [
        {name: laid_out(each, layout) for name, each in part.items()}
        for part, layout in zip((given.student, given.teacher), layouts, strict=True)
    ]
    given = Drawn(*parts, given.labels, given.numbers)
    together, gradients = terms_of(objective, given)
    for k in range(members):
        alone, own = terms_of(objective, given.of(k))
        for one, other in zip(together, alone, strict=True):
            assert torch.equal(one[k : k + 1], other)
        for name, gradient in own.items():
            if gradient is not None:
                assert torch.equal(gradients[name][k : k + 1], gradient)
