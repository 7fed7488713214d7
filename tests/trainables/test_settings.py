import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_spaces.rows import ON_BIG, SMALL_ALONE, on_generated
from trainables.errors import BadInputError
from trainables.links import Noise
from trainables.recipes import Schedule, TeacherRecipe, VaeRecipe
from trainables.settings import Setting, Trial, published


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: replace(ON_BIG, hard_label_weight=1.5), "must be ≥ 0 and ≤ 1"),
        (lambda: replace(ON_BIG, hard_label_weight=-0.1), "must be ≥ 0"),
        (lambda: replace(ON_BIG, temperature=0), "must be > 0"),
        (lambda: replace(ON_BIG, temperature=math.nan), "give a number > 0"),
        (lambda: replace(ON_BIG, temperature="2"), "give a number"),
        (lambda: replace(ON_BIG, held_out=1.0), "must be ≥ 0 and < 1"),
        (
            lambda: replace(ON_BIG, student_split="Train", held_out=0.2),
            "has seen some of what is held out of Train",
        ),
        (lambda: replace(ON_BIG, student_split="Smal"), "did you mean 'Small'"),
        (lambda: replace(ON_BIG, protocol="publshed"), "did you mean 'published'"),
        (lambda: replace(ON_BIG, loss="mse"), "known are hinton, lambda"),
        (lambda: Setting(), "student alone has hard_label_weight=1"),
        (lambda: replace(SMALL_ALONE, link=Noise()), "no link"),
        (lambda: Setting(teacher=TeacherRecipe(domain="GeneratedMNIST")), "VaeLink"),
        (lambda: TeacherRecipe(domain="CIFAR"), "unknown TeacherRecipe.domain"),
        (lambda: TeacherRecipe(hidden_sizes=()), "one or more sizes"),
        (lambda: TeacherRecipe(copies=True), "for GeneratedMNIST only"),
        (lambda: VaeRecipe(labels="some"), "known are all, small"),
        (lambda: VaeRecipe(latent_size=0), "whole number ≥ 1"),
        (lambda: Schedule(epochs=0, batch_size=64), "whole number ≥ 1"),
        (lambda: Schedule(epochs=True, batch_size=64), "whole number ≥ 1"),
        (lambda: Schedule(epochs=1, batch_size=64, learning_rate=0), "must be > 0"),
        (lambda: Noise(std=-1), "must be ≥ 0"),
    ],
)
def test_a_wrong_value_is_one_clear_line(make, says):
    with pytest.raises(BadInputError) as caught:
        make()
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.floats(0, 1), st.floats(0.01, 100))
def test_loss_weights(weight, temperature):
    setting = replace(ON_BIG, hard_label_weight=weight, temperature=temperature)
    hard, soft = setting.loss_weights
    assert hard == weight
    assert soft == pytest.approx((1 - weight) * temperature**2)
    assert replace(setting, loss="hinton").loss_weights == (1, pytest.approx(temperature**2))
    plain = replace(setting, soft_term_times_t_squared=False)
    assert plain.loss_weights == (weight, 1 - weight)


def test_a_published_seed_is_one_more_attempt_of_one_network():
    trial = Trial(setting=published(ON_BIG), seed=3)
    assert (trial.network_seed, trial.attempt) == (0, 3)
    corrected = Trial(setting=ON_BIG, seed=3)
    assert (corrected.network_seed, corrected.attempt) == (3, 0)


def test_published_rows_are_those_of_the_protocol():
    row = published(on_generated("all"))
    assert row.teacher.hidden_sizes == (64, 64, 64, 64)
    assert row.teacher.copies
    assert row.link.recipe.schedule.epochs == 75
    assert (row.schedule.epochs, row.schedule.batch_size) == (20, 100)
    assert row.loss_weights == (1, 1)
    assert published(SMALL_ALONE).loss_weights == (1, 0)
