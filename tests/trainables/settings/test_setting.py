import itertools
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_spaces.rows.bike_sharing import REG_ON_BIG, REG_ON_TRAIN, REG_SMALL_ALONE
from search_spaces.rows.garments import ON_BIG, SMALL_ALONE, on_generated, on_mnist_vae
from search_spaces.rows.published import published
from trainables.data.domains import TARGET_DOMAINS, target_domain_of
from trainables.errors import BadInputError
from trainables.links.fixed import FeatureNoise, Noise
from trainables.recipes import Schedule, TeacherRecipe, VaeRecipe
from trainables.settings.columns import name_of, short_name_of
from trainables.settings.scoring import CrossValidation, HoldOut
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial


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
        (lambda: FeatureNoise(std=-1), "must be ≥ 0"),
        (lambda: replace(SMALL_ALONE, target="Rag"), "did you mean 'Reg'"),
        (lambda: replace(REG_ON_BIG, temperature=2), "has no temperature: leave temperature away"),
        (lambda: replace(REG_ON_BIG, loss="hinton"), "given was 'hinton'"),
        (lambda: replace(REG_ON_BIG, link=Noise()), "Noise maps images, and Reg consists of feat"),
        (lambda: replace(ON_BIG, link=FeatureNoise()), "FeatureNoise maps features"),
        (lambda: replace(REG_ON_BIG, teacher=ON_BIG.teacher), "cannot teach a student of Reg"),
        (lambda: replace(REG_ON_BIG, target="RegRaw"), "cannot teach a student of RegRaw"),
        (lambda: replace(ON_BIG, broadcast=True), "for regression only, not for FashionMNIST"),
        (lambda: TeacherRecipe(broadcast=True), "teachers of Reg and RegRaw only"),
        (lambda: replace(REG_ON_BIG, rule=CrossValidation()), "Reg is measured by mse, mae, r2"),
        (lambda: replace(ON_BIG, rule=HoldOut(score="mse")), "measured by accuracy, cross_entr"),
        (lambda: CrossValidation(score="acuracy"), "did you mean 'accuracy'"),
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


def test_the_networks_of_the_regression_are_those_that_were_printed():
    """Weights without biases, as they were printed (docs/protocol, "Networks")."""
    assert REG_ON_BIG.student_sizes == (15, 32, 1)
    assert REG_ON_BIG.teacher_sizes == (15, 256, 128, 64, 64, 1)
    weights = [sum(a * b for a, b in itertools.pairwise(sizes))
               for sizes in (REG_ON_BIG.teacher_sizes, REG_ON_BIG.student_sizes)]  # fmt: skip
    assert weights == [48_960, 512]


def test_the_regression_as_published():
    row = published(REG_ON_TRAIN)
    assert (row.target, row.protocol, row.broadcast) == ("RegRaw", "published", True)
    assert row.teacher.broadcast
    assert name_of(row) == "RegRaw-Train ← RegRaw-Train φ=identity λ=0.5, broadcast"
    assert row.loss_weights == (0.5, 0.5)
    assert published(REG_SMALL_ALONE).teacher is None


def test_every_domain_has_a_target_of_its_kind():
    assert (
        target_domain_of("MNIST")
        is target_domain_of("GeneratedMNIST")
        is TARGET_DOMAINS["FashionMNIST"]
    )
    for name, target in TARGET_DOMAINS.items():
        assert target_domain_of(name) is target
        assert target.main in target.compared
        assert target.curve in target.measures
        sizes = target.split_sizes
        assert sizes["Big"] + sizes["Small"] == sizes["Train"]


def test_a_short_name_begins_with_what_differs_within_a_space():
    row = replace(on_mnist_vae("all"), hard_label_weight=0.708, temperature=1.64)
    assert name_of(row) == "FashionMNIST-Small ← MNIST-Big φ=VAE(all) λ=0.708 T=1.64"
    assert short_name_of(row) == "λ=0.708 T=1.64 φ=VAE(all) · FashionMNIST-Small ← MNIST-Big"
    assert name_of(SMALL_ALONE) == "FashionMNIST-Small alone"
    assert short_name_of(SMALL_ALONE) == "alone · FashionMNIST-Small"
