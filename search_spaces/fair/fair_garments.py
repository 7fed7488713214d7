"""Garments from digits, by a perceptron: every objective behind the paper's VAE, other links under
the λ-loss, and the methods that learn from digits or from garments without labels.

The VAE knows the student's own 1,000 labels alone. Data-free methods need a teacher of the
student's own classes, federations 59,000 labels: neither is a way to learn from this teacher.
"""

from search_spaces.base import LogUniform, Space
from search_spaces.rows.fair import Links, by_links, by_method, by_objectives, without_teacher
from search_spaces.rows.garments import on_mnist_vae
from trainables.data.domains import MNIST
from trainables.links import Identity
from trainables.methods.adversarial.adda import Adda
from trainables.methods.adversarial.dann import Dann
from trainables.methods.self_supervised.barlow_twins import BarlowTwins
from trainables.methods.self_supervised.instance_features import InstanceFeatures
from trainables.schedule import Schedule
from trainables.settings import alone

TAUGHT = on_mnist_vae("small")
LINKS: Links = {"none": Identity(), "noise": "noise", "dilation": "dilation"}

SPACE = Space(
    name="fair_garments",
    about="Which way to learn garments from digits serves a perceptron best, each tuned alike?",
    settings=(alone(TAUGHT), TAUGHT),
    searches=(
        *without_teacher(TAUGHT),
        *by_objectives(TAUGHT),
        *by_links(TAUGHT, LINKS),
        by_method(
            "dann", TAUGHT, Dann(source=MNIST, small=True),
            {"schedule.learning_rate": LogUniform(1e-3, 1e-1)},
            Schedule(epochs=3, batch_size=64, learning_rate=0.01),
        ),
        by_method(
            "adda", TAUGHT, Adda(source=MNIST, small=True),
            {"schedule.learning_rate": LogUniform(1e-5, 1e-3)},
            Schedule(epochs=3, batch_size=64, learning_rate=2e-4),
        ),
        by_method(
            "barlow_twins", TAUGHT, BarlowTwins(),
            {"method.weight": LogUniform(5e-4, 5e-2)}, TAUGHT.schedule,
        ),
        by_method(
            "instance_features", TAUGHT, InstanceFeatures(),
            {"method.temperature": LogUniform(0.03, 0.5)}, TAUGHT.schedule,
        ),
    ),
    seeds=10,
)  # fmt: skip
