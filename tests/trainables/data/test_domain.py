"""What a domain gives for a seed, and how those of a setting are found."""

from dataclasses import asdict, dataclass, replace

import pytest
import torch
from few import Few

from search_spaces.rows.bike_sharing import REG_ON_BIG
from search_spaces.rows.garments import ON_BIG, ON_MNIST, SMALL_ALONE, on_generated, vae_link
from trainables.data.domain import Described, domains_in
from trainables.data.domains import (
    BIKE_SHARING,
    BIKE_SHARING_PUBLISHED,
    BUILT_IN,
    FASHION_MNIST,
    GENERATED_MNIST,
    MNIST,
    Generated,
    MnistLike,
)
from trainables.data.measures import ACCURACY, BALANCED_ACCURACY, CROSS_ENTROPY
from trainables.data.task import Classes, Numbers
from trainables.errors import BadInputError
from trainables.settings.setting import alone

FEW = Few(grouped=7)


@pytest.mark.parametrize("split", ["Train", "Big", "Small"])
def test_a_split_is_its_rows_of_the_objects(split):
    for domain in (FASHION_MNIST, BIKE_SHARING, FEW):
        found, rows = domain.split(split, 4), domain.rows(4).of(split)
        whole = domain.load().train
        assert len(found) == domain.split_sizes[split]
        assert torch.equal(found.pixels, whole.pixels[rows])
        assert torch.equal(found.labels, whole.labels[rows])


def test_a_test_set_is_the_data_s_own_or_the_seed_s():
    own = FASHION_MNIST.load().test
    for seed in (0, 1):
        assert torch.equal(FASHION_MNIST.test(seed).pixels, own.pixels)
    one, other = (BIKE_SHARING.test(seed) for seed in (0, 1))
    assert torch.equal(one.labels, BIKE_SHARING.split("Test", 0).labels)
    assert not torch.equal(one.labels, other.labels)
    assert not FASHION_MNIST.draws_test
    assert BIKE_SHARING.draws_test


def test_groups_are_those_of_the_split_s_objects():
    for split in ("Train", "Big", "Small"):
        assert torch.equal(FEW.groups(split, 3), FEW.rows(3).of(split) // 7)
    assert FASHION_MNIST.groups("Small", 3) is None


def test_every_domain_of_a_setting_is_found():
    other = MnistLike(dataset="MNIST")
    found = {
        "alone": (SMALL_ALONE, [FASHION_MNIST]),
        "a teacher's": (ON_MNIST, [FASHION_MNIST, other]),
        "a table's": (REG_ON_BIG, [BIKE_SHARING, BIKE_SHARING]),
        "what a domain is like": (
            on_generated("all"),
            [FASHION_MNIST, GENERATED_MNIST, FASHION_MNIST, MNIST],
        ),
    }
    for name, (setting, wanted) in found.items():
        assert [*domains_in(setting)] == wanted, name


def test_both_domains_of_a_vae_are_found():
    """Of a counterpart's domain that nothing else names, too."""
    recipe = replace(vae_link("small").recipe, counterparts=FEW)
    assert [*domains_in(recipe)] == [FASHION_MNIST, FEW]
    assert [*domains_in([SMALL_ALONE, (recipe,)])] == [FASHION_MNIST, FASHION_MNIST, FEW]
    assert [*domains_in("MNIST")] == []
    assert [*domains_in(alone(ON_BIG).teacher)] == []


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_description_comes_back_from_json(name):
    described = BUILT_IN[name].described
    plain = asdict(described)
    plain["measures"], plain["shape"] = [*plain["measures"]], [*plain["shape"]]
    assert Described.from_plain(plain) == described
    assert described.name == name
    assert described.main == BUILT_IN[name].main == described.measures[0]
    assert described.main in described.compared
    assert described.curve in described.measures
    assert described.is_classification == BUILT_IN[name].is_classification


def test_what_is_learnt():
    assert Classes(names=("a", "b")).measures == (ACCURACY, CROSS_ENTROPY)
    uneven = Classes(names=["a", "b", "c"], even=False)
    assert uneven.outputs == 3
    assert uneven.measures[2] == BALANCED_ACCURACY
    with pytest.raises(BadInputError, match=r"two classes or more; given was \['a'\]"):
        Classes(names=("a",))
    km = Numbers(unit="km", digits=(2, 1))
    assert [(m.unit, m.digits, m.power) for m in km.measures] == [
        ("km²", 2, 2),
        ("km", 1, 1),
        ("", 3, 0),
    ]
    assert km.outputs == 1
    assert km.curve == km.measures[0]


def test_generated_objects_are_like_those_of_another_domain():
    made = Generated(like=MNIST)
    assert made == GENERATED_MNIST
    assert (made.shape, made.task, made.split_sizes) == (
        MNIST.shape,
        MNIST.task,
        MNIST.split_sizes,
    )
    for ask in (made.load, lambda: made.rows(0), lambda: made.split("Small", 0)):
        with pytest.raises(TypeError, match="GeneratedMNIST is made by a VAE"):
            ask()


def test_what_determines_the_objects_tells_domains_apart():
    assert BIKE_SHARING != BIKE_SHARING_PUBLISHED
    assert BIKE_SHARING.name != BIKE_SHARING_PUBLISHED.name
    assert Generated(like=MNIST, copies=True) != GENERATED_MNIST


def test_a_user_s_domain_is_one_class():
    @dataclass(frozen=True, kw_only=True)
    class Pairs(Few):
        """Two classes of garments."""

        @property
        def name(self):
            return "Pairs"

    assert Pairs(small=10).split("Small", 0).inputs().shape == (10, 784)
    assert Pairs().inputs == 784
    assert Pairs().described.split_sizes == {"Train": 192, "Big": 128, "Small": 64, "Test": 96}


def test_a_fixed_big_is_the_same_for_all_sizes_of_small_which_hold_each_other():
    sizes = (100, 300, 10_000)
    for seed in (0, 7):
        found = [replace(FASHION_MNIST, small=n, big=50_000).rows(seed) for n in sizes]
        assert [len(rows.small) for rows in found] == [*sizes]
        for rows in found:
            assert torch.equal(rows.big, found[0].big)
            assert len(rows.big) == 50_000
            assert torch.equal(rows.small, found[-1].small[: len(rows.small)])
            assert not set(rows.small.tolist()) & set(rows.big.tolist())
        whole = torch.cat([found[-1].small, found[-1].big]).sort().values
        assert torch.equal(whole, FASHION_MNIST.rows(seed).train)


def test_sizes_alone_do_not_part_what_can_be_compared():
    few = replace(FASHION_MNIST, small=100, big=50_000)
    assert few.compared_as == FASHION_MNIST.compared_as != MNIST.compared_as
    assert FEW.compared_as == (FEW,)
    assert few.split_sizes == {"Train": 60_000, "Big": 50_000, "Small": 100, "Test": 10_000}
    assert few.splitting == replace(few, small=300).splitting != FASHION_MNIST.splitting


def test_a_big_that_small_leaves_no_room_for():
    with pytest.raises(BadInputError, match=r"leaves too few for big=50000.*give less"):
        MnistLike(dataset="MNIST", small=10_001, big=50_000)
