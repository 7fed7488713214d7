"""λ × T for φ = VAE, its VAE trained with all 60,000 labels as in the paper."""

from dataclasses import replace

from search_spaces.rows import SMALL_ALONE, on_mnist_vae
from search_spaces.space import Search, Space

SPACE = Space(
    name="vae_lambda",
    about="Which λ and T serve best where an MNIST teacher sees garments through a VAE that "
    "knew all 60,000 labels (as published)?",
    settings=(replace(SMALL_ALONE, held_out=0.2),),  # what to compare with
    search=Search(base=replace(on_mnist_vae("all"), held_out=0.2), settings=40),
    seeds=5,
)
