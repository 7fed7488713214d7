"""Every method on a made domain, for less than a second each."""

from dataclasses import replace

from tiles import Tiles

from trainables.artifacts.workshop import ignore
from trainables.links.fixed import Dilation, Noise
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
from trainables.networks import ConvNet, Perceptron
from trainables.objectives import Distillation
from trainables.schedule import Schedule
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial
from trainables.teacher import Teacher

TILES = Tiles()
TRAIN = {"split": "Train"}
FEW = {"impressions": 24, "steps": 30}
GREY = PixelScale(0.25, 0.12)
BRIEF, LONGER = Schedule(epochs=6, batch_size=32), Schedule(epochs=30, batch_size=16)


def made_by(method, target=TILES, network=None, epochs=20, rate=3e-3, **fields):
    """A setting with a student of two hidden layers, and a teacher where the method asks for it.

    network: the teacher's.
    """
    if method.asks_teacher:
        network = network or Perceptron(hidden=(32, 16))
        schedule = Schedule(epochs=40, batch_size=16)
        fields["teacher"] = Teacher(
            domain=target, split="Train", network=network, schedule=schedule
        )
        weight = 1.0 if isinstance(method, BayesianDistillation) else 0.5  # it asks for no answers
        fields["objective"] = Distillation(hard_label_weight=weight, temperature=2)
    fields.setdefault("student", Perceptron(hidden=(24, 16)))
    return Setting(
        target=target,
        method=method,
        schedule=Schedule(epochs=epochs, batch_size=16, learning_rate=rate),
        **fields,
    )


def methods_on(target):
    """A setting for each method, by name; those that may read Small's labels mostly do."""
    other = replace(target, name=f"Other{target.name}")
    return {
        "dann": made_by(Dann(**TRAIN, source_link=Noise()), target, rate=0.05),
        "dann + Small": made_by(Dann(source=other, small=True), target, rate=0.05),
        "adda": made_by(
            Adda(**TRAIN, source_link=Dilation(), first=LONGER), target, epochs=10, rate=2e-4
        ),
        "adda → noise + Small": made_by(
            Adda(source=other, target_link=Noise(), first=LONGER, small=True),
            target,
            epochs=10,
            rate=2e-4,
        ),
        "bayesian": made_by(BayesianDistillation(), target),
        "bayesian, by SNR": made_by(
            BayesianDistillation(prior="mean", kept="snr", kl_weight=0.1), target
        ),
        "bayesian, its own start": made_by(
            BayesianDistillation(prior="standard", start="own"), target
        ),
        "bayesian, no prior": made_by(BayesianDistillation(prior="none"), target),
        "class_impressions": made_by(ClassImpressions(**FEW), target),
        "class_impressions + Small": made_by(
            ClassImpressions(**FEW, small=True), target, ConvNet(channels=(8,))
        ),
        "zero_shot": made_by(ZeroShot(**FEW, augmented=True), target, ConvNet(channels=(8,))),
        "data_free + Small": made_by(
            DataFree(pixels=GREY, steps=10, hidden=16, small=True), target
        ),
        "data_free, convolutional": made_by(
            DataFree(pixels=GREY, steps=10, channels=(8, 4), rate=0.01),
            target,
            ConvNet(channels=(8,)),
        ),
        "fedavg": made_by(FedAvg(clients=8, share=0.5, deal="shards"), target, rate=0.1),
        "pfedme": made_by(
            PFedMe(clients=6, local_rounds=3, local_rate=0.05, share=1), target, rate=0.05
        ),
        "instance_features": made_by(InstanceFeatures(**TRAIN, pretraining=BRIEF), target),
        "barlow_twins": made_by(BarlowTwins(**TRAIN, pretraining=BRIEF), target),
        "omitted_class": made_by(OmittedClass(omitted=2), target),
    }


def train(setting, workshop, *seeds):
    """The results of these seeds."""
    trials = [Trial(setting=setting, seed=seed) for seed in seeds]
    return setting.method.train(trials, workshop, ignore)
