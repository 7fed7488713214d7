"""λ × T for φ = VAE, its VAE trained with the labels of Small alone."""

from search_spaces.base import Search, Space
from search_spaces.rows.garments import SMALL_ALONE, on_mnist_vae
from search_spaces.rows.searched import WEIGHT_AND_TEMPERATURE
from trainables.settings.scoring import HoldOut

SPACE = Space(
    name="vae_lambda_small",
    about="Which λ and T serve best where an MNIST teacher sees garments through a VAE that "
    "knew the labels of the low-resource set alone?",
    settings=(SMALL_ALONE, on_mnist_vae("small")),  # what to compare with
    # A VAE that knew a fold's labels would leak them: five folds would need five VAEs a seed.
    searches=(
        Search(
            base=on_mnist_vae("small"), over=WEIGHT_AND_TEMPERATURE, rule=HoldOut(held_out=0.2),
        ),
    ),
    seeds=10,
)  # fmt: skip
