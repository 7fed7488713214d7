"""One vendor's emoji from another's, by a perceptron: every objective with a teacher of Noto's,
links under the λ-loss, and the methods that learn from Noto's or from Twemoji without labels.
"""

from dataclasses import replace

from search_spaces.base import LogUniform, Space
from search_spaces.fair.fair_emoji_conv import LINKS
from search_spaces.pairs.emoji import BY_CONVOLUTION, NOTO
from search_spaces.rows.fair import by_links, by_method, by_objectives, without_teacher
from trainables.methods.adversarial.adda import Adda
from trainables.methods.adversarial.dann import Dann
from trainables.methods.self_supervised.barlow_twins import BarlowTwins
from trainables.methods.self_supervised.instance_features import InstanceFeatures
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
        by_method(
            "dann", TAUGHT, Dann(source=NOTO.domain, small=True),
            {"schedule.learning_rate": LogUniform(1e-3, 1e-1)},
            Schedule(epochs=30, batch_size=64, learning_rate=0.01),
        ),
        by_method(
            "adda", TAUGHT, Adda(source=NOTO.domain, small=True),
            {"schedule.learning_rate": LogUniform(1e-5, 1e-3)},
            Schedule(epochs=30, batch_size=64, learning_rate=2e-4),
        ),
        by_method(
            "barlow_twins", TAUGHT,
            BarlowTwins(pretraining=Schedule(epochs=60, batch_size=256)),
            {"method.weight": LogUniform(5e-4, 5e-2)}, TAUGHT.schedule,
        ),
        by_method(
            "instance_features", TAUGHT,
            InstanceFeatures(pretraining=Schedule(epochs=60, batch_size=256)),
            {"method.temperature": LogUniform(0.03, 0.5)}, TAUGHT.schedule,
        ),
    ),
    seeds=10,
)  # fmt: skip
