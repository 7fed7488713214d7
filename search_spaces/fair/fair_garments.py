"""Garments from digits, by a perceptron: every objective behind the paper's VAE, other links under
the λ-loss, and the methods that learn from digits or from garments without labels.

The VAE knows the student's own 1,000 labels alone. Data-free methods need a teacher of the
student's own classes, federations 59,000 labels: neither is a way to learn from this teacher.
"""

from search_spaces.base import Space
from search_spaces.rows.fair import Links, by_links, by_methods, by_objectives, without_teacher
from search_spaces.rows.garments import on_mnist_vae
from trainables.data.domains import MNIST
from trainables.links import Identity
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
        *by_methods(TAUGHT, MNIST),
    ),
    seeds=10,
)
