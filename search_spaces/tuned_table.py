"""The rows of Table 3, each with a λ and T of its own, beside the fixed λ = ½ and T = 1."""

from search_spaces.base import Search, Space
from search_spaces.paper_table import LOW_RESOURCE_VAE, NINE_ROWS
from search_spaces.rows.garments import (
    ON_BIG,
    ON_BIG_DILATION,
    ON_BIG_NOISE,
    ON_MNIST,
    ON_TRAIN,
    on_generated,
    on_mnist_vae,
)
from search_spaces.rows.searched import WEIGHT_AND_TEMPERATURE
from trainables.settings.scoring import CrossValidation, HoldOut, Pruning
from trainables.settings.setting import Setting


def tuned(name: str, base: Setting) -> Search:
    """16 settings by cross-validation inside Small."""
    return Search(
        name=name, base=base, over=WEIGHT_AND_TEMPERATURE,
        rule=CrossValidation(pruning=Pruning()), settings=16, oracle=False,
    )  # fmt: skip


SPACE = Space(
    name="tuned_table",
    about="Do the rows of Table 3 differ when each has the λ and T that serve it best?",
    settings=(*NINE_ROWS, LOW_RESOURCE_VAE[0]),
    searches=(
        # 60,000 garments are enough to hold a sixth out once; five folds would cost hours.
        Search(
            name="train", base=ON_TRAIN, over=WEIGHT_AND_TEMPERATURE,
            rule=HoldOut(held_out=1 / 6, pruning=Pruning()), settings=8, seeds=1, oracle=False,
        ),
        tuned("identity", ON_BIG),
        tuned("noise", ON_BIG_NOISE),
        tuned("dilation", ON_BIG_DILATION),
        tuned("mnist_vae", on_mnist_vae("all")),
        tuned("mnist", ON_MNIST),
        tuned("generated", on_generated("all")),
        # A VAE that knew a fold's labels would leak them: one part, and a VAE without it.
        Search(
            name="mnist_vae_small", base=on_mnist_vae("small"), over=WEIGHT_AND_TEMPERATURE,
            rule=HoldOut(held_out=0.2, pruning=Pruning()), settings=16, oracle=False,
        ),
    ),
    seeds=10,
)  # fmt: skip
