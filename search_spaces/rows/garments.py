"""The rows of the paper's Table 3, as settings of the corrected protocol."""

from dataclasses import replace

from trainables.data.domains import FASHION_MNIST, GENERATED_MNIST, MNIST
from trainables.links.fixed import Dilation, Noise
from trainables.links.link import Link
from trainables.links.vae import VaeLink
from trainables.recipes import Schedule, TeacherRecipe, VaeRecipe
from trainables.settings.setting import Setting

SMALL_ALONE = Setting(hard_label_weight=1)
ON_BIG = Setting(teacher=TeacherRecipe(domain=FASHION_MNIST, split="Big"))
ON_BIG_NOISE = replace(ON_BIG, link=Noise())
ON_BIG_DILATION = replace(ON_BIG, link=Dilation())
ON_MNIST = Setting(teacher=TeacherRecipe(domain=MNIST, split="Big"))

# 20 epochs, as published, are 18,760 steps on 60,000 objects; the usual 50 on Small are 800.
TRAIN_ALONE = replace(
    SMALL_ALONE, student_split="Train", schedule=Schedule(epochs=20, batch_size=64)
)
ON_TRAIN = replace(
    TRAIN_ALONE, teacher=TeacherRecipe(domain=FASHION_MNIST, split="Train"), hard_label_weight=0.5
)


def vae_link(labels: str) -> Link:
    """The VAE link; its VAE knew the labels of "all" garments, or of the "small" split's 1,000."""
    return VaeLink(recipe=VaeRecipe(labels=labels))


def on_mnist_vae(labels: str) -> Setting:
    """A teacher of MNIST-Big, which sees the digit that the VAE makes of a garment."""
    return replace(ON_MNIST, link=vae_link(labels))


def on_generated(labels: str) -> Setting:
    """A teacher of GeneratedMNIST-Big, which sees the digit that the VAE makes of a garment."""
    return Setting(
        teacher=TeacherRecipe(domain=GENERATED_MNIST, split="Big"), link=vae_link(labels)
    )
