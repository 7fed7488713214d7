"""Ranges check themselves, and what Optuna suggests for them is what they say."""

import math

import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from search_spaces.base import Choice, Integers, LogUniform, Uniform
from search_spaces.base.ranges import label_of, spelled
from trainables.data.domains import FASHION_MNIST, MNIST
from trainables.errors import BadInputError
from trainables.links import Identity, Noise
from trainables.networks import ConvNet
from trainables.networks.network import Perceptron
from trainables.objectives import Distillation
from trainables.teacher import Teacher


@pytest.mark.parametrize(
    ("among", "behind"),
    [
        (Uniform(0, 1), FloatDistribution(0.0, 1.0)),
        (LogUniform(0.5, 20), FloatDistribution(0.5, 20.0, log=True)),
        (Integers(1, 64), IntDistribution(1, 64)),
        (Integers(1, 64, log=True), IntDistribution(1, 64, log=True)),
        (Choice(16, 64), CategoricalDistribution(("16", "64"))),
    ],
)
def test_behind_each_stands_one_of_optuna_s(among, behind):
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    for _ in range(5):
        trial = study.ask()
        suggested = among.suggest(trial, "x")
        assert trial.distributions == {"x": behind}
        assert behind._contains(behind.to_internal_repr(suggested))
        assert among.value(suggested) in (16, 64) or among.value(suggested) == suggested
    assert all(behind._contains(behind.to_internal_repr(end)) for end in among.ends)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Uniform(4, 2), "Uniform needs low < high; given were 4 and 2"),
        (lambda: Uniform(1, 1), "low < high"),
        (lambda: Uniform(0, math.inf), "Uniform.high is inf: give a number"),
        (lambda: Uniform("0", 1), "Uniform.low is '0'"),
        (lambda: LogUniform(0, 1), "LogUniform.low is 0: it must be > 0"),
        (lambda: LogUniform(2, 1), "LogUniform needs low < high"),
        (lambda: Integers(1, 2.5), "Integers.high is 2.5: give a whole number"),
        (lambda: Integers(0, 8, log=True), "Integers.low is 0: give a whole number ≥ 1"),
        (lambda: Integers(8, 1), "Integers needs low < high; given were 8 and 1"),
        (lambda: Integers(1, 8, log=1), "Integers.log is 1: give True or False"),
        (lambda: Choice(), "leaves nothing to choose"),
        (lambda: Choice([1, 2]), r"Choice\(\[1, 2\]\) leaves nothing to choose: give two"),
        (lambda: Choice(1, 2, 1), "Choice gives 1 twice"),
        (lambda: Choice(Noise(), Noise(std=0.1)), r"Choice gives Noise\(\) twice"),
        (lambda: Choice(1, print), "has no identity"),
        (lambda: Choice(1, 2).value("3"), "unknown choice '3': known are 1, 2"),
    ],
)
def test_a_range_that_makes_no_sense_is_refused(make, says):
    with pytest.raises(BadInputError, match=says):
        make()


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ((Identity(), Noise()), ("identity", "noise")),
        ((Noise(), Noise(std=0.3)), ("Noise()", "Noise(std=0.3)")),
        ((0.05, 1, 1e-5), ("0.05", "1", "1e-05")),
        ((1, 1.0000001), ("1", "1.0000001")),
        ((True, False), ("True", "False")),
        ((None, "Small"), ("None", "Small")),
        (((32,), (64, 32)), ("32", "64 32")),
        ((MNIST, FASHION_MNIST), ("MNIST", "FashionMNIST")),
        (
            (Perceptron(hidden=(8,)), ConvNet(channels=(8, 16))),
            ("Perceptron 8", "ConvNet 8-16"),
        ),
        (
            (Distillation(temperature=4), Distillation()),
            ("Distillation(temperature=4.0)", "Distillation()"),
        ),
        (
            (Teacher(domain=MNIST), Teacher(domain=MNIST, split="Train")),
            ("MNIST-Big", "MNIST-Train"),
        ),
    ],
)
def test_choices_go_by_what_tells_them_apart(values, labels):
    among = Choice(*values)
    assert among.labels == among.ends == labels
    assert tuple(map(among.value, labels)) == values


plain = st.one_of(
    st.integers(-9, 9),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=3),
    st.booleans(),
    st.none(),
    st.tuples(st.integers(0, 3), st.integers(0, 3)),
    st.builds(Noise, std=st.floats(0, 1)),
)


@given(st.lists(plain, min_size=2, max_size=6, unique_by=spelled))
def test_a_label_leads_back_to_its_choice(values):
    among = Choice(*values)
    assert len(set(among.labels)) == len(values)
    for value, label in zip(values, among.labels, strict=True):
        assert among.value(label) is value


def test_a_part_of_a_user_without_a_label_is_spelled_out():
    assert label_of(Noise()) == "noise"
    assert spelled((Noise(std=0.3), 1.0, "a")) == '(Noise(std=0.3), 1.0, "a")'
    assert spelled(Teacher(domain=MNIST)).startswith("Teacher(domain=")
