"""Attention transfer and FitNets against plain PyTorch, one object at a time."""

from dataclasses import replace

import pytest
import torch
from drawn_answers import drawn, gradients_are_right, terms_of
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.func import stack_module_state
from torch.nn import functional

from trainables.errors import BadInputError
from trainables.identity import identity
from trainables.objectives import AttentionTransfer, FitNets, Relational

ATTENTION = AttentionTransfer(beta=5, features=("early", ("late", "deep")))
MAPS = (
    {"early": (3, 4, 4), "late": (2, 4, 6)},
    {"early": (5, 4, 4), "deep": (7, 2, 3)},  # half the size of `late`
)
HINT = FitNets(weight=0.7, features=("hidden", "deep"))
SAME_SIZE = ({"hidden": (2, 3)}, {"deep": (6,)})


def attention(maps):
    """The unit vector of an object's maps [C, H, W]: squares summed over channels."""
    total = sum(each**2 for each in maps)
    return (total / total.square().sum().sqrt()).flatten()


def halved(maps):
    """Maps whose attention is that of `maps`, averaged over 2 by 2 places."""
    total = sum(each**2 for each in maps)
    rows, columns = total.shape
    places = [
        total[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].mean()
        for i in range(rows // 2)
        for j in range(columns // 2)
    ]
    return torch.stack(places).view(1, rows // 2, columns // 2).sqrt()


def test_equation_2_of_attention_transfer():
    given = drawn(ATTENTION, 0, members=3, shapes=MAPS, dtype=torch.float64)
    terms, _ = terms_of(ATTENTION, given)
    for k in range(3):
        hard = functional.cross_entropy(given.student["outputs"][k], given.labels[k])
        distances = []
        for b in range(6):
            early = [attention(part["early"][k, b]) for part in (given.student, given.teacher)]
            late = attention(halved(given.student["late"][k, b]))
            deep = attention(given.teacher["deep"][k, b])
            distances.append((early[0] - early[1]).norm() + (late - deep).norm())
        wanted = hard + given.numbers["beta"][k] / 2 * torch.stack(distances).mean()
        torch.testing.assert_close(terms.loss[k], wanted)


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), scale=st.floats(0.1, 10))
def test_attention_has_no_scale_and_no_order_of_channels(seed, scale):
    given = drawn(ATTENTION, seed, shapes=MAPS, dtype=torch.float64)
    flipped = {name: -scale * each.flip(2) for name, each in given.student.items()}
    other = replace(given, student={**flipped, "outputs": given.student["outputs"]})
    torch.testing.assert_close(
        terms_of(ATTENTION, other)[0].loss, terms_of(ATTENTION, given)[0].loss
    )


def test_gradients():
    maps = drawn(ATTENTION, 0, members=2, objects=2, shapes=MAPS, dtype=torch.float64)
    assert gradients_are_right(ATTENTION, maps)
    hints = drawn(HINT, 0, members=2, objects=3, shapes=SAME_SIZE, dtype=torch.float64)
    assert gradients_are_right(HINT, hints)


def test_maps_of_zeros_and_equal_maps_have_finite_gradients():
    given = drawn(ATTENTION, 0, members=2, shapes=MAPS)
    given.student["early"][0] = 0.0
    given.student["early"][1] = given.teacher["early"][1][:, :3]
    given.teacher["early"][1] = given.student["early"][1].repeat(1, 2, 1, 1)[:, :5]
    given.teacher["early"][1, :, 3:] = 0.0
    terms, gradients = terms_of(ATTENTION, given)
    assert terms.loss.isfinite().all()
    assert all(each.isfinite().all() for each in gradients.values())


def test_equation_3_of_fitnets():
    given = drawn(HINT, 0, members=3, shapes=SAME_SIZE, dtype=torch.float64)
    terms, _ = terms_of(HINT, given)
    for k in range(3):
        hard = functional.cross_entropy(given.student["outputs"][k], given.labels[k])
        v, u = given.student["hidden"][k].flatten(1), given.teacher["deep"][k]
        hints = [(a - b).square().sum() / 2 / 6 for a, b in zip(u, v, strict=True)]
        wanted = hard + given.numbers["weight"][k] * sum(hints) / 6
        torch.testing.assert_close(terms.loss[k], wanted)


def regressors(count):
    made = []
    for seed in range(count):
        draw = torch.Generator().manual_seed(seed)
        made.append(HINT.regressor({"hidden": (2, 3)}, {"deep": (5, 2, 2)}, draw))
    return made


def test_a_regressor_is_there_where_sizes_differ_and_is_a_linear_layer():
    draw = torch.Generator()
    assert HINT.regressor({"hidden": (2, 3)}, {"deep": (6,)}, draw) is None
    assert ATTENTION.regressor(*MAPS, draw) is None
    (made,) = regressors(1)
    plain = torch.nn.Linear(6, 20)
    plain.load_state_dict(made.linear.state_dict())
    features = {"hidden": torch.randn(7, 2, 3), "other": torch.randn(7, 1)}
    found = made(features)
    torch.testing.assert_close(found["hidden"], plain(features["hidden"].flatten(1)))
    assert found["other"] is features["other"]


def test_stacked_regressors_are_each_their_own_and_learn():
    several = regressors(3)
    weights, _ = stack_module_state(several)
    hidden = torch.randn(3, 8, 2, 3)
    together = torch.func.functional_call(several[0], weights, ({"hidden": hidden},))["hidden"]
    for mine, own, found in zip(several, hidden, together, strict=True):
        torch.testing.assert_close(mine({"hidden": own})["hidden"], found)
    given = drawn(HINT, 0, members=3, objects=8, shapes=({"hidden": (20,)}, {"deep": (5, 2, 2)}))
    given.student["hidden"] = together.detach()
    _, gradients = terms_of(HINT, given)
    found = torch.autograd.grad(together, list(weights.values()), gradients["hidden"])
    assert all(each.abs().sum() > 0 for each in found)


def test_sizes_that_differ_without_a_regressor_raise():
    given = drawn(HINT, 0, shapes=({"hidden": (1,)}, {"deep": (5,)}))
    with pytest.raises(ValueError, match="their shapes must agree"):
        terms_of(HINT, given)


def test_one_feature_under_one_or_two_names():
    assert FitNets(weight=1, features="hidden") == FitNets(weight=1, features=["hidden"] * 2)
    one, other = (AttentionTransfer(beta=1, features=f) for f in ("conv", [("conv", "conv")]))
    assert one == other
    assert identity(one) == identity(other)
    assert one.shape != ATTENTION.shape
    assert ATTENTION.student_features == ("early", "late")
    assert ATTENTION.teacher_features == ("early", "deep")
    assert (HINT.student_features, HINT.teacher_features) == (("hidden",), ("deep",))
    assert Relational(features="outputs") == Relational()
    assert Relational().student_features == Relational().teacher_features == ()
    assert Relational(features=("hidden", "outputs")).student_features == ("hidden",)


def test_names_tell_features():
    assert ATTENTION.label == "AttentionTransfer early, late→deep"
    assert HINT.short == "FitNets hidden→deep weight=0.7"
    assert Relational().short == "Relational distance=25 angle=50"
    assert Relational(features="hidden").label == "Relational hidden"


def test_attention_wants_maps():
    ATTENTION.check_features(*MAPS)
    with pytest.raises(BadInputError, match=r"the teacher's feature 'deep' is \[7\]: name a conv"):
        ATTENTION.check_features(MAPS[0], {"early": (5, 4, 4), "deep": (7,)})
    HINT.check_features(*SAME_SIZE)
