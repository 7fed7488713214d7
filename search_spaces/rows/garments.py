"""The rows of the paper's Table 3, as settings of the corrected protocol."""

from dataclasses import replace

from trainables.data.domains import FASHION_MNIST, GENERATED_MNIST, MNIST
from trainables.links import VAE_SCHEDULE, Dilation, Noise, VaeLink, VaeRecipe
from trainables.objectives import Distillation
from trainables.schedule import Schedule
from trainables.settings import Setting, alone
from trainables.teacher import Teacher

ON_BIG = Setting(
    target=FASHION_MNIST,
    teacher=Teacher(domain=FASHION_MNIST, split="Big"),
    objective=Distillation(hard_label_weight=0.5, temperature=1),
)
ON_BIG_NOISE = replace(ON_BIG, link=Noise())
ON_BIG_DILATION = replace(ON_BIG, link=Dilation())
ON_MNIST = replace(ON_BIG, teacher=Teacher(domain=MNIST, split="Big"))
SMALL_ALONE = alone(ON_BIG)

# 20 epochs, as published, are 18,760 steps on 60,000 objects; the usual 50 on Small are 800.
ON_TRAIN = replace(
    ON_BIG,
    student_split="Train",
    teacher=Teacher(domain=FASHION_MNIST, split="Train"),
    schedule=Schedule(epochs=20, batch_size=64),
)
TRAIN_ALONE = alone(ON_TRAIN)

VAE = VaeRecipe(objects=FASHION_MNIST, counterparts=MNIST, schedule=VAE_SCHEDULE)


def vae_link(labels: str) -> VaeLink:
    """The VAE link; its VAE knew the labels of "all" garments, or of the "small" split's 1,000."""
    return VaeLink(recipe=replace(VAE, labels=labels))


def on_mnist_vae(labels: str) -> Setting:
    """A teacher of MNIST-Big, which sees the digit that the VAE makes of a garment."""
    return replace(ON_MNIST, link=vae_link(labels))


def on_generated(labels: str) -> Setting:
    """A teacher of GeneratedMNIST-Big, which sees the digit that the VAE makes of a garment."""
    teacher = Teacher(domain=GENERATED_MNIST, split="Big")
    return replace(ON_BIG, teacher=teacher, link=vae_link(labels))
