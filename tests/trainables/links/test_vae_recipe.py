from dataclasses import replace

import pytest
from few import Few

from search_spaces.rows.garments import VAE
from trainables.data.domains import BIKE_SHARING, FASHION_MNIST, GENERATED_MNIST, MNIST
from trainables.data.task import Numbers
from trainables.errors import BadInputError
from trainables.links import VAE_SCHEDULE, VaeLink, VaeRecipe
from trainables.schedule import Schedule


class Weighed(Few):
    """Images whose labels are numbers."""

    @property
    def task(self):
        return Numbers(unit="g")


TEN = tuple(range(10))
NAME = (
    "FashionMNIST has 10 classes and MNIST 10; name a class of the second, 0 to 9, for each of "
    "the first"
)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"objects": "MNIST"},
            "VaeRecipe.objects is 'MNIST': give a domain (see trainables.data)",
        ),
        (
            {"counterparts": None},
            "VaeRecipe.counterparts is None: give a domain (see trainables.data)",
        ),
        (
            {"objects": BIKE_SHARING},
            "VaeRecipe.objects is Reg, which has no pictures of its own: give a domain of "
            "images that there are",
        ),
        (
            {"counterparts": BIKE_SHARING},
            "VaeRecipe.counterparts is Reg, which has no pictures of its own: give a domain of "
            "images that there are",
        ),
        (
            {"counterparts": GENERATED_MNIST},
            "VaeRecipe.counterparts is GeneratedMNIST, which has no pictures of its own: give a "
            "domain of images that there are",
        ),
        (
            {"counterparts": Weighed()},
            "a VAE pairs images by their classes, and FewFashionMNIST has none: give domains of "
            "images in classes",
        ),
        ({"classes": TEN[:9]}, f"VaeRecipe.classes is {TEN[:9]}: {NAME}"),
        ({"classes": (*TEN[:9], 10)}, f"VaeRecipe.classes is {(*TEN[:9], 10)}: {NAME}"),
        ({"classes": (-1, *TEN[1:])}, f"VaeRecipe.classes is {(-1, *TEN[1:])}: {NAME}"),
        ({"classes": "0123456789"}, f"VaeRecipe.classes is '0123456789': {NAME}"),
        ({"classes": 10}, f"VaeRecipe.classes is 10: {NAME}"),
        ({"labels": "some"}, "unknown VaeRecipe.labels 'some': known are all, small"),
        ({"split": "Big"}, "unknown VaeRecipe.split 'Big': known are Small, Train"),
        ({"latent_size": 0}, "VaeRecipe.latent_size is 0: give a whole number ≥ 1"),
        ({"kl_weight": 0.0}, "VaeRecipe.kl_weight is 0: it must be > 0"),
        ({"hidden_size": 2.5}, "VaeRecipe.hidden_size is 2.5: give a whole number ≥ 1"),
        (
            {"schedule": 20},
            "VaeRecipe.schedule is 20: give Schedule(epochs=..., batch_size=...)",
        ),
        (
            {"schedule": Schedule(epochs=1, batch_size=64, normalise=True)},
            "a VAE learns from images as they are, and given was normalised: leave augment, "
            "normalise and select_epoch away",
        ),
    ],
)
def test_a_wrong_value_is_one_clear_line(changes, says):
    with pytest.raises(BadInputError) as caught:
        replace(VAE, **changes)
    assert str(caught.value) == says


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (
            lambda: VaeLink(recipe="small"),
            "VaeLink.recipe is 'small': give VaeRecipe(objects=..., counterparts=...)",
        ),
        (lambda: VaeLink(recipe=VAE, draws=0), "VaeLink.draws is 0: give a whole number ≥ 1"),
    ],
)
def test_a_wrong_link_is_one_clear_line(make, says):
    with pytest.raises(BadInputError) as caught:
        make()
    assert str(caught.value) == says


def test_classes_are_paired_by_number_unless_a_map_says_otherwise():
    assert VAE.class_map == TEN
    turned = replace(VAE, classes=[*TEN[1:], 0])
    assert turned.classes == turned.class_map == (*TEN[1:], 0)
    assert replace(VAE, classes=(4,) * 10).class_map == (4,) * 10


def test_the_garments_recipe_has_the_published_sizes():
    """docs/protocol, "Networks"."""
    assert (
        VaeRecipe(
            objects=FASHION_MNIST,
            counterparts=MNIST,
            labels="all",
            latent_size=64,
            hidden_size=200,
            split="Train",
            schedule=VAE_SCHEDULE,
            kl_weight=1.0,
        )
        == VAE
    )


def test_a_counterpart_has_the_shape_of_its_own_domain():
    class Wide(Few):
        @property
        def shape(self):
            return (3, 5, 7)

    link = VaeLink(recipe=replace(VAE, counterparts=Wide()))
    assert link.shape((1, 28, 28)) == (3, 5, 7)
