"""Garments from digits in minutes: objectives and links alone, few settings of each.

`fair_garments` has the methods too, and 12 settings of each way.
"""

from search_spaces.base import Space
from search_spaces.fair.fair_garments import LINKS, TAUGHT
from search_spaces.rows.fair import by_links, by_objectives, without_teacher
from trainables.settings import alone

FEW = 6

SPACE = Space(
    name="fair_small",
    about="Which way to learn garments from digits serves best, of few that are tuned alike?",
    settings=(alone(TAUGHT), TAUGHT),
    searches=(
        *without_teacher(TAUGHT, FEW),
        *by_objectives(TAUGHT, FEW),
        *by_links(TAUGHT, LINKS, FEW),
    ),
    seeds=10,
)
