"""One vendor's emoji from another's, by a perceptron: every objective with a teacher of Noto's,
links under the λ-loss, and the methods that learn from Noto's or from Twemoji without labels.
"""

from dataclasses import replace

from search_spaces.base import Space
from search_spaces.fair.fair_emoji_conv import LINKS
from search_spaces.pairs.emoji import BY_CONVOLUTION, NOTO
from search_spaces.rows.fair import by_links, by_methods, by_objectives, without_teacher
from trainables.networks import Perceptron
from trainables.schedule import Schedule
from trainables.settings import alone

TAUGHT = replace(
    BY_CONVOLUTION,
    student=Perceptron(hidden=(64,)),
    teacher=replace(NOTO, network=Perceptron(hidden=(256, 128))),
    schedule=Schedule(epochs=50, batch_size=64),
)

SPACE = Space(
    name="fair_emoji",
    about="Which way to learn Twemoji from Noto serves a perceptron best, each tuned alike?",
    settings=(alone(TAUGHT), TAUGHT),
    searches=(
        *without_teacher(TAUGHT),
        *by_objectives(TAUGHT),
        *by_links(TAUGHT, LINKS),
        *by_methods(
            TAUGHT,
            NOTO.domain,
            adversarial_epochs=30,
            pretraining=Schedule(epochs=60, batch_size=256),
        ),
    ),
    seeds=10,
)
