"""What of a teacher teaches: students whose soft targets carry less and less of it.

Each teacher's row stands beside the same student of its class means, of its answers exchanged
within a class, of an untrained network, and of uniform labels, at the row's λ and T; and beside
students alone that nothing holds back: with the number of epochs that validation selects, by
accuracy or by cross-entropy, with the usual label smoothing, and with a learning rate and weight
decay of their own, searched among as many settings as the λ and T of each teacher.

The VAE of the third teacher knew all 60,000 labels, as in Table 3. It costs some 20 s of a worker
a seed, about as much as the rest of the seed. An untrained network answers the same whatever its
domain is called, so it stands once for each link.
"""

from dataclasses import replace

from search_spaces.base import LogUniform, Search, Space
from search_spaces.rows.controls import by_untrained, controls_of, selected_alone, smoothed
from search_spaces.rows.garments import ON_BIG, ON_MNIST, SMALL_ALONE, on_mnist_vae
from search_spaces.rows.searched import RATE, WEIGHT_AND_TEMPERATURE
from trainables.objectives import LabelSmoothing
from trainables.settings import CrossValidation, Pruning

THROUGH_VAE = on_mnist_vae("all")
TEACHERS = (ON_BIG, ON_MNIST, THROUGH_VAE)
RATE_AND_DECAY = {**RATE, "schedule.weight_decay": LogUniform(1e-4, 1)}
SEARCH = Search(
    name="big",
    base=ON_BIG,
    over=WEIGHT_AND_TEMPERATURE,
    rule=CrossValidation(pruning=Pruning()),
    settings=16,
    oracle=False,
)

SPACE = Space(
    name="controls",
    about="What of the teacher teaches: its answers, its classes, or softer labels as such?",
    settings=(
        SMALL_ALONE,
        selected_alone(ON_BIG, by="accuracy"),
        selected_alone(ON_BIG, by="cross_entropy"),
        replace(SMALL_ALONE, objective=LabelSmoothing()),
        smoothed(ON_BIG),
        *(row for taught in TEACHERS for row in (*controls_of(taught), taught)),
        by_untrained(ON_BIG),
        by_untrained(THROUGH_VAE),
    ),
    searches=(
        replace(
            SEARCH,
            name="alone",
            base=SMALL_ALONE,
            over=RATE_AND_DECAY,
        ),
        SEARCH,
        replace(SEARCH, name="mnist", base=ON_MNIST),
        replace(SEARCH, name="mnist_vae", base=THROUGH_VAE),
    ),
    seeds=20,
)
