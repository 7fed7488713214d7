"""Ten other ways to carry knowledge to a student with few labels, beside a teacher's logits."""

from dataclasses import replace

from search_spaces.base.space import Space
from search_spaces.rows.garments import ON_BIG, SMALL_ALONE, TRAIN_ALONE, on_mnist_vae
from search_spaces.rows.methods import PIXELS_OF, controls, made_by
from trainables.data.domains import FASHION_MNIST, MNIST
from trainables.links.fixed import Dilation, Noise
from trainables.methods.adversarial.adda import Adda
from trainables.methods.adversarial.dann import Dann
from trainables.methods.data_free.class_impressions import ClassImpressions
from trainables.methods.data_free.dafl import DataFree
from trainables.methods.data_free.zero_shot import ZeroShot
from trainables.methods.federated.fedavg import FedAvg
from trainables.methods.federated.pfedme import PFedMe
from trainables.methods.self_supervised.barlow_twins import BarlowTwins
from trainables.methods.self_supervised.instance_features import InstanceFeatures
from trainables.objectives import Distillation, Hinton
from trainables.schedule import Schedule
from trainables.settings import Method, Setting

# Hard and soft cross-entropy with equal weights (Hinton et al. 2015).
HINTON = replace(ON_BIG, objective=Hinton())


def adapted(method: Method) -> Setting:
    """An adversarial method at its paper's rate; an epoch is a pass over Big of both sides."""
    rate = 0.01 if isinstance(method, Dann) else 2e-4
    return made_by(method, epochs=3, batch_size=64, learning_rate=rate)


def of_teacher_alone(method: Method, epochs: int, batch_size: int) -> Setting:
    """A data-free method at T = 4, alone (labels have no weight) or with Small at λ = ½."""
    weight = 0.5 if method.small else 0.0
    schedule = Schedule(epochs=epochs, batch_size=batch_size)
    objective = Distillation(hard_label_weight=weight, temperature=4)
    return replace(ON_BIG, method=method, objective=objective, schedule=schedule)


ADVERSARIAL = tuple(
    adapted(method)
    for method in (
        Dann(source_link=Noise()),
        Dann(source_link=Noise(), adapt=False),
        Dann(source_link=Dilation()),
        Dann(source_link=Dilation(), adapt=False),
        Dann(source=MNIST),
        Dann(source=MNIST, adapt=False),
        Dann(source=MNIST, small=True),
        Dann(source=MNIST, small=True, adapt=False),
        Adda(source_link=Noise()),
        Adda(source_link=Dilation()),
        Adda(source=MNIST),
        Adda(source=MNIST, small=True),
    )
)
DATA_FREE = tuple(
    setting
    for small in (False, True)
    for setting in (
        of_teacher_alone(ClassImpressions(small=small), 20, 64),
        of_teacher_alone(ZeroShot(small=small), 20, 64),
        of_teacher_alone(DataFree(pixels=PIXELS_OF[FASHION_MNIST], small=small), 10, 256),
    )
)
FEDERATED = (
    made_by(FedAvg(), epochs=40, batch_size=10, learning_rate=0.1),
    made_by(FedAvg(deal="shards"), epochs=40, batch_size=10, learning_rate=0.1),
    # The rates of w and θ: of three each, the best for the global model on Small of seed 1000,
    # which no row uses.
    made_by(PFedMe(local_rate=0.05, share=1), epochs=40, batch_size=20, learning_rate=0.05),
)
SELF_SUPERVISED = (
    made_by(InstanceFeatures(), epochs=50, batch_size=64),
    made_by(BarlowTwins(), epochs=50, batch_size=64),
)
METHODS = (*ADVERSARIAL, *DATA_FREE, *FEDERATED, *SELF_SUPERVISED)

SPACE = Space(
    name="transfer_methods",
    about="What would a reader try instead of a teacher behind a link, and who helps by how much?",
    settings=(
        SMALL_ALONE, TRAIN_ALONE, HINTON, on_mnist_vae("small"), *METHODS, *controls(METHODS)
    ),
    seeds=10,
)  # fmt: skip
