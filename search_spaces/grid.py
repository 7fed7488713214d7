"""Every cell of φ × λ × T: 4 × 5 × 4 settings with 5 seeds are 400 students.

The cell of the best validation is trained anew.
"""

from dataclasses import replace
from itertools import product

from search_spaces.base import Space
from search_spaces.rows.garments import ON_BIG, ON_BIG_DILATION, ON_BIG_NOISE, on_mnist_vae
from trainables.objectives import Distillation

SPACE = Space(
    name="grid",
    about="How does the gain from a teacher depend on φ, λ and T together?",
    settings=tuple(
        replace(
            base,
            objective=Distillation(hard_label_weight=weight, temperature=temperature),
            held_out=0.2,
        )
        for base, weight, temperature in product(
            (ON_BIG, ON_BIG_NOISE, ON_BIG_DILATION, on_mnist_vae("all")),
            (0, 0.25, 0.5, 0.75, 1),
            (1, 2, 4, 8),
        )
    ),
    seeds=5,
    anew=True,
)
