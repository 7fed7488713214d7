"""`grid` with small teachers and short schedules: 80 settings × 5 seeds in a minute."""

from dataclasses import replace

from search_spaces.grid import SPACE as GRID
from trainables.links.vae import VaeLink
from trainables.recipes import Schedule, VaeRecipe

SHORT = Schedule(epochs=2, batch_size=64)
VAE = VaeLink(recipe=VaeRecipe(labels="small", garments="Small", schedule=SHORT), draws=2)


def small(number, setting):
    """Ten lengths of training are ten shapes, and so many more cohorts than workers.

    Some take less time than a worker needs to start; a node that joins must get its share still.
    """
    return replace(
        setting,
        teacher=replace(setting.teacher, split="Small", schedule=SHORT),
        link=VAE if setting.link.vae else setting.link,
        schedule=Schedule(epochs=10 + number % 10, batch_size=64),
    )


SPACE = replace(
    GRID,
    name="grid_small",
    settings=tuple(small(number, setting) for number, setting in enumerate(GRID.settings)),
)
