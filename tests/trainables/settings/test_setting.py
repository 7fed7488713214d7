import math
from dataclasses import dataclass, replace

import pytest
from few import Few
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from search_spaces.rows.bike_sharing import REG_ON_BIG, REG_ON_TRAIN, REG_SMALL_ALONE
from search_spaces.rows.controls import by_untrained, controls_of, selected_alone, smoothed
from search_spaces.rows.garments import (
    ON_BIG,
    ON_MNIST,
    SMALL_ALONE,
    TRAIN_ALONE,
    on_generated,
    on_mnist_vae,
)
from search_spaces.rows.published import published
from trainables.data.domains import (
    BIKE_SHARING_PUBLISHED,
    BUILT_IN,
    FASHION_MNIST,
    GENERATED_MNIST,
    MNIST,
    BikeSharing,
    Generated,
    MnistLike,
)
from trainables.errors import BadInputError
from trainables.links.fixed import Dilation, FeatureNoise, Noise
from trainables.links.link import Identity
from trainables.links.vae_recipe import VaeRecipe
from trainables.networks.network import Network, Perceptron, multiply_adds, parameters_of
from trainables.objectives import Distillation, Hinton, Regression
from trainables.schedule import Schedule
from trainables.settings.columns import columns_of, name_of, short_name_of
from trainables.settings.scoring import CrossValidation, HoldOut
from trainables.settings.setting import Setting, alone
from trainables.settings.trial import Trial
from trainables.teacher import Teacher

PAIRED = {"objects": FASHION_MNIST, "counterparts": MNIST}


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Distillation(hard_label_weight=1.5), "must be ≥ 0 and ≤ 1"),
        (lambda: Distillation(hard_label_weight=-0.1), "must be ≥ 0"),
        (lambda: Distillation(temperature=0), "it must be ≥ 0.001 and ≤ 10000"),
        (lambda: Distillation(temperature=math.nan), "give a number ≥ 0.001"),
        (lambda: Distillation(temperature="2"), "give a number"),
        (lambda: replace(ON_BIG, held_out=1.0), "must be ≥ 0 and < 1"),
        (
            lambda: replace(ON_BIG, student_split="Train", held_out=0.2),
            "has seen some of what is held out of Train",
        ),
        (lambda: replace(ON_BIG, student_split="Smal"), "did you mean 'Small'"),
        (lambda: replace(ON_BIG, protocol="publshed"), "did you mean 'published'"),
        (lambda: replace(ON_BIG, objective="mse"), "give an Objective"),
        (lambda: Setting(target=FASHION_MNIST), "or Distillation(hard_label_weight=1)"),
        (lambda: replace(SMALL_ALONE, link=Noise()), "no link"),
        (lambda: replace(ON_BIG, teacher=Teacher(domain=GENERATED_MNIST)), "VaeLink"),
        (lambda: Teacher(domain="CIFAR"), "Teacher.domain is 'CIFAR': give a domain"),
        (lambda: MnistLike(dataset="CIFAR"), "unknown MnistLike.dataset 'CIFAR'"),
        (lambda: Perceptron(hidden=()), "give whole numbers ≥ 1"),
        (lambda: Generated(like=MNIST, copies=70), "give True or False"),
        (lambda: Generated(like=GENERATED_MNIST), "give a domain that has objects"),
        (lambda: BikeSharing(published="yes"), "give True or False"),
        (lambda: VaeRecipe(**PAIRED, labels="some"), "known are all, small"),
        (lambda: VaeRecipe(**PAIRED, latent_size=0), "whole number ≥ 1"),
        (lambda: Schedule(epochs=0, batch_size=64), "whole number ≥ 1"),
        (lambda: Schedule(epochs=True, batch_size=64), "whole number ≥ 1"),
        (lambda: Schedule(epochs=1, batch_size=64, learning_rate=0), "must be > 0"),
        (lambda: Noise(std=-1), "must be ≥ 0"),
        (lambda: FeatureNoise(std=-1), "must be ≥ 0"),
        (lambda: replace(SMALL_ALONE, target="Reg"), "Setting.target is 'Reg': give a Domain"),
        (
            lambda: replace(REG_ON_BIG, objective=Distillation(temperature=2)),
            "Distillation is an objective for classes, and a student of Reg learns numbers",
        ),
        (lambda: replace(REG_ON_BIG, objective=Hinton()), "Hinton is an objective for classes"),
        (lambda: replace(REG_ON_BIG, link=Noise()), "Noise maps images, and Reg consists of feat"),
        (lambda: replace(ON_BIG, link=FeatureNoise()), "FeatureNoise maps features"),
        (lambda: replace(REG_ON_BIG, teacher=ON_BIG.teacher), "of FashionMNIST reads 1×28×28"),
        (
            lambda: replace(REG_ON_BIG, target=BIKE_SHARING_PUBLISHED),
            "cannot teach a student of RegRaw",
        ),
        (
            lambda: replace(ON_BIG, objective=Regression(broadcast=True)),
            "for numbers, and a student of FashionMNIST learns classes",
        ),
        (
            lambda: Teacher(domain=FASHION_MNIST, broadcast=True),
            "for teachers of numbers, not for",
        ),
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
    objective = Distillation(hard_label_weight=weight, temperature=temperature)
    hard, soft = objective.weights
    assert hard == weight
    assert soft == pytest.approx((1 - weight) * temperature**2)
    assert Hinton(temperature=temperature).weights == (1, pytest.approx(temperature**2))
    plain = replace(objective, soft_term_times_t_squared=False)
    assert plain.weights == (weight, 1 - weight)


def test_a_published_seed_is_one_more_attempt_of_one_network():
    trial = Trial(setting=published(ON_BIG), seed=3)
    assert (trial.network_seed, trial.attempt) == (0, 3)
    corrected = Trial(setting=ON_BIG, seed=3)
    assert (corrected.network_seed, corrected.attempt) == (3, 0)


def test_published_rows_are_those_of_the_protocol():
    row = published(on_generated("all"))
    assert row.teacher.network == Perceptron(hidden=(64, 64, 64, 64))
    assert row.teacher.domain == Generated(like=MNIST, copies=True)
    assert row.link.recipe.schedule.epochs == 75
    assert (row.schedule.epochs, row.schedule.batch_size) == (20, 100)
    assert row.objective.weights == (1, 1)
    assert published(SMALL_ALONE).objective.weights == (1, 0)


def test_the_networks_of_the_regression_are_those_that_were_printed():
    """Weights without biases, as they were printed (docs/protocol, "Networks")."""
    networks = (REG_ON_BIG.teacher.network, REG_ON_BIG.student)
    assert [network.hidden for network in networks] == [(256, 128, 64, 64), (32,)]
    assert (REG_ON_BIG.target.shape, REG_ON_BIG.target.outputs) == ((15,), 1)
    assert [multiply_adds(network, (15,), 1) for network in networks] == [48_960, 512]
    biases = [256 + 128 + 64 + 64 + 1, 32 + 1]
    parameters = [parameters_of(network, (15,), 1) for network in networks]
    assert parameters == [48_960 + biases[0], 512 + biases[1]]


def test_the_regression_as_published():
    row = published(REG_ON_TRAIN)
    assert (row.target, row.protocol) == (BIKE_SHARING_PUBLISHED, "published")
    assert row.objective.broadcast
    assert row.teacher.broadcast
    assert name_of(row) == "RegRaw-Train ← RegRaw-Train φ=identity λ=0.5, broadcast"
    assert row.objective.numbers() == {"hard": 0.5, "soft": 0.5}
    assert published(REG_SMALL_ALONE).teacher is None


def test_every_domain_has_a_task_of_its_kind():
    for name in ("MNIST", "GeneratedMNIST", "FashionMNIST"):
        assert BUILT_IN[name].is_classification
        assert BUILT_IN[name].outputs == 10
        assert BUILT_IN[name].measures == FASHION_MNIST.measures
    for name, domain in BUILT_IN.items():
        assert domain.name == name
        assert domain.main in domain.described.compared
        assert domain.task.curve in domain.measures
        sizes = domain.split_sizes
        assert sizes["Big"] + sizes["Small"] == sizes["Train"]


def test_a_short_name_begins_with_what_differs_within_a_space():
    objective = Distillation(hard_label_weight=0.708, temperature=1.64)
    row = replace(on_mnist_vae("all"), objective=objective)
    assert name_of(row) == "FashionMNIST-Small ← MNIST-Big φ=VAE(all) λ=0.708 T=1.64"
    assert short_name_of(row) == "λ=0.708 T=1.64 φ=VAE(all) · FashionMNIST-Small ← MNIST-Big"
    assert name_of(SMALL_ALONE) == "FashionMNIST-Small alone"
    assert short_name_of(SMALL_ALONE) == "alone · FashionMNIST-Small"


# ---- the student alone, and what tables say of a setting ----


def test_the_student_alone_is_the_same_without_its_teacher():
    for setting in (ON_BIG, ON_MNIST, on_mnist_vae("all"), replace(ON_BIG, objective=Hinton())):
        assert alone(setting) == SMALL_ALONE
    assert alone(TRAIN_ALONE) == TRAIN_ALONE
    assert alone(REG_ON_BIG) == REG_SMALL_ALONE
    broadcast = Regression(hard_label_weight=0.5, broadcast=True)
    assert alone(replace(REG_ON_BIG, objective=broadcast)).objective.broadcast
    kept = replace(
        on_mnist_vae("small"), held_out=0.3, student=Perceptron(hidden=(8, 8)),
        schedule=Schedule(epochs=7, batch_size=16),
    )  # fmt: skip
    bare = alone(kept)
    assert (bare.teacher, bare.link) == (None, Identity())
    for field in ("target", "student", "student_split", "schedule", "held_out", "protocol"):
        assert getattr(bare, field) == getattr(kept, field)


@dataclass(frozen=True, kw_only=True)
class Linear(Network):
    """A user's network."""

    def build(self, shape, outputs):
        return nn.Sequential(nn.Flatten(), nn.Linear(math.prod(shape), outputs))


def test_a_row_says_what_a_setting_is():
    row = columns_of(on_mnist_vae("small"))
    assert (row["student"], row["teacher"]) == ("FashionMNIST-Small", "MNIST-Big")
    assert (row["teacher_domain"], row["teacher_split"]) == ("MNIST", "Big")
    assert (row["link"], row["vae_labels"]) == ("VAE", "small")
    assert (row["lambda"], row["temperature"]) == (0.5, 1.0)
    assert row["learns_from"] == "labels and teacher"
    assert (row["student_objects"], row["teacher_objects"]) == (1_000, 59_000)
    assert row["student_parameters"] == 784 * 64 + 64 + 64 * 10 + 10
    assert row["teacher_parameters"] == parameters_of(
        Perceptron(hidden=(256, 128, 64, 64)), (784,), 10
    )
    assert columns_of(replace(ON_BIG, held_out=0.2))["student_objects"] == 800


def test_a_row_says_what_of_a_teacher_reaches_the_student():
    means, shuffled = controls_of(ON_BIG)
    found = {
        "—": [SMALL_ALONE, replace(ON_BIG, objective=Distillation(hard_label_weight=1))],
        "answers": [ON_BIG, on_mnist_vae("all"), REG_ON_BIG],
        "class means": [means],
        "answers exchanged in class": [shuffled],
        "untrained network": [by_untrained(ON_BIG), by_untrained(means)],
        "uniform": [smoothed(ON_BIG)],
    }
    for carries, settings in found.items():
        assert {columns_of(setting)["carries"] for setting in settings} == {carries}
    drawn = columns_of(by_untrained(ON_BIG))
    assert (drawn["teacher"], drawn["teacher_objects"]) == ("untrained network", 0)


def test_a_name_says_an_unusual_size_and_a_selected_epoch():
    few = replace(SMALL_ALONE, target=replace(FASHION_MNIST, small=100, big=50_000))
    assert name_of(few) == "FashionMNIST-Small of 100 alone"
    chosen = selected_alone(ON_BIG, by="cross_entropy")
    assert name_of(chosen) == "FashionMNIST-Small alone, selected epoch by cross-entropy"


def test_a_row_of_a_student_alone_has_no_teacher():
    row = columns_of(SMALL_ALONE)
    assert [row[name] for name in ("teacher", "teacher_domain", "teacher_split", "link")] == [
        "—"
    ] * 4
    assert (row["teacher_objects"], row["teacher_parameters"]) == (0, 0)
    assert row["learns_from"] == "labels"
    regression = columns_of(REG_SMALL_ALONE)
    assert (regression["student"], regression["lambda"], regression["temperature"]) == (
        "Reg-Small", 1.0, "—",
    )  # fmt: skip


def test_a_row_of_a_user_s_parts_is_whole():
    setting = replace(alone(ON_BIG), target=Few(), student=Linear())
    row = columns_of(setting)
    assert row["student"] == "FewFashionMNIST-Small"
    assert row["student_network"] == "Linear"
    assert row["student_parameters"] == 784 * 10 + 10
    assert name_of(setting) == "FewFashionMNIST-Small alone"
    assert {*row} == {*columns_of(SMALL_ALONE)}


def test_a_dilated_teacher_is_as_large_as_what_it_reads():
    row = columns_of(replace(ON_BIG, link=Dilation()))
    assert row["teacher_parameters"] == parameters_of(ON_BIG.teacher.network, (24 * 24,), 10)
