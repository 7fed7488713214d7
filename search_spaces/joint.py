"""φ with its own parameter, λ, T and the learning rate in one conditional search.

A second search tunes the learning rate of the student alone, with as many settings: what the
first gains over it is due to the teacher, not to the learning rate.
"""

from dataclasses import replace

from search_spaces.base.search import Branch, Search
from search_spaces.base.space import Space
from search_spaces.rows.garments import (
    ON_BIG,
    ON_BIG_DILATION,
    ON_BIG_NOISE,
    ON_MNIST,
    SMALL_ALONE,
)
from trainables.links.fixed import Noise
from trainables.links.vae import VaeLink
from trainables.recipes import VaeRecipe
from trainables.settings.scoring import CrossValidation, Pruning

NOISE = tuple((f"{std:g}", replace(ON_BIG_NOISE, link=Noise(std=std))) for std in (0.05, 0.1, 0.3))
VAES = tuple(
    (str(size), replace(ON_MNIST, link=VaeLink(recipe=VaeRecipe(latent_size=size))))
    for size in (16, 64)
)

SEARCH = Search(
    name="taught",
    branches=(
        Branch(name="identity", settings=(("plain", ON_BIG),)),
        Branch(name="noise", settings=NOISE, parameter="std"),
        Branch(name="dilation", settings=(("plain", ON_BIG_DILATION),)),
        Branch(name="VAE", settings=VAES, parameter="latent_size"),
    ),
    rule=CrossValidation(pruning=Pruning()),
    settings=48,
    learning_rate=(1e-4, 1e-2),
)

SPACE = Space(
    name="joint",
    about="Which link, weight, temperature and learning rate serve best together?",
    settings=(SMALL_ALONE, ON_BIG),
    searches=(
        SEARCH,
        replace(
            SEARCH, name="alone", base=SMALL_ALONE, branches=(), hard_label_weight=None,
            temperature=None,
        ),
    ),
    seeds=5,
)  # fmt: skip
