"""Every kind of training on very little real data: seconds, to see that everything works."""

from dataclasses import replace

from search_spaces.base import Search, Space
from search_spaces.rows.searched import WEIGHT_AND_TEMPERATURE
from trainables.data.domain import Domain
from trainables.data.domains import FASHION_MNIST, GENERATED_MNIST, MNIST
from trainables.links import Dilation, Noise, VaeLink, VaeRecipe
from trainables.objectives import Distillation
from trainables.schedule import Schedule
from trainables.settings.scoring import HoldOut, Pruning
from trainables.settings.setting import Setting
from trainables.teacher import Teacher

SHORT = Schedule(epochs=2, batch_size=64)
RECIPE = VaeRecipe(
    objects=FASHION_MNIST, counterparts=MNIST, labels="small", split="Small", schedule=SHORT
)
LINK = VaeLink(recipe=RECIPE, draws=2)
ALONE = Setting(target=FASHION_MNIST, objective=Distillation(hard_label_weight=1), schedule=SHORT)


def taught(domain: Domain) -> Setting:
    """A student under a teacher of the domain's Small."""
    teacher = Teacher(domain=domain, split="Small", schedule=SHORT)
    link = LINK if domain == GENERATED_MNIST else ALONE.link
    return replace(ALONE, teacher=teacher, link=link, objective=Distillation())


SPACE = Space(
    name="smoke",
    about="Does the whole machinery work here?",
    settings=(
        ALONE,
        replace(ALONE, held_out=0.2),
        taught(FASHION_MNIST),
        replace(taught(FASHION_MNIST), link=Noise(draws=2)),
        replace(taught(FASHION_MNIST), link=Dilation()),
        taught(GENERATED_MNIST),
        replace(taught(FASHION_MNIST), protocol="published"),
    ),
    searches=(
        Search(
            base=replace(taught(MNIST), link=LINK),
            over=WEIGHT_AND_TEMPERATURE,
            rule=HoldOut(held_out=0.2, pruning=Pruning(group=2, rungs=(0.5,))),
            settings=4,
            round_size=2,
            finalists=2,
            finalist_seeds=2,
        ),
    ),
    seeds=2,
    shown_vaes=(replace(RECIPE, latent_size=2),),
)
