"""A teacher says what is wrong with it before it meets a student."""

import pytest

from search_spaces.base.catalogue import load
from trainables.data.augment import Augment
from trainables.data.domains import BIKE_SHARING, FASHION_MNIST, GENERATED_MNIST, MNIST
from trainables.data.own import PrintedLetters
from trainables.errors import BadInputError
from trainables.networks.network import Perceptron
from trainables.schedule import Schedule
from trainables.settings import columns_of, name_of, short_name_of
from trainables.teacher import Teacher

FLIP = Augment(flip=True)
FOR_EACH = "0 to 9, for each class of the student"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"domain": "CIFAR"}, "Teacher.domain is 'CIFAR': give a domain (see trainables.data)"),
        (
            {"network": (256, 64)},
            "Teacher.network is (256, 64): give a network, Perceptron(hidden=(64,)) say",
        ),
        ({"schedule": 10}, "Teacher.schedule is 10: give Schedule(epochs=..., batch_size=...)"),
        (
            {"split": "Bigg"},
            "unknown Teacher.split 'Bigg': did you mean 'Big'? known are Big, Small, Train",
        ),
        (
            {"split": "Test"},
            "unknown Teacher.split 'Test': known are Big, Small, Train",
        ),
        (
            {"schedule": Schedule(epochs=3, batch_size=8, select_epoch=True)},
            "Teacher.schedule has select_epoch, which is for students: leave it away",
        ),
        (
            {"schedule": Schedule(epochs=3, batch_size=8, augment=Augment(crop=30))},
            "Augment.crop is 30: give fewer pixels than the 28 that an image of MNIST is high or "
            "wide",
        ),
        (
            {"domain": BIKE_SHARING, "schedule": Schedule(epochs=3, batch_size=8, augment=FLIP)},
            "augment changes images, and Reg has rows of 15 features: leave augment away",
        ),
        (
            {"domain": BIKE_SHARING, "schedule": Schedule(epochs=3, batch_size=8, normalise=True)},
            "Schedule.normalise is for images; the features of Reg are standardised anyway: leave "
            "it away",
        ),
        ({"broadcast": 1}, "Teacher.broadcast is 1: give True or False"),
        (
            {"broadcast": True},
            "broadcast=True is for teachers of numbers, not for those of MNIST",
        ),
        (
            {"domain": GENERATED_MNIST, "broadcast": True},
            "broadcast=True is for teachers of numbers, not for those of GeneratedMNIST",
        ),
        (
            {"classes": (0, 10)},
            f"Teacher.classes is (0, 10): give a class of MNIST, {FOR_EACH}",
        ),
        ({"classes": (-1, 1)}, f"Teacher.classes is (-1, 1): give a class of MNIST, {FOR_EACH}"),
        ({"classes": ()}, f"Teacher.classes is (): give a class of MNIST, {FOR_EACH}"),
        ({"classes": 3}, f"Teacher.classes is 3: give a class of MNIST, {FOR_EACH}"),
        ({"classes": "01"}, f"Teacher.classes is '01': give a class of MNIST, {FOR_EACH}"),
        (
            {"classes": (True, 0)},
            f"Teacher.classes is (True, 0): give a class of MNIST, {FOR_EACH}",
        ),
        (
            {"weights": 5},
            "Teacher.weights is 5: give the path of a file of weights, or None",
        ),
        (
            {"domain": BIKE_SHARING, "classes": (0,)},
            "Teacher.classes is (0,), and a teacher of Reg answers with a number: leave classes "
            "away",
        ),
    ],
)
def test_a_wrong_value_is_one_clear_line(changes, says):
    with pytest.raises(BadInputError) as caught:
        Teacher(**{"domain": MNIST} | changes)
    assert str(caught.value) == says


def test_a_teacher_is_what_was_printed_unless_said_otherwise():
    usual = Teacher(domain=MNIST)
    assert usual.network == Perceptron(hidden=(256, 128, 64, 64))  # docs/protocol, "Networks"
    assert usual.schedule == Schedule(epochs=10, batch_size=64)
    assert usual.name == usual.label == "MNIST-Big"
    assert Teacher(domain=MNIST, classes=[3, 1]).classes == (3, 1)
    assert Teacher(domain=MNIST, classes=range(4)) == Teacher(domain=MNIST, classes=(0, 1, 2, 3))
    assert Teacher(domain=BIKE_SHARING, split="Train", broadcast=True).name == "Reg-Train"


def test_a_label_tells_teachers_apart_by_their_classes():
    assert Teacher(domain=MNIST, classes=(3, 1)).label == "MNIST-Big (31)"
    assert Teacher(domain=PrintedLetters(), classes=(14, 8)).label == "PrintedLetters-Big (OI)"
    garments = Teacher(domain=FASHION_MNIST, split="Train", classes=(3, 1))
    assert garments.label == "FashionMNIST-Train (classes 3, 1)"


def test_letters_by_look_and_by_place_have_names_of_their_own():
    """In tables the column of teachers says which, too; keys do not."""
    rows = load("letters").settings
    for name in (name_of, short_name_of):
        assert len({(row.student, name(row)) for row in rows}) == len(rows)
    shown = {columns_of(row)["teacher"] for row in rows}
    assert {"PrintedLetters-Big (OIZEASGTBP)", "PrintedLetters-Big (ABCDEFGHIJ)"} < shown
    assert not any("OIZEASGTBP" in str(row.plain) for row in rows)
