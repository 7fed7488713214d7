"""φ with its own parameter, λ, T and the learning rate in one conditional search.

A second search tunes the learning rate of the student alone, with as many settings: what the
first gains over it is due to the teacher, not to the learning rate.
"""

from dataclasses import replace

from search_spaces.base import Choice, Search, Space
from search_spaces.rows.garments import (
    ON_BIG,
    ON_BIG_DILATION,
    ON_BIG_NOISE,
    SMALL_ALONE,
    on_mnist_vae,
)
from search_spaces.rows.searched import RATE, WEIGHT_AND_TEMPERATURE
from trainables.settings.scoring import CrossValidation, Pruning

SEARCH = Search(
    name="taught",
    base=(ON_BIG, ON_BIG_NOISE, ON_BIG_DILATION, on_mnist_vae("all")),
    over={
        "link.std": Choice(0.05, 0.1, 0.3),
        "link.recipe.latent_size": Choice(16, 64),
        **WEIGHT_AND_TEMPERATURE,
        **RATE,
    },
    rule=CrossValidation(pruning=Pruning()),
    settings=48,
)

SPACE = Space(
    name="joint",
    about="Which link, weight, temperature and learning rate serve best together?",
    settings=(SMALL_ALONE, ON_BIG),
    searches=(SEARCH, replace(SEARCH, name="alone", base=SMALL_ALONE, over=RATE)),
    seeds=10,
)
