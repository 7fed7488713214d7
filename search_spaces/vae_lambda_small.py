"""λ × T for φ = VAE, its VAE trained with the labels of Small alone."""

from dataclasses import replace

from search_spaces.rows import SMALL_ALONE, on_mnist_vae
from search_spaces.space import Search, Space

SPACE = Space(
    name="vae_lambda_small",
    about="Which λ and T serve best where an MNIST teacher sees garments through a VAE that "
    "knew the labels of the low-resource set alone?",
    settings=(replace(SMALL_ALONE, held_out=0.2),),  # what to compare with
    search=Search(base=replace(on_mnist_vae("small"), held_out=0.2), settings=40),
    seeds=5,
)
