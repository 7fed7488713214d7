"""RKD against its equations, pair by pair and triple by triple, and what it must not see."""

import itertools
import math

import pytest
import torch
from drawn_answers import drawn, gradients_are_right, terms_of
from hypothesis import given, settings
from hypothesis import strategies as st

from trainables.objectives import Relational
from trainables.objectives.relational import angle_loss, distance_loss

OF_HIDDEN = Relational(distance=3, angle=2, features=("hidden", "deep"))
SHAPES = ({"hidden": (3,)}, {"deep": (2, 4)})  # sizes differ, and one is a map


def huber(x, y):
    gap = abs(x - y)
    return gap**2 / 2 if gap <= 1 else gap - 1 / 2


def distance(a, b):
    return math.sqrt(sum((x - y) ** 2 for x, y in zip(a, b, strict=True)))


def distances_by_hand(student, teacher):
    """Eqs. 5 to 7: in units of the mean distance, a mean over ordered pairs."""
    pairs = list(itertools.permutations(range(len(student)), 2))
    potentials = []
    for x in (student, teacher):
        mean = sum(distance(x[i], x[j]) for i, j in pairs) / len(pairs)
        potentials.append([distance(x[i], x[j]) / mean for i, j in pairs])
    return sum(map(huber, *potentials)) / len(pairs)


def angles_by_hand(student, teacher):
    """Eqs. 8 and 9: cosines at the second of each ordered triple."""

    def cosine(x, i, j, k):
        dot = sum((a - b) * (c - b) for a, b, c in zip(x[i], x[j], x[k], strict=True))
        return dot / (distance(x[i], x[j]) * distance(x[k], x[j]))

    triples = list(itertools.permutations(range(len(student)), 3))
    return sum(huber(cosine(student, *t), cosine(teacher, *t)) for t in triples) / len(triples)


@settings(max_examples=25)
@given(
    seed=st.integers(0, 10**6),
    objects=st.integers(3, 6),
    sizes=st.tuples(st.integers(1, 5), st.integers(1, 5)),
)
def test_equations_5_to_9(seed, objects, sizes):
    draw = torch.Generator().manual_seed(seed)
    g, f = (torch.randn(objects, n, generator=draw, dtype=torch.float64) for n in sizes)
    g[0] *= 20  # far beyond the mean: Huber's linear part
    x, y = g.tolist(), f.tolist()
    assert distance_loss(g, f).item() == pytest.approx(distances_by_hand(x, y))
    assert angle_loss(g, f).item() == pytest.approx(angles_by_hand(x, y), abs=1e-12)


def test_the_loss_is_of_the_named_features_and_of_the_labels():
    given = drawn(OF_HIDDEN, 0, members=3, shapes=SHAPES, dtype=torch.float64)
    terms, gradients = terms_of(OF_HIDDEN, given)
    for k in range(3):
        g = given.student["hidden"][k].tolist()
        f = given.teacher["deep"][k].flatten(1).tolist()
        hard = torch.nn.functional.cross_entropy(given.student["outputs"][k], given.labels[k])
        soft = given.numbers["distance"][k] * distances_by_hand(g, f)
        soft += given.numbers["angle"][k] * angles_by_hand(g, f)
        torch.testing.assert_close(terms.loss[k], hard + soft)
    assert gradients["hidden"].abs().sum() > 0


@pytest.mark.parametrize("objective", [OF_HIDDEN, Relational(), Relational(angle=0)])
def test_gradients(objective):
    shapes = SHAPES if objective is OF_HIDDEN else None
    given = drawn(objective, 1, members=2, objects=4, shapes=shapes, dtype=torch.float64)
    assert gradients_are_right(objective, given)


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), scale=st.floats(0.1, 10))
def test_turned_moved_and_scaled_answers_are_the_same(seed, scale):
    draw = torch.Generator().manual_seed(seed)
    f = torch.randn(8, 4, generator=draw, dtype=torch.float64)
    turn, _ = torch.linalg.qr(torch.randn(4, 4, generator=draw, dtype=torch.float64))
    g = scale * f @ turn + torch.randn(4, generator=draw, dtype=torch.float64)
    assert distance_loss(g, f).item() == pytest.approx(0, abs=1e-12)
    assert angle_loss(g, f).item() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("objects", [1, 2, 8])
def test_equal_answers_and_tiny_batches_have_sound_gradients(objects):
    """A dead layer says the same of all objects: no distance, no angle, and no NaN."""
    objective = Relational()
    given = drawn(objective, 0, members=2, objects=objects)
    given.student["outputs"][0] = 1.0
    given.student["outputs"][1, : objects // 2] = 0.5
    terms, gradients = terms_of(objective, given)
    assert terms.loss.isfinite().all()
    assert gradients["outputs"].abs().max() < 1e3


def test_angles_split_cohorts_only_where_they_are_left_away():
    assert Relational(angle=1).shape == Relational(angle=50, distance=1).shape
    assert Relational(angle=0).shape != Relational().shape != OF_HIDDEN.shape
    given = drawn(Relational(angle=0), 0)
    terms, _ = terms_of(Relational(angle=0), given)
    g, f = given.student["outputs"][0], given.teacher["outputs"][0]
    torch.testing.assert_close(terms.soft[0], 25 * distance_loss(g, f))
