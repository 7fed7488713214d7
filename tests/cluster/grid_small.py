"""`grid` with small teachers and short schedules: 80 settings × 5 seeds in a minute."""

from dataclasses import replace

from search_spaces.grid import SPACE as GRID
from search_spaces.rows.garments import VAE
from trainables.links.vae import VaeLink
from trainables.schedule import Schedule

SHORT = Schedule(epochs=2, batch_size=64)
RECIPE = replace(VAE, labels="small", split="Small", schedule=SHORT)
LINK = VaeLink(recipe=RECIPE, draws=2)


def small(number, setting):
    """Ten lengths of training are ten shapes, and so many more cohorts than workers.

    Some take less time than a worker needs to start; a node that joins must get its share still.
    """
    return replace(
        setting,
        teacher=replace(setting.teacher, split="Small", schedule=SHORT),
        link=LINK if setting.link.learned else setting.link,
        schedule=Schedule(epochs=10 + number % 10, batch_size=64),
    )


SPACE = replace(
    GRID,
    name="grid_small",
    settings=tuple(small(number, setting) for number, setting in enumerate(GRID.settings)),
)
