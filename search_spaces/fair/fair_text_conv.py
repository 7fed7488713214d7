"""Handwritten digits from printed ones, by a convolution: objectives, and links under the λ-loss.

Methods make perceptrons alone.
"""

from search_spaces.base import Space
from search_spaces.fair.fair_text import LINKS
from search_spaces.pairs.fonts import BY_CONVOLUTION
from search_spaces.rows.fair import by_links, by_objectives, without_teacher
from trainables.settings import alone

TAUGHT = BY_CONVOLUTION

SPACE = Space(
    name="fair_text_conv",
    about="Which way to learn handwriting from print serves a convolution best, each tuned alike?",
    settings=(alone(TAUGHT), TAUGHT),
    searches=(
        *without_teacher(TAUGHT),
        *by_objectives(TAUGHT, maps=True),
        *by_links(TAUGHT, LINKS),
    ),
    seeds=10,
)
