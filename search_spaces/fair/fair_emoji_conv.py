"""One vendor's emoji from another's, by a convolution: objectives, and links under the λ-loss."""

from search_spaces.base import Space
from search_spaces.pairs.emoji import BY_CONVOLUTION, NOTO
from search_spaces.pairs.emoji_pairs import colours, paired
from search_spaces.rows.fair import Links, by_links, by_objectives, without_teacher
from trainables.settings import alone

TAUGHT = BY_CONVOLUTION
LINKS: Links = {
    "noise": "noise",
    "blur": "blur",
    "colours": colours(TAUGHT.target, NOTO.domain),
    "paired": paired(TAUGHT.target, NOTO.domain),
}

SPACE = Space(
    name="fair_emoji_conv",
    about="Which way to learn Twemoji from Noto serves a convolution best, each tuned alike?",
    settings=(alone(TAUGHT), TAUGHT),
    searches=(
        *without_teacher(TAUGHT),
        *by_objectives(TAUGHT, maps=True),
        *by_links(TAUGHT, LINKS),
    ),
    seeds=10,
)
