"""What pruning saves and what it costs: the search of vae_lambda whole, pruned and halved.

    python -m study.launch --space benchmarks/pruning.py

Five searches of each kind, with sampler seeds of their own. Halved: of 8 settings the best half
trains on after 1/8, 1/4 and 1/2 of the epochs. The table says the share of epochs that were left
to train, and the cross-validated score of each choice.
"""

from dataclasses import replace

from search_spaces.base import Search, Space
from search_spaces.rows.garments import SMALL_ALONE, on_mnist_vae
from search_spaces.rows.searched import WEIGHT_AND_TEMPERATURE
from trainables.settings.scoring import CrossValidation, Halving, Pruning

WHOLE = Search(
    base=on_mnist_vae("all"), over=WEIGHT_AND_TEMPERATURE, rule=CrossValidation(), round_size=16,
    oracle=False,
)  # fmt: skip
PRUNED = replace(WHOLE, rule=CrossValidation(pruning=Pruning()))
HALVED = replace(WHOLE, rule=CrossValidation(pruning=Halving(group=8, factor=2, first=1 / 8)))

SPACE = Space(
    name="pruning",
    about="Does pruning find what a search without it finds?",
    settings=(SMALL_ALONE, on_mnist_vae("all")),
    searches=tuple(
        replace(search, name=f"{kind}_{seed}", seed=seed)
        for seed in range(5)
        for kind, search in (("whole", WHOLE), ("pruned", PRUNED), ("halved", HALVED))
    ),
)
