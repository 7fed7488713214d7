"""λ × T for φ = VAE, chosen by each reported seed within its own Small."""

from search_spaces.base import NestedSearch, Space
from search_spaces.rows.garments import SMALL_ALONE, on_mnist_vae
from search_spaces.rows.searched import WEIGHT_AND_TEMPERATURE

SPACE = Space(
    name="vae_lambda_nested",
    about="Is tuning λ and T on 1,000 labels worth it, as a procedure, where an MNIST teacher "
    "sees garments through a VAE that knew all 60,000 labels (as published)?",
    settings=(SMALL_ALONE, on_mnist_vae("all")),  # what to compare with: alone, and λ = ½, T = 1
    # Unpruned: all seeds' candidates of a round are one stack.
    searches=(NestedSearch(name="nested", base=on_mnist_vae("all"), over=WEIGHT_AND_TEMPERATURE),),
    seeds=10,
)
