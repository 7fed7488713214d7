"""A wrong method is one clear line, before anything starts."""

import math
from dataclasses import dataclass, replace

import pytest
from tile_methods import GREY, TILES, made_by, methods_on
from torch import nn

from search_spaces.rows.garments import ON_BIG, SMALL_ALONE
from trainables.data.augment import Augment
from trainables.data.domains import BIKE_SHARING, GENERATED_MNIST, MNIST
from trainables.errors import BadInputError
from trainables.links import VaeLink, VaeRecipe
from trainables.links.fixed import Dilation, FeatureNoise
from trainables.links.link import Link
from trainables.links.photographs import PhotographBlend
from trainables.methods.adversarial.adda import Adda
from trainables.methods.adversarial.dann import Dann
from trainables.methods.bayesian import BayesianDistillation
from trainables.methods.data_free.class_impressions import ClassImpressions
from trainables.methods.data_free.dafl import DataFree
from trainables.methods.data_free.generators import PixelScale
from trainables.methods.data_free.zero_shot import ZeroShot
from trainables.methods.federated.fedavg import FedAvg
from trainables.methods.federated.pfedme import PFedMe
from trainables.methods.omitted_class import OmittedClass
from trainables.methods.self_supervised.barlow_twins import BarlowTwins
from trainables.methods.self_supervised.instance_features import InstanceFeatures
from trainables.networks import ConvNet, Network, Perceptron
from trainables.objectives import AttentionTransfer, Distillation, LabelSmoothing, Regression
from trainables.schedule import Schedule

METHODS = methods_on(TILES)
TAUGHT, BAYESIAN = METHODS["class_impressions"], METHODS["bayesian"]


@dataclass(frozen=True, kw_only=True)
class Convolved(Network):
    """Without any linear layer, and without named features."""

    def build(self, shape, outputs):
        return nn.Sequential(
            nn.Conv2d(shape[0], outputs, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten()
        )


@dataclass(frozen=True, kw_only=True)
class Doubled(Link):
    """Twice as high and wide."""

    name = "doubled"

    def shape(self, shape):
        return shape[0], 2 * shape[1], 2 * shape[2]

    def __call__(self, objects, generator):
        return objects.repeat_interleave(2, -1).repeat_interleave(2, -2)


def scheduled(**fields):
    return replace(METHODS["fedavg"], schedule=Schedule(epochs=1, batch_size=8, **fields))


def taught(**fields):
    return replace(TAUGHT, teacher=replace(TAUGHT.teacher, **fields))


def prior_of(**fields):
    return replace(BAYESIAN, teacher=replace(BAYESIAN.teacher, **fields))


FIELDS = [
    (lambda: FedAvg(deal="equal"), "known are iid, shards"),
    (lambda: FedAvg(share=0), "FedAvg.share is 0: it must be > 0"),
    (lambda: FedAvg(small=True), "fedavg never learns from Small: leave small away"),
    (lambda: FedAvg(goal=2), "FedAvg.goal is 2"),
    (lambda: PFedMe(inner_steps=0), "whole number ≥ 1"),
    (lambda: PFedMe(small=True), "never learns from Small"),
    (lambda: OmittedClass(small=True), "never learns from Small"),
    (lambda: OmittedClass(omitted="3"), "give a whole number ≥ 0"),
    (lambda: BarlowTwins(small=False), "always learns from Small"),
    (lambda: BarlowTwins(small=1), "give True or False"),
    (lambda: BarlowTwins(embedding=0), "whole number ≥ 1"),
    (lambda: BarlowTwins(probe=0), "BarlowTwins.probe is 0"),
    (lambda: InstanceFeatures(least_crop=0), "InstanceFeatures.least_crop is 0: it must be > 0"),
    (
        lambda: BarlowTwins(pretraining=Schedule(epochs=1, batch_size=8, optimiser="sgd")),
        "BarlowTwins.pretraining has sgd; methods have optimisers of their own",
    ),
    (
        lambda: Adda(first=Schedule(epochs=1, batch_size=8, weight_decay=0.1)),
        "Adda.first has weight decay 0.1",
    ),
    (
        lambda: BarlowTwins(pretraining=5),
        "BarlowTwins.pretraining is 5: give Schedule(epochs=..., batch_size=...)",
    ),
    (lambda: Adda(first=5), "Adda.first is 5: give Schedule(epochs=..., batch_size=...)"),
    (lambda: Dilation(scaled=2), "Dilation.scaled is 2: give True or False"),
    (lambda: ZeroShot(scales=5), "ZeroShot.scales is 5: give numbers > 0"),
    (lambda: ZeroShot(scales=(1, math.inf)), "give numbers > 0"),
    (lambda: DataFree(pixels=GREY, channels=5), "DataFree.channels is 5: give two numbers ≥ 1"),
    (lambda: DataFree(pixels=GREY, channels=(8, 2.5)), "give two numbers ≥ 1"),
    (lambda: Adda(first_moment=1), "Adda.first_moment is 1: it must be ≥ 0 and < 1"),
    (lambda: Dann(split="Bog"), "did you mean 'Big'"),
    (lambda: Dann(source="CIFAR"), "Dann.source is 'CIFAR': give a domain, or None"),
    (lambda: Dann(momentum=1), "Dann.momentum is 1"),
    (lambda: Dann(adapt="no"), "Dann.adapt is 'no': give True or False"),
    (lambda: Dann(source_link="noise"), "Dann.source_link is 'noise': give a link of images"),
    (lambda: Dann(target_link=FeatureNoise()), "give a link of images that learns nothing"),
    (
        lambda: Adda(source_link=VaeLink(recipe=VaeRecipe(objects=TILES, counterparts=TILES))),
        "give a link of images that learns nothing",
    ),
    (lambda: ZeroShot(rate=-1), "must be > 0"),
    (lambda: ZeroShot(scales=()), "ZeroShot.scales is (): give numbers > 0"),
    (lambda: ZeroShot(scales=(1, -1)), "give numbers > 0"),
    (lambda: DataFree(pixels=0.3), "give PixelScale(mean, std)"),
    (lambda: DataFree(pixels=GREY, channels=(8,)), "give two numbers"),
    (lambda: DataFree(pixels=GREY, channels=(8, 0)), "give two numbers ≥ 1"),
    (
        lambda: DataFree(pixels=GREY, learned_norms=True),
        "of a convolutional generator: give channels=(32, 16)",
    ),
    (lambda: Dann(wide=True), "give lenet=True, or leave wide away"),
    (lambda: Adda(critic=(0,)), "Adda.critic is (0,): give whole numbers ≥ 1"),
    (lambda: ClassImpressions(stops=1), "ClassImpressions.stops is 1: give True or False"),
    (lambda: ZeroShot(least=0), "ZeroShot.least is 0: it must be > 0"),
    (lambda: PFedMe(ridge=-1), "PFedMe.ridge is -1: it must be ≥ 0"),
    (lambda: PFedMe(standardised="z"), "PFedMe.standardised is 'z': give True or False"),
    (lambda: PhotographBlend(binarised=2), "PhotographBlend.binarised is 2: give True or"),
    (lambda: BarlowTwins(shared_draw=0), "BarlowTwins.shared_draw is 0"),
    (lambda: PixelScale(0, 0), "must be > 0"),
    (lambda: BayesianDistillation(prior="half"), "known are full, mean, none, standard"),
    (lambda: BayesianDistillation(start="none"), "known are own, teacher"),
    (lambda: BayesianDistillation(kept="first"), "known are random, snr"),
    (lambda: BayesianDistillation(prior_deviation=0), "prior_deviation is 0: it must be > 0"),
    (lambda: BayesianDistillation(deviation=-1), "deviation is -1: it must be > 0"),
    (lambda: BayesianDistillation(kl_weight=-1), "kl_weight is -1: it must be ≥ 0"),
    (lambda: BayesianDistillation(small=False), "it learns from Small, and with as_published"),
    (lambda: BayesianDistillation(as_published=True), "give small=False with that alone"),
    (
        lambda: BayesianDistillation(prior="none", start="own"),
        "prior='none' and start='own': that is the student alone: see alone(setting)",
    ),
    (
        lambda: BayesianDistillation(as_published=True, small=False, start="own"),
        "prior='full' and start='own': give prior='standard' with start='own', or",
    ),
]

SETTINGS = [
    (
        lambda: replace(SMALL_ALONE, method=DataFree(pixels=GREY)),
        "data_free has a teacher and no link",
    ),
    (lambda: replace(ON_BIG, method=Dann()), "dann has neither teacher nor link"),
    (lambda: replace(METHODS["dann"], held_out=0.2), "nothing held out but by a rule"),
    (lambda: replace(METHODS["dann"], protocol="published"), "protocol 'corrected'"),
    (lambda: replace(METHODS["dann"], student_split="Train"), "leave student_split away"),
    (
        lambda: replace(METHODS["dann"], student=ConvNet(channels=(8,))),
        "works on the hidden layers of a Perceptron",
    ),
    (lambda: scheduled(optimiser="sgd", rate="cosine"), "the schedule of fedavg has sgd, cosine"),
    (lambda: scheduled(augment=Augment(flip=True)), "the schedule of fedavg has augmented"),
    (
        lambda: made_by(Dann(source=MNIST)),
        "Dann.source is MNIST, 1×28×28 for 10 classes, and the target Tiles, 3×6×10 for 3 classes",
    ),
    (lambda: made_by(Adda(source=BIKE_SHARING)), "Adda.source is Reg, 15 for a number"),
    (
        lambda: made_by(Dann(source=GENERATED_MNIST), MNIST),
        "as many classes, that has objects",
    ),
    (
        lambda: made_by(Dann(source_link=Doubled())),
        "doubled makes 3×12×20 of 3×6×10: give a link that enlarges nothing",
    ),
    (
        lambda: made_by(Dann(source_link=Dilation()), replace(TILES, shape=(3, 4, 10))),
        "the link Dilation fails on two objects [2, 3, 4, 10]",
    ),
    (
        lambda: made_by(Dann(lenet=True)),
        "one-channel images of 28×28 in 10 classes, and Tiles has 3×6×10 in 3",
    ),
    (lambda: made_by(ZeroShot(lenet=True)), "leave lenet away"),
    (lambda: made_by(OmittedClass()), "give a class of Tiles, 0 to 2"),
    (
        lambda: replace(METHODS["omitted_class"], target=replace(TILES, name="Other")),
        "learns from a teacher that knows Other, and given was one of Tiles",
    ),
    (lambda: made_by(FedAvg(clients=200)), "Tiles-Big has 160 objects: give at most 160"),
    (lambda: made_by(FedAvg(clients=100, deal="shards")), "give at most 80"),
    (lambda: made_by(PFedMe(labels_each=4)), "Tiles has 3 classes: give no more"),
    (
        lambda: made_by(ZeroShot(), network=Convolved()),
        "a linear last layer with 3 outputs, and Convolved has none: give another network",
    ),
    (
        lambda: made_by(DataFree(pixels=GREY), network=Convolved()),
        "reads the teacher's feature 'hidden', and Convolved names none: see Network.features",
    ),
    (
        lambda: made_by(DataFree(pixels=GREY, feature="c5")),
        "reads the teacher's feature 'c5', and Perceptron names hidden",
    ),
    (lambda: taught(classes=(2, 1, 0)), "leave Teacher.classes and normalise"),
    (
        lambda: taught(schedule=Schedule(epochs=1, batch_size=8, normalise=True)),
        "leave Teacher.classes and normalise",
    ),
    (
        lambda: replace(TAUGHT, objective=LabelSmoothing()),
        "at the objective's temperature, and LabelSmoothing has none, or reads features too",
    ),
    (
        lambda: replace(TAUGHT, objective=AttentionTransfer(beta=1, features=("maps",))),
        "AttentionTransfer has none",
    ),
    (lambda: replace(TAUGHT, objective=Regression()), "Regression has none"),
    (
        lambda: replace(SMALL_ALONE, method=BayesianDistillation()),
        "bayesian has a teacher and no link",
    ),
    (
        lambda: replace(BAYESIAN, method=BayesianDistillation(prior="standard", start="own")),
        "bayesian has neither teacher nor link",
    ),
    (
        lambda: replace(BAYESIAN, objective=Distillation(hard_label_weight=0.5)),
        "weighs a teacher's answers: give Distillation(hard_label_weight=1)",
    ),
    (
        lambda: replace(BAYESIAN, student=Perceptron(hidden=(8, 8, 8))),
        "a student of 3 hidden layers, 8-8-8, is deeper than its teacher of 2, 32-16",
    ),
    (
        lambda: replace(BAYESIAN, student=Perceptron(hidden=(24,))),
        "its layer 2 has 16 units, and 24 are needed",
    ),
    (lambda: prior_of(trained=False), "leave weights, classes and trained of Teacher away"),
    (lambda: prior_of(network=ConvNet(channels=(8,))), "give network=Perceptron(hidden=(256,))"),
    (
        lambda: prior_of(schedule=Schedule(epochs=1, batch_size=8, optimiser="sgd")),
        "the teacher's schedule of bayesian has sgd",
    ),
    (
        lambda: replace(BAYESIAN, method=BayesianDistillation(as_published=True, small=False)),
        "repeats a student of one hidden layer, and this one has 2",
    ),
]


@pytest.mark.parametrize(("make", "says"), FIELDS + SETTINGS)
def test_a_wrong_method_is_one_clear_line(make, says):
    with pytest.raises(BadInputError) as caught:
        make()
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_a_network_without_linear_layers_can_teach():
    assert made_by(ClassImpressions(), network=Convolved()).method.name == "class_impressions"
