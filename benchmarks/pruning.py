"""What pruning saves and what it costs: the search of vae_lambda, five times with and without.

    python -m study.launch --space benchmarks/pruning.py

Each pair of searches has a seed of its own. The table says the share of epochs that pruning left,
and the cross-validated score of each choice.
"""

from dataclasses import replace

from search_spaces.base.search import Search
from search_spaces.base.space import Space
from search_spaces.rows.garments import SMALL_ALONE, on_mnist_vae
from trainables.settings.scoring import CrossValidation, Pruning

WHOLE = Search(base=on_mnist_vae("all"), rule=CrossValidation(), round_size=16, oracle=False)
PRUNED = replace(WHOLE, rule=CrossValidation(pruning=Pruning()))

SPACE = Space(
    name="pruning",
    about="Does pruning find what a search without it finds?",
    settings=(SMALL_ALONE, on_mnist_vae("all")),
    searches=tuple(
        replace(search, name=f"{kind}_{seed}", seed=seed)
        for seed in range(5)
        for kind, search in (("whole", WHOLE), ("pruned", PRUNED))
    ),
)
