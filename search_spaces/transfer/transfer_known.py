"""Published results of the methods, repeated where their papers print them: on digits."""

from dataclasses import replace

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
from trainables.recipes import Schedule, TeacherRecipe
from trainables.settings.setting import Setting

TWO_HIDDEN = (200, 200)  # the 2NN of McMahan et al. 2017


def federated(deal: str, rounds: int) -> Setting:
    """FedAvg of the 2NN with E = 1, B = 10, C = 0.1: as in Table 1 of the paper."""
    method = FedAvg(domain=MNIST, deal=deal, local_epochs=1, hidden_sizes=TWO_HIDDEN)
    return made_by(method, epochs=rounds, batch_size=10, learning_rate=0.1)


def adapted(link: Link, adapt: bool) -> Setting:
    """DANN from MNIST to MNIST under a link; by a LeNet-5 where the paper prints a figure."""
    printed = isinstance(link, PhotographBlend)
    method = Dann(domain=MNIST, source=MNIST, target_link=link, adapt=adapt, lenet=printed)
    return made_by(method, epochs=6 if printed else 3, batch_size=64, learning_rate=0.01)


OMITTED = Setting(
    teacher=TeacherRecipe(domain=MNIST, split="Train"),
    method=OmittedClass(),
    hard_label_weight=0,
    temperature=20,
    schedule=Schedule(epochs=5, batch_size=64),
)
ZERO_SHOT = made_by(
    ZeroShot(domain=MNIST, lenet=True, posed=False, augmented=True), epochs=100, batch_size=64
)
# Rates as in the authors' code; but a narrower generator, half the batch, a 24th of the steps.
DATA_FREE = made_by(
    DataFree(domain=MNIST, lenet=True, pixels=PIXELS_OF[MNIST], channels=(32, 16), rate=0.2),
    epochs=10,
    batch_size=256,
    learning_rate=2e-3,
)
# As in the authors' code for the table of its DNN.
PERSONAL = made_by(
    PFedMe(
        domain=MNIST,
        hidden_sizes=(100,),
        closeness=30,
        local_rate=0.01,
        server_rate=2,
        share=0.25,
    ),
    epochs=60,
    batch_size=20,
    learning_rate=0.05,
)

SPACE = Space(
    name="transfer_known",
    about="Do the methods give here what their papers print, and where not, why?",
    settings=(
        OMITTED,
        replace(ZERO_SHOT, temperature=20),
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
