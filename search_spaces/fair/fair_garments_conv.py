"""Garments from digits, by a convolution: objectives behind the paper's VAE, other links under the
λ-loss. Methods make perceptrons alone.
"""

from dataclasses import replace

from search_spaces.base import Space
from search_spaces.fair.fair_garments import LINKS
from search_spaces.fair.fair_garments import TAUGHT as BY_PERCEPTRON
from search_spaces.pairs.fonts import NETWORK
from search_spaces.rows.fair import by_links, by_objectives, without_teacher
from trainables.data.domains import MNIST
from trainables.schedule import Schedule
from trainables.settings import alone
from trainables.teacher import Teacher

TEACHER = Teacher(domain=MNIST, network=NETWORK, schedule=Schedule(epochs=2, batch_size=64))
TAUGHT = replace(
    BY_PERCEPTRON,
    student=NETWORK,
    teacher=TEACHER,
    schedule=Schedule(epochs=20, batch_size=64),
)

SPACE = Space(
    name="fair_garments_conv",
    about="Which way to learn garments from digits serves a convolution best, each tuned alike?",
    settings=(alone(TAUGHT), TAUGHT),
    searches=(
        *without_teacher(TAUGHT),
        *by_objectives(TAUGHT, maps=True),
        *by_links(TAUGHT, LINKS),
    ),
    seeds=10,
)
