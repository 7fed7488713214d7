import subprocess
import sys
from dataclasses import dataclass, field, make_dataclass, replace

import pytest
from few import Few

from search_spaces.paper_table import SPACE
from search_spaces.rows.garments import ON_BIG, ON_BIG_NOISE
from trainables.data.augment import Augment
from trainables.data.domains import FASHION_MNIST, MNIST, MnistLike
from trainables.identity import canonical, identity
from trainables.links.fixed import Noise
from trainables.networks.convolutional import ConvNet
from trainables.networks.network import Perceptron
from trainables.objectives import Distillation, Hinton
from trainables.schedule import Schedule
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial
from trainables.teacher import Teacher


def test_independent_of_the_order_of_fields():
    one = make_dataclass("S", [("a", int), ("b", int)], frozen=True)
    two = make_dataclass("S", [("b", int), ("a", int)], frozen=True)
    assert identity(one(a=1, b=2)) == identity(two(a=1, b=2))
    assert identity(one(a=1, b=2)) != identity(two(a=2, b=1))


def test_independent_of_defaults_being_spelled_out():
    garments = MnistLike(dataset="FashionMNIST")
    spelled = Setting(
        target=garments,
        teacher=Teacher(domain=garments, split="Big", classes=None),
        student=Perceptron(hidden=(64,)),
        objective=Distillation(temperature=1.0, hard_label_weight=0.5),
        link=Noise(std=0.1),
    )
    usual = Setting(target=FASHION_MNIST, teacher=Teacher(domain=FASHION_MNIST), link=Noise())
    assert spelled.key == usual.key


def test_independent_of_fields_added_later_with_a_default():
    before = make_dataclass("S", [("a", int)], frozen=True)
    after = make_dataclass("S", [("a", int), ("b", str, field(default="as before"))], frozen=True)
    assert identity(before(a=1)) == identity(after(a=1))
    assert identity(before(a=1)) != identity(after(a=1, b="new"))


def test_independent_of_fields_that_do_not_count_for_equality():
    place = field(compare=False)
    kind = make_dataclass("S", [("a", int), ("path", str, place)], frozen=True)
    assert identity(kind(1, "here")) == identity(kind(1, "there"))
    assert identity(kind(1, "here")) != identity(kind(2, "here"))
    assert canonical(kind(1, "here")) == {"": "S", "a": 1}


def test_whole_and_real_numbers_of_equal_value_are_one_setting():
    whole, real = (replace(ON_BIG, objective=Distillation(hard_label_weight=w)) for w in (1, 1.0))
    assert whole.key == real.key


def test_independent_of_the_python_process():
    code = (
        "from search_spaces.rows.garments import ON_BIG_NOISE;"
        "from trainables.settings.trial import Trial;"
        "print(Trial(setting=ON_BIG_NOISE, seed=3).key)"
    )
    other = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "12345", "PYTHONPATH": ":".join(sys.path)},
    )
    assert other.stdout.strip() == Trial(setting=ON_BIG_NOISE, seed=3).key


def test_frozen_values():
    """Recorded studies are found by these: a change here orphans every record there is."""
    assert [Trial(setting=s, seed=0).key for s in SPACE.settings[:4]] == FROZEN


FROZEN = ["a53b7f65ab9aff5b", "b279ea42571c1eed", "fe001eed33142ef0", "5613d5347c95384a"]


OBJECTIVES = (
    Distillation(temperature=2),
    Distillation(hard_label_weight=0.25),
    Hinton(),
    Distillation(soft_term_times_t_squared=False),
)
TEACHERS = (
    {"domain": MNIST},
    {"split": "Train"},
    {"network": Perceptron(hidden=(8,))},
    {"schedule": Schedule(epochs=9, batch_size=64)},
    {"classes": tuple(range(10))},
)


def test_every_field_counts():
    settings = [
        ON_BIG,
        ON_BIG_NOISE,
        replace(ON_BIG_NOISE, link=Noise(std=0.2)),
        *(replace(ON_BIG, objective=objective) for objective in OBJECTIVES),
        replace(ON_BIG, protocol="published"),
        replace(ON_BIG, held_out=0.2),
        replace(ON_BIG, target=Few(), teacher=ON_BIG.teacher),
        replace(ON_BIG, student=Perceptron(hidden=(64, 64))),
        replace(ON_BIG, student=ConvNet(channels=(64,))),
        replace(ON_BIG, schedule=Schedule(epochs=50, batch_size=64, normalise=True)),
        replace(ON_BIG, schedule=Schedule(epochs=50, batch_size=64, augment=Augment(flip=True))),
        *(replace(ON_BIG, teacher=replace(ON_BIG.teacher, **changes)) for changes in TEACHERS),
    ]
    assert len({s.key for s in settings}) == len(settings)
    assert len({Trial(setting=ON_BIG, seed=s).key for s in range(100)}) == 100


def test_what_has_no_spelled_out_meaning_has_no_identity():
    @dataclass(frozen=True)
    class Holder:
        thing: object

    with pytest.raises(TypeError, match="no identity"):
        canonical(Holder(object()))
