"""Printed digits teach handwritten ones: how much, for a student of 1,000 labels.

The teacher knows digits of 48 or so families of fonts; the student has never seen print, nor the
teacher handwriting. Controls soften the labels without a teacher, or by class alone.
"""

from dataclasses import replace

from search_spaces.base.space import Space
from trainables.data.domains import MNIST
from trainables.data.own import PrintedDigits
from trainables.networks import ConvNet
from trainables.objectives import ClassMeans, Distillation, LabelSmoothing
from trainables.schedule import Schedule
from trainables.settings import Setting, alone
from trainables.teacher import Teacher

PRINT = Teacher(domain=PrintedDigits(), schedule=Schedule(epochs=5, batch_size=64))
BY_PERCEPTRON = Setting(
    target=MNIST, teacher=PRINT, objective=Distillation(hard_label_weight=0.5, temperature=4)
)
NETWORK = ConvNet(channels=(8, 16))
BY_CONVOLUTION = replace(
    BY_PERCEPTRON,
    student=NETWORK,
    teacher=replace(PRINT, network=NETWORK, schedule=Schedule(epochs=2, batch_size=64)),
    schedule=Schedule(epochs=20, batch_size=64),
)


def rows(taught: Setting) -> tuple[Setting, ...]:
    """Alone, taught, and the controls of a network."""
    smooth = replace(alone(taught), objective=LabelSmoothing())
    by_class = ClassMeans(hard_label_weight=0.5, temperature=4)
    return alone(taught), taught, smooth, replace(taught, objective=by_class)


SPACE = Space(
    name="fonts",
    about="Do printed digits teach handwritten ones, from 1,000 labels, by which network?",
    settings=(*rows(BY_PERCEPTRON), *rows(BY_CONVOLUTION)),
    seeds=10,
)
