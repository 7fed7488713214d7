"""Published results of the methods, repeated where their papers print them: on digits."""

import math
from dataclasses import replace
from functools import partial

from search_spaces.base.space import Space
from search_spaces.rows.methods import PIXELS_OF, made_by
from trainables.data.domains import MNIST
from trainables.links.fixed import Dilation, Noise
from trainables.links.link import Link
from trainables.links.photographs import PhotographBlend
from trainables.methods.adversarial.dann import Dann
from trainables.methods.data_free.dafl import DataFree
from trainables.methods.data_free.zero_shot import ZeroShot
from trainables.methods.federated.fedavg import FedAvg
from trainables.methods.federated.pfedme import PFedMe
from trainables.methods.omitted_class import OmittedClass
from trainables.networks import Perceptron
from trainables.objectives import Distillation
from trainables.schedule import Schedule
from trainables.settings import Setting
from trainables.teacher import Teacher

on_digits = partial(made_by, target=MNIST)
TWO_HIDDEN = Perceptron(hidden=(200, 200))  # the 2NN of McMahan et al. 2017


def federated(deal: str, rounds: int) -> Setting:
    """FedAvg of the 2NN with E = 1, B = 10, C = 0.1: as in Table 1 of the paper."""
    method = FedAvg(deal=deal, local_epochs=1)
    return on_digits(method, student=TWO_HIDDEN, epochs=rounds, batch_size=10, learning_rate=0.1)


def adapted(link: Link, adapt: bool) -> Setting:
    """DANN from MNIST to MNIST under a link; by a LeNet-5 where the paper prints a figure."""
    printed = isinstance(link, PhotographBlend)
    method = Dann(source=MNIST, target_link=link, adapt=adapt, lenet=printed)
    return on_digits(method, epochs=6 if printed else 3, batch_size=64, learning_rate=0.01)


OMITTED = Setting(
    target=MNIST,
    teacher=Teacher(domain=MNIST, split="Train"),
    student=Perceptron(hidden=(800, 800)),  # of the paper's preliminary experiments on MNIST
    method=OmittedClass(),
    objective=Distillation(hard_label_weight=0, temperature=20),
    schedule=Schedule(epochs=15, batch_size=64),
)
# Soft targets as in the authors' code: a second scaling undoes its β, and no share is below 1e-4.
ZERO_SHOT = on_digits(
    ZeroShot(lenet=True, posed=False, augmented=True, scales=(1.0,), least=1e-4),
    epochs=100,
    batch_size=64,
)
# As in the authors' code; but a narrower generator, half the batch, a 24th of the steps.
DATA_FREE = on_digits(
    DataFree(
        lenet=True,
        pixels=PIXELS_OF[MNIST],
        channels=(32, 16),
        learned_norms=True,
        rate=0.2,
        feature="c5",
        entropy_weight=5 / math.log(10),
    ),
    epochs=10,
    batch_size=256,
    learning_rate=2e-3,
)
# As in the authors' code for the table of its DNN: its pixels, hidden μ and sizes of clients too.
PERSONAL = on_digits(
    PFedMe(
        closeness=30,
        local_rate=0.01,
        server_rate=2,
        share=0.25,
        standardised=True,
        ridge=1e-3,
        unequal=True,
    ),
    student=Perceptron(hidden=(100,)),
    epochs=60,
    batch_size=20,
    learning_rate=0.05,
)

SPACE = Space(
    name="transfer_known",
    about="Do the methods give here what their papers print, and where not, why?",
    settings=(
        OMITTED,
        replace(ZERO_SHOT, objective=Distillation(hard_label_weight=1, temperature=20)),
        DATA_FREE,
        federated("iid", 150),
        federated("shards", 300),
        PERSONAL,
        *(
            adapted(link, adapt)
            for link in (Noise(std=0.316), Dilation(), PhotographBlend(binarised=True))
            for adapt in (True, False)
        ),
    ),
    seeds=3,
)
