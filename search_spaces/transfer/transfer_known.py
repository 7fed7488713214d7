"""Published results of the methods, repeated where their papers print them: on digits."""

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
    method=OmittedClass(),
    objective=Distillation(hard_label_weight=0, temperature=20),
    schedule=Schedule(epochs=5, batch_size=64),
)
ZERO_SHOT = on_digits(ZeroShot(lenet=True, posed=False, augmented=True), epochs=100, batch_size=64)
# Rates as in the authors' code; but a narrower generator, half the batch, a 24th of the steps.
DATA_FREE = on_digits(
    DataFree(lenet=True, pixels=PIXELS_OF[MNIST], channels=(32, 16), rate=0.2),
    epochs=10,
    batch_size=256,
    learning_rate=2e-3,
)
# As in the authors' code for the table of its DNN.
PERSONAL = on_digits(
    PFedMe(
        closeness=30,
        local_rate=0.01,
        server_rate=2,
        share=0.25,
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
            for link in (Noise(std=0.316), Dilation(), PhotographBlend())
            for adapt in (True, False)
        ),
    ),
    seeds=3,
)
