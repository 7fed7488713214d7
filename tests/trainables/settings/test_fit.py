"""Parts of a setting that do not fit: one line, and which."""

from dataclasses import dataclass, replace
from typing import ClassVar

import pytest
from few import Few
from torch import nn

from search_spaces.rows.bike_sharing import REG_ON_BIG, REG_SMALL_ALONE
from search_spaces.rows.garments import ON_BIG, ON_MNIST, SMALL_ALONE, on_generated, vae_link
from trainables.data.augment import Augment
from trainables.data.domains import (
    BIKE_SHARING_PUBLISHED,
    FASHION_MNIST,
    GENERATED_MNIST,
    MNIST,
    Generated,
)
from trainables.data.task import Classes, Numbers
from trainables.errors import BadInputError
from trainables.links import Dilation, FeatureNoise, Identity, Link, Noise
from trainables.methods.self_supervised.barlow_twins import BarlowTwins
from trainables.networks.convolutional import ConvNet
from trainables.networks.network import Network, Perceptron
from trainables.objectives import Distillation, Hinton, Objective, Regression
from trainables.schedule import Schedule
from trainables.settings.course import Course
from trainables.settings.population import Population
from trainables.settings.scoring import CrossValidation, HoldOut, Oracle, Pruning
from trainables.settings.setting import Setting, alone
from trainables.teacher import Teacher

FEW = Few()
METHOD = replace(SMALL_ALONE, method=BarlowTwins())


@dataclass(frozen=True, kw_only=True)
class Told(Few):
    """Few objects of another name, shape or task."""

    called: str = "Told"
    told_shape: tuple[int, ...] = (1, 28, 28)
    told: Classes | Numbers = Classes(names=("a", "b", "c"))

    @property
    def name(self):
        return self.called

    @property
    def shape(self):
        return self.told_shape

    @property
    def task(self):
        return self.told


@dataclass(frozen=True, kw_only=True)
class Features(Objective):
    """Reads features by these names."""

    of_student: tuple[str, ...] = ()
    of_teacher: tuple[str, ...] = ()

    @property
    def student_features(self):
        return self.of_student

    @property
    def teacher_features(self):
        return self.of_teacher

    def loss(self, student, teacher, labels, numbers):
        raise AssertionError("only its features are asked for")


@dataclass(frozen=True, kw_only=True)
class Cut(Link):
    """An object becomes its upper half."""

    name: ClassVar[str] = "cut"

    def shape(self, shape):
        return (shape[0], shape[1] // 2, shape[2])

    def __call__(self, objects, generator):
        return objects[:, :, : objects.shape[2] // 2]


@dataclass(frozen=True, kw_only=True)
class CutBoth(Cut):
    makes_source: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class Lying(Cut):
    def __call__(self, objects, generator):
        return objects


@dataclass(frozen=True, kw_only=True)
class OneOutput(Network):
    def build(self, shape, outputs):
        return nn.Sequential(nn.Flatten(), nn.Linear(shape[0] * shape[1] * shape[2], 1))


@dataclass(frozen=True, kw_only=True)
class NoFeatures(Network):
    def build(self, shape, outputs):
        return nn.Sequential(nn.Flatten(), nn.Linear(shape[0] * shape[1] * shape[2], outputs))


THREE = Told()
KM = Told(called="Km", told=Numbers(unit="km"))
SMALLER = Told(called="Smaller", told_shape=(1, 8, 9), told=FASHION_MNIST.task)
SWAPPED = (1, 0, *range(2, 10))


def teach(target, teacher, link=None, **changes):
    """A student of a domain under a teacher of another."""
    recipe = teacher if isinstance(teacher, Teacher) else Teacher(domain=teacher)
    return Setting(target=target, teacher=recipe, link=link or Identity(), **changes)


def scheduled(**changes):
    """A schedule with these changes."""
    return Schedule(epochs=3, batch_size=16, **changes)


def paired(**changes):
    """Under a teacher of MNIST, by a VAE with these changes to its recipe."""
    link = vae_link("small")
    return replace(link, recipe=replace(link.recipe, **changes))


COURSE = Course({10: {"schedule.learning_rate": 1e-4}})
ONCE = (
    "a course is for students that are trained once and to their end, each by itself: no method, "
    "protocol 'corrected', no select_epoch, no population"
)


def cannot(path):
    return (
        f"{path} cannot change while a student is trained: what can are the numbers of the "
        "objective (objective.temperature), schedule.learning_rate and schedule.weight_decay"
    )


REFUSED = {
    # ---- no part at all ----
    "target by its name": (
        lambda: Setting(target="FashionMNIST"),
        "Setting.target is 'FashionMNIST': give a Domain",
    ),
    "schedule": (
        lambda: replace(SMALL_ALONE, schedule=10),
        "Setting.schedule is 10: give a Schedule",
    ),
    "link by its name": (
        lambda: replace(ON_BIG, link="noise"),
        "Setting.link is 'noise': give a Link",
    ),
    "link's class": (
        lambda: replace(ON_BIG, link=Noise),
        "Setting.link is <class 'trainables.links.fixed.Noise'>: give a Link",
    ),
    "no link": (lambda: replace(ON_BIG, link=None), "Setting.link is None: give a Link"),
    "objective": (
        lambda: replace(ON_BIG, objective="hinton"),
        "Setting.objective is 'hinton': give an Objective",
    ),
    "student": (
        lambda: replace(ON_BIG, student=(64,)),
        "Setting.student is (64,): give a Network",
    ),
    "a module": (
        lambda: replace(ON_BIG, student=nn.Identity()),
        "Setting.student is Identity(): give a Network",
    ),
    "teacher": (
        lambda: replace(ON_BIG, teacher="MNIST"),
        "Setting.teacher is 'MNIST': give a Teacher, or None",
    ),
    "rule": (
        lambda: replace(ON_BIG, rule=0.2),
        "Setting.rule is 0.2: give a Rule, or None",
    ),
    "method": (
        lambda: replace(SMALL_ALONE, method="dann"),
        "Setting.method is 'dann': give a Method, or None",
    ),
    "nothing to learn from": (
        lambda: replace(SMALL_ALONE, target=GENERATED_MNIST),
        "GeneratedMNIST is made by a link's VAE, for a teacher: a student needs a domain that has "
        "objects",
    ),
    # ---- the objective ----
    "numbers' objective": (
        lambda: replace(ON_BIG, objective=Regression()),
        "Regression is an objective for numbers, and a student of FashionMNIST learns classes: "
        "give an objective for classes",
    ),
    "classes' objective": (
        lambda: replace(REG_ON_BIG, objective=Hinton()),
        "Hinton is an objective for classes, and a student of Reg learns numbers: give an "
        "objective for numbers",
    ),
    "alone, λ = 0.5": (
        lambda: Setting(target=FASHION_MNIST),
        "a student without a teacher has no link (identity was given) and an objective that needs "
        "none (Distillation was given): see alone(setting), or Distillation(hard_label_weight=1)",
    ),
    "alone, Hinton": (
        lambda: replace(SMALL_ALONE, objective=Hinton()),
        "a student without a teacher has no link (identity was given) and an objective that needs "
        "none (Hinton was given): see alone(setting), or Distillation(hard_label_weight=1)",
    ),
    "alone with a link": (
        lambda: replace(SMALL_ALONE, link=Noise()),
        "a student without a teacher has no link (noise was given) and an objective that needs "
        "none (Distillation was given): see alone(setting), or Distillation(hard_label_weight=1)",
    ),
    "a feature that the student has not": (
        lambda: replace(ON_BIG, objective=Features(of_student=("hidden", "maps"))),
        "Features reads the student's feature 'maps', and Perceptron names hidden: see "
        "Network.features",
    ),
    "a feature that the teacher has not": (
        lambda: replace(
            ON_BIG,
            student=ConvNet(channels=(4,)),
            objective=Features(of_student=("maps",), of_teacher=("maps",)),
        ),
        "Features reads the teacher's feature 'maps', and Perceptron names hidden: see "
        "Network.features",
    ),
    "a feature of a network that names none": (
        lambda: replace(
            SMALL_ALONE,
            teacher=ON_BIG.teacher,
            student=NoFeatures(),
            objective=Features(of_student=("hidden",)),
        ),
        "Features reads the student's feature 'hidden', and NoFeatures names none: see "
        "Network.features",
    ),
    # ---- teacher and link ----
    "the same objects, split otherwise": (
        lambda: replace(ON_BIG, target=replace(FASHION_MNIST, small=100)),
        "student and teacher learn FashionMNIST split otherwise, so that the teacher may know "
        "what is held out of the student's objects: give both the same splits",
    ),
    "Small of another size for a teacher of it": (
        lambda: replace(
            ON_BIG,
            target=replace(FASHION_MNIST, small=100, big=50_000),
            teacher=Teacher(domain=replace(FASHION_MNIST, big=50_000), split="Small"),
        ),
        "student and teacher learn FashionMNIST split otherwise, so that the teacher may know "
        "what is held out of the student's objects: give both the same splits",
    ),
    "an epoch by a measure that there is not": (
        lambda: replace(
            SMALL_ALONE,
            schedule=replace(SMALL_ALONE.schedule, select_epoch=True, select_by="mse"),
        ),
        "Schedule.select_by is 'mse'; FashionMNIST is measured by accuracy, cross_entropy",
    ),
    "link of images for a table": (
        lambda: replace(REG_ON_BIG, link=Noise()),
        "the link Noise maps images, and Reg consists of features: give a link for them, or "
        "Identity()",
    ),
    "link of a table for images": (
        lambda: replace(ON_BIG, link=FeatureNoise()),
        "the link FeatureNoise maps features, and FashionMNIST consists of images: give a link "
        "for them, or Identity()",
    ),
    "a domain that a VAE must make": (
        lambda: teach(FASHION_MNIST, GENERATED_MNIST),
        "GeneratedMNIST is made by a VAE: its link must be VaeLink(...), not identity",
    ),
    "made of other classes than the VAE's": (
        lambda: replace(
            on_generated("all"), teacher=Teacher(domain=Generated(like=FASHION_MNIST))
        ),
        "the link's VAE makes counterparts of MNIST, and the classes of GeneratedFashionMNIST are "
        "others: make it like the VAE's counterparts",
    ),
    "a VAE of other objects": (
        lambda: replace(ON_MNIST, link=paired(objects=FEW)),
        "the link's VAE reads FewFashionMNIST, and the teacher is shown FashionMNIST: give "
        "VaeRecipe(objects=...) that domain",
    ),
    "a link of another shape than it says": (
        lambda: replace(ON_BIG, link=Lying()),
        "the link Lying makes [2, 1, 28, 28] of two objects [2, 1, 28, 28], but its shape() says "
        "[2, 1, 14, 28]: let them agree",
    ),
    "a link of another shape than the teacher reads": (
        lambda: replace(ON_BIG, link=Cut()),
        "the link Cut makes 1×14×28 of FashionMNIST's 1×28×28, and the teacher of FashionMNIST "
        "reads 1×28×28: give the domains one size (size=...), or a link that makes it",
    ),
    "a teacher of smaller images": (
        lambda: teach(FASHION_MNIST, SMALLER),
        "the link Identity makes 1×28×28 of FashionMNIST's 1×28×28, and the teacher of Smaller "
        "reads 1×8×9: give the domains one size (size=...), or a link that makes it",
    ),
    "a teacher of smaller images, both through the link": (
        lambda: teach(FASHION_MNIST, SMALLER, CutBoth()),
        "the link CutBoth makes 1×14×28 of FashionMNIST's 1×28×28, and the teacher of Smaller "
        "reads 1×4×9: give the domains one size (size=...), or a link that makes it",
    ),
    "a table's teacher of images": (
        lambda: replace(REG_ON_BIG, teacher=ON_BIG.teacher),
        "the link Identity makes 15 of Reg's 15, and the teacher of FashionMNIST reads 1×28×28: "
        "give the domains one size (size=...), or a link that makes it",
    ),
    "a teacher of numbers for classes": (
        lambda: teach(FASHION_MNIST, KM),
        "a teacher of Km cannot teach a student of FashionMNIST: their answers are of another "
        "kind, or in other units",
    ),
    "numbers in other units": (
        lambda: teach(replace(KM, told=Numbers(unit="miles")), KM, objective=Regression()),
        "a teacher of Km cannot teach a student of Km: their answers are of another kind, or in "
        "other units",
    ),
    "a table as published": (
        lambda: replace(REG_ON_BIG, target=BIKE_SHARING_PUBLISHED),
        "a teacher of Reg cannot teach a student of RegRaw: the features of one are standardised, "
        "those of the other are not",
    ),
    "another number of classes": (
        lambda: teach(THREE, MNIST),
        "Told has 3 outputs and the teacher's MNIST 10, and Teacher.classes is not given: name "
        "one of the teacher's classes for each of the student's",
    ),
    "a class too few": (
        lambda: teach(THREE, Teacher(domain=MNIST, classes=(7, 1))),
        "Told has 3 outputs and the teacher's MNIST 10, and Teacher.classes names 2: name one of "
        "the teacher's classes for each of the student's",
    ),
    "a VAE that pairs classes otherwise": (
        lambda: replace(ON_MNIST, link=paired(classes=SWAPPED)),
        f"the link's VAE pairs classes by {SWAPPED}, and the teacher's answers are read by "
        f"{tuple(range(10))}: give VaeRecipe.classes and Teacher.classes the same",
    ),
    "a teacher whose answers are read otherwise": (
        lambda: replace(
            ON_MNIST, teacher=replace(ON_MNIST.teacher, classes=SWAPPED), link=paired()
        ),
        f"the link's VAE pairs classes by {tuple(range(10))}, and the teacher's answers are read "
        f"by {SWAPPED}: give VaeRecipe.classes and Teacher.classes the same",
    ),
    # ---- networks ----
    "a student with too few outputs": (
        lambda: replace(SMALL_ALONE, student=OneOutput()),
        "the network OneOutput makes [2, 1] of two objects of 1×28×28 and 10 outputs: it must "
        "make [2, 10]",
    ),
    "a teacher with too few outputs": (
        lambda: teach(FASHION_MNIST, Teacher(domain=MNIST, network=OneOutput())),
        "the network OneOutput makes [2, 1] of two objects of 1×28×28 and 10 outputs: it must "
        "make [2, 10]",
    ),
    # ---- rule, held-out part, protocol ----
    "rule and held-out part": (
        lambda: replace(ON_BIG, rule=HoldOut(), held_out=0.2),
        "a setting with a rule is corrected, and its rule says what is held out; given were "
        "protocol='corrected' and held_out=0.2",
    ),
    "rule and published": (
        lambda: replace(ON_BIG, rule=Oracle(), protocol="published"),
        "a setting with a rule is corrected, and its rule says what is held out; given were "
        "protocol='published' and held_out=0",
    ),
    "score of classes": (
        lambda: replace(REG_ON_BIG, rule=CrossValidation()),
        "the rule's score is 'accuracy'; Reg is measured by mse, mae, r2",
    ),
    "score of numbers": (
        lambda: replace(ON_BIG, rule=HoldOut(score="mse")),
        "the rule's score is 'mse'; FashionMNIST is measured by accuracy, cross_entropy",
    ),
    "a teacher that has seen what is held out": (
        lambda: replace(ON_BIG, student_split="Train", held_out=0.2),
        "a teacher on FashionMNIST-Big has seen some of what is held out of Train: give it "
        "split='Train', and it is trained without that part",
    ),
    # ---- schedules ----
    "changed rows of a table": (
        lambda: replace(REG_SMALL_ALONE, schedule=scheduled(augment=Augment(flip=True))),
        "augment changes images, and Reg has rows of 15 features: leave augment away",
    ),
    "crops as large as an image": (
        lambda: replace(SMALL_ALONE, schedule=scheduled(augment=Augment(crop=28))),
        "Augment.crop is 28: give fewer pixels than the 28 that an image of FashionMNIST is high "
        "or wide",
    ),
    "a table by channel": (
        lambda: replace(REG_SMALL_ALONE, schedule=scheduled(normalise=True)),
        "Schedule.normalise is for images; the features of Reg are standardised anyway: leave it "
        "away",
    ),
    "two parts held out": (
        lambda: replace(SMALL_ALONE, schedule=scheduled(select_epoch=True), held_out=0.2),
        "Schedule.select_epoch holds out a part by itself: it goes with no held_out and protocol "
        "'corrected' alone",
    ),
    "an epoch selected, and trained on and on": (
        lambda: replace(SMALL_ALONE, schedule=scheduled(select_epoch=True), protocol="published"),
        "Schedule.select_epoch holds out a part by itself: it goes with no held_out and protocol "
        "'corrected' alone",
    ),
    # ---- methods ----
    "method with a teacher": (
        lambda: replace(METHOD, teacher=ON_BIG.teacher),
        "barlow_twins has neither teacher nor link: see "
        "search_spaces/transfer/transfer_methods.py",
    ),
    "method with a link": (
        lambda: replace(METHOD, link=Dilation()),
        "barlow_twins has neither teacher nor link: see "
        "search_spaces/transfer/transfer_methods.py",
    ),
    "method for a table": (
        lambda: replace(REG_SMALL_ALONE, method=BarlowTwins()),
        "barlow_twins makes students that tell images apart, and Reg is features to learn numbers "
        "from",
    ),
    "method with another network": (
        lambda: replace(METHOD, student=ConvNet(channels=(4,))),
        "barlow_twins works on the hidden layers of a Perceptron; the student given is "
        "ConvNet(channels=(4,), hidden=())",
    ),
    "method with a schedule that it does not read": (
        lambda: replace(METHOD, schedule=scheduled(select_epoch=True, weight_decay=0.1)),
        "the schedule of barlow_twins has weight decay 0.1, selected epoch; methods have "
        "optimisers of their own and read epochs, batch_size and learning_rate alone: leave the "
        "rest away",
    ),
    "method with another split": (
        lambda: replace(METHOD, student_split="Train"),
        "barlow_twins says itself what it learns from, beside Small: leave student_split away, "
        "which was 'Train'",
    ),
    "method as published": (
        lambda: replace(METHOD, protocol="published"),
        "barlow_twins is trained on all that it gets, as its setting says: nothing held out but "
        "by a rule, protocol 'corrected'",
    ),
    "method that would be pruned": (
        lambda: replace(METHOD, rule=HoldOut(pruning=Pruning())),
        "barlow_twins is trained once a seed and to its end; given was hold-out of 1 parts, "
        "pruning=Pruning(group=8, rungs=(0.3, 0.6), keep=0.5, alpha=0.05): give rule=HoldOut()",
    ),
    "method of a population": (
        lambda: replace(METHOD, rule=HoldOut(population=Population(every=9))),
        "barlow_twins is trained once a seed and to its end; given was hold-out of 1 parts, "
        "Population(group=8, every=9, share=0.25, factors=(0.8, 1.25), ranges=(), seed=0): give "
        "rule=HoldOut()",
    ),
    "population whose epochs are selected": (
        lambda: replace(
            ON_BIG,
            schedule=replace(ON_BIG.schedule, select_epoch=True),
            rule=HoldOut(population=Population()),
        ),
        "settings of a population are trained to their end: leave select_epoch away",
    ),
    "population that never meets": (
        lambda: replace(ON_BIG, rule=HoldOut(population=Population(every=50))),
        "Population.every is 50: in 50 epochs settings would learn from each other 0 times; once "
        "is the least, 30 times the most",
    ),
    "population that meets too often": (
        lambda: replace(ON_BIG, rule=HoldOut(population=Population(every=1))),
        "Population.every is 1: in 50 epochs settings would learn from each other 49 times; once "
        "is the least, 30 times the most",
    ),
    "course of a population": (
        lambda: replace(ON_BIG, course=COURSE, rule=HoldOut(population=Population())),
        ONCE,
    ),
    "course as published": (
        lambda: replace(ON_BIG, course=COURSE, protocol="published"),
        ONCE,
    ),
    "course of a method": (lambda: replace(METHOD, course=COURSE), ONCE),
    "course beyond the end": (
        lambda: replace(ON_BIG, course=Course({50: {"schedule.learning_rate": 1e-4}})),
        "the course has a change after 50 epochs of 50: give at least 1, and fewer than all",
    ),
    "course of a link": (
        lambda: replace(replace(ON_BIG, link=Noise()), course=Course({5: {"link.std": 0.1}})),
        cannot("link.std"),
    ),
    "course of the warm-up": (
        lambda: replace(ON_BIG, course=Course({5: {"schedule.warm_up": 0.1}})),
        cannot("schedule.warm_up"),
    ),
    "course of no field": (
        lambda: replace(ON_BIG, course=Course({5: {"objective.heat": 0.1}})),
        cannot("objective.heat"),
    ),
    "course out of range": (
        lambda: replace(ON_BIG, course=Course({5: {"objective.hard_label_weight": 1.1}})),
        "Distillation.hard_label_weight is 1.1: it must be ≥ 0 and ≤ 1",
    ),
    "course that asks for a teacher": (
        lambda: replace(alone(ON_BIG), course=Course({5: {"objective.hard_label_weight": 0.5}})),
        "a student without a teacher has no link (identity was given) and an objective that needs "
        "none (Distillation was given): see alone(setting), or Distillation(hard_label_weight=1)",
    ),
    "course that is none": (
        lambda: Course({5: 0.1}),
        "Course({5: 0.1}): give numbers by path, by the epochs after which they come: "
        'Course({10: {"objective.temperature": 2.0}})',
    ),
    "method with a part held out": (
        lambda: replace(METHOD, held_out=0.2),
        "barlow_twins is trained on all that it gets, as its setting says: nothing held out but "
        "by a rule, protocol 'corrected'",
    ),
    "method with folds": (
        lambda: replace(METHOD, rule=CrossValidation()),
        "barlow_twins is trained once a seed and to its end; given was cross-validation of 5 "
        "parts, pruning=None: give rule=HoldOut()",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_fit_is_one_clear_line(case):
    make, says = REFUSED[case]
    with pytest.raises(BadInputError) as caught:
        make()
    assert str(caught.value) == says


def test_what_fits_is_not_refused():
    fitting = [
        teach(THREE, Teacher(domain=MNIST, classes=(7, 1, 7))),  # several may be one
        teach(FEW, MNIST, student=ConvNet(channels=(4,))),
        teach(replace(KM, called="Mine"), KM, objective=Regression()),
        teach(
            replace(SMALLER, called="Mine"), SMALLER, CutBoth(), student=Perceptron(hidden=(3,))
        ),
        replace(
            ON_MNIST,
            teacher=replace(ON_MNIST.teacher, classes=SWAPPED),
            link=paired(classes=SWAPPED),
        ),
        replace(ON_BIG, objective=Features(of_student=("hidden",), of_teacher=("hidden",))),
        replace(ON_BIG, objective=Distillation(hard_label_weight=1)),
        alone(REG_ON_BIG),
    ]
    assert len({setting.key for setting in fitting}) == len(fitting)
