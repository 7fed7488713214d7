"""Every kind of training on very little real data: seconds, to see that everything works."""

from dataclasses import replace

from search_spaces.base.search import Search
from search_spaces.base.space import Space
from trainables.data.domains import FASHION_MNIST, GENERATED_MNIST, MNIST
from trainables.links.fixed import Dilation, Noise
from trainables.links.vae import VaeLink
from trainables.recipes import Schedule, TeacherRecipe, VaeRecipe
from trainables.settings.scoring import HoldOut, Pruning
from trainables.settings.setting import Setting

SHORT = Schedule(epochs=2, batch_size=64)
LINK = VaeLink(recipe=VaeRecipe(labels="small", garments="Small", schedule=SHORT), draws=2)
ALONE = Setting(hard_label_weight=1, schedule=SHORT)


def taught(domain: str) -> Setting:
    """A student under a teacher of the domain's Small."""
    teacher = TeacherRecipe(domain=domain, split="Small", schedule=SHORT)
    link = LINK if domain == GENERATED_MNIST else ALONE.link
    return replace(ALONE, teacher=teacher, link=link, hard_label_weight=0.5)


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
            rule=HoldOut(held_out=0.2, pruning=Pruning(group=2, rungs=(0.5,))),
            settings=4,
            round_size=2,
        ),
    ),
    seeds=2,
    shown_vaes=(replace(LINK.recipe, latent_size=2),),
)
