"""λ × T for φ = VAE, its VAE trained with all 60,000 labels, as published."""

from search_spaces.base import Search, Space
from search_spaces.rows.garments import SMALL_ALONE, on_mnist_vae
from search_spaces.rows.searched import WEIGHT_AND_TEMPERATURE
from trainables.settings.scoring import CrossValidation, Pruning

SPACE = Space(
    name="vae_lambda",
    about="Which λ and T serve best where an MNIST teacher sees garments through a VAE that "
    "knew all 60,000 labels (as published)?",
    settings=(SMALL_ALONE, on_mnist_vae("all")),  # what to compare with: alone, and λ = ½, T = 1
    # Two groups of 8 a round: one for each of two workers.
    searches=(
        Search(
            base=on_mnist_vae("all"), over=WEIGHT_AND_TEMPERATURE,
            rule=CrossValidation(pruning=Pruning()), round_size=16,
        ),
    ),
    seeds=10,
)  # fmt: skip
