"""A teacher's posterior in the student's shape, against networks whose units are silenced."""

import pytest
import torch

from trainables.errors import BadInputError
from trainables.methods.bayesian.as_published import masked
from trainables.methods.bayesian.gaussian_network import GaussianMlp
from trainables.methods.bayesian.reduction import (
    check_reducible,
    clearest_units,
    random_units,
    reduced,
    widths_of,
)


def posterior_of(*sizes, seed=0):
    """Every number of it is another."""
    draw = torch.Generator().manual_seed(seed)
    model = GaussianMlp(sizes, 0.0, draw)
    return {name: torch.randn(v.shape, generator=draw) for name, v in model.state_dict().items()}


def network(posterior, *sizes):
    model = GaussianMlp(sizes, 0.0, torch.Generator())
    model.load_state_dict(posterior)
    return model


def test_the_student_is_the_teacher_whose_other_units_say_nothing():
    """Theorem 1, for two hidden layers: the columns that read a dropped unit are zero."""
    teacher = posterior_of(6, 9, 8, 3)
    kept = random_units(teacher, widths_of(2, (4, 5)), 3)
    assert [len(each) for each in kept] == [4, 5]
    small = reduced(teacher, (6, 4, 5, 3), kept)
    silenced = {name: value.clone() for name, value in teacher.items()}
    for place, units in enumerate(kept):
        dropped = [k for k in range((9, 8)[place]) if k not in units.tolist()]
        silenced[f"layers.{place + 1}.weight"][:, dropped] = 0
    x = torch.randn(20, 6)
    answers = network(small, 6, 4, 5, 3)(x)
    assert torch.allclose(answers, network(silenced, 6, 9, 8, 3)(x), atol=1e-5)
    # Each number has its own variance still, which stood where its mean did.
    places = {value: key for key, value in at(teacher, "weight") | at(teacher, "bias")}
    for name in ("weight", "bias"):
        for (layer, row, mean), value in at(small, name):
            assert places[value][2] == mean, (layer, row)


def at(posterior, name):
    """((layer, place, mean), log variance) of each number."""
    found = set()
    for layer in range(len(posterior) // 4):
        means = posterior[f"layers.{layer}.{name}"].flatten().tolist()
        spreads = posterior[f"layers.{layer}.{name}_log_variance"].flatten().tolist()
        found |= {((layer, k, m), s) for k, (m, s) in enumerate(zip(means, spreads, strict=True))}
    return found


def test_a_dropped_layer_is_the_identity():
    """Theorem 2: of the layer between, the weights are I once its units are dropped, bias 0."""
    teacher = posterior_of(6, 9, 8, 3)
    kept = random_units(teacher, widths_of(2, (4,)), 3)
    small = reduced(teacher, (6, 4, 3), kept)
    square = reduced(teacher, (6, 4, 4, 3), kept)
    square["layers.1.weight"], square["layers.1.bias"] = torch.eye(4), torch.zeros(4)
    x = torch.randn(20, 6)
    assert torch.allclose(network(small, 6, 4, 3)(x), network(square, 6, 4, 4, 3)(x), atol=1e-5)


def test_the_clearest_units_are_those_whose_weights_are_far_from_0_by_their_deviation():
    teacher = posterior_of(6, 9, 3)
    loud = [2, 5, 7]
    for name in ("layers.0.weight", "layers.0.bias"):
        teacher[f"{name}_log_variance"][loud] = -12.0
    (kept,) = clearest_units(teacher, [3])
    assert kept.tolist() == loud


def test_units_of_one_seed_are_the_same_and_of_others_are_others():
    teacher = posterior_of(6, 64, 3)
    (one,), (again,), (other,) = (random_units(teacher, [16], seed) for seed in (0, 0, 1))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
    assert len(set(one.tolist())) == 16


def test_the_published_mask_is_laid_over_weights_as_they_are_stored():
    """A loop over a mask [in, out] and weights [out, in], both in their own order of memory."""
    teacher = posterior_of(3, 5, 4, 2)
    kept = [torch.tensor([1, 3]), torch.tensor([0, 2])]
    found = masked(teacher, (3, 2, 2), kept)
    for place, name, rows, columns in (
        (0, "layers.0", range(3), [1, 3]),
        (1, "layers.2", [0, 2], range(2)),
    ):
        weight = teacher[f"{name}.weight"]
        flat, outputs = weight.flatten().tolist(), weight.shape[0]
        left = [flat[row * outputs + column] for row in rows for column in columns]
        assert found[f"layers.{place}.weight"].flatten().tolist() == left
    assert found["layers.0.bias"].tolist() == teacher["layers.0.bias"][[1, 3]].tolist()
    assert not torch.equal(
        found["layers.0.weight"], reduced(teacher, (3, 2, 2), kept)["layers.0.weight"]
    )


@pytest.mark.parametrize(
    ("teacher", "student", "says"),
    [
        ((32,), (16, 16), "a student of 2 hidden layers, 16-16, is deeper than its teacher of 1"),
        ((32, 16), (24, 24), "its layer 2 has 16 units, and 24 are needed"),
        ((64, 16), (32,), "its layer 2 has 16 units, and 32 are needed"),
    ],
)
def test_shapes_that_do_not_reduce_are_one_clear_line(teacher, student, says):
    with pytest.raises(BadInputError) as caught:
        check_reducible(teacher, student)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
