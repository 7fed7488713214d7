import itertools
import math
from fractions import Fraction

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trainables.data.datasets import load, read_idx
from trainables.data.domains import FASHION_MNIST, MNIST
from trainables.data.domains import IMAGE_SPLITS as SPLIT_SIZES
from trainables.data.splits import by_class, by_group, held_out_size, hold_out, pair_by_class
from trainables.errors import BadInputError
from trainables.randomness import generator

SEEDS = st.integers(0, 2**31)


@settings(deadline=None, max_examples=20)
@given(seed=SEEDS, domain=st.sampled_from([FASHION_MNIST, MNIST]))
def test_big_and_small_partition_train(seed, domain):
    rows = domain.rows(seed)
    for split in ("Train", "Big", "Small"):
        assert len(rows.of(split)) == SPLIT_SIZES[split]
    assert torch.equal(torch.cat([rows.big, rows.small]).sort().values, rows.train)
    assert torch.equal(domain.rows(seed).small, rows.small)


def test_splits_of_seeds_and_domains_differ():
    smalls = [d.rows(s).small for d in (FASHION_MNIST, MNIST) for s in range(3)]
    overlaps = [
        len(set(a.tolist()) & set(b.tolist())) for i, a in enumerate(smalls) for b in smalls[:i]
    ]
    assert max(overlaps) < 50  # 1,000 of 60,000 drawn twice share 17 on average


def test_frozen_draws():
    """A purpose's draw must not move when others are added: common random numbers rest on it."""
    assert FASHION_MNIST.rows(0).small[:4].tolist() == FROZEN_ROWS
    assert torch.randint(10**6, (3,), generator=generator("order/student", 1)).tolist() == FROZEN


FROZEN_ROWS = [51000, 30275, 26537, 22467]
FROZEN = [969616, 256415, 867734]


@settings(deadline=None, max_examples=50)
@given(seed=SEEDS, share=st.floats(0, 0.99), objects=st.integers(1, 2000))
def test_hold_out_partitions(seed, share, objects):
    parts = hold_out(objects, share, seed)
    assert len(parts.validate) == held_out_size(objects, share)
    assert abs(len(parts.validate) - objects * share) <= 1
    both = torch.cat([parts.learn, parts.validate]).sort().values
    assert torch.equal(both, torch.arange(objects))


def test_real_data_are_whole():
    for name in ("FashionMNIST", "MNIST"):
        domain = load(name)
        assert (len(domain.train), len(domain.test)) == (SPLIT_SIZES["Train"], SPLIT_SIZES["Test"])
        assert domain.train.pixels.shape == (60_000, 784)
        inputs = domain.test.inputs()
        assert (inputs.min(), inputs.max()) == (0, 1)
    assert load("FashionMNIST").train.labels.bincount().tolist() == [6000] * 10


def test_pairs_are_of_the_same_class():
    garments, digits = load("FashionMNIST").train.labels, load("MNIST").train.labels
    rows = pair_by_class(garments, digits, generator("pairing", 0), range(10))
    assert torch.equal(digits[rows], garments)
    assert len(rows.unique()) > 30_000  # random ones, not one digit a class
    again = pair_by_class(garments, digits, generator("pairing", 0), range(10))
    assert torch.equal(rows, again)


@given(
    labels=st.lists(st.integers(0, 3), max_size=60),
    others=st.lists(st.integers(0, 5), max_size=40),
    class_map=st.lists(st.integers(0, 5), min_size=4, max_size=4),
    seed=SEEDS,
)
def test_pairs_are_of_the_class_that_the_map_says(labels, others, class_map, seed):
    candidates = torch.tensor([*others, *range(6)])
    mine = torch.tensor(labels, dtype=torch.int64)
    rows = pair_by_class(mine, candidates, generator("pairing", seed), class_map)
    assert candidates[rows].tolist() == [class_map[label] for label in labels]


def test_any_candidate_of_its_class_may_be_a_pair():
    candidates = torch.arange(30) % 3
    rows = pair_by_class(torch.zeros(400).long(), candidates, generator("pairing", 0), (2, 0, 1))
    assert rows.bincount(minlength=30).nonzero().flatten().tolist() == [*range(2, 30, 3)]
    assert rows.bincount().max() < 70  # 40 each; σ = 6


# ---- objects that belong together, and classes in their shares ----

GROUPS = st.lists(st.integers(0, 12), min_size=1, max_size=120).map(torch.tensor)


@given(groups=GROUPS, seed=SEEDS)
def test_an_order_by_group_is_group_by_group(groups, seed):
    order = by_group(groups, generator("groups", seed))
    assert order.sort().values.tolist() == [*range(len(groups))]
    runs = [group for group, _ in itertools.groupby(groups[order].tolist())]
    assert len(runs) == len(set(runs)) == len(groups.unique())


def test_orders_of_groups_and_of_the_objects_in_them_are_chance():
    groups = torch.tensor([7] * 4 + [3] * 2 + [5] * 2)  # of unlike sizes, by any numbers
    orders = torch.stack([by_group(groups, generator("groups", seed)) for seed in range(600)])
    first = groups[orders[:, 0]]
    for group in (3, 5, 7):
        assert abs(int((first == group).sum()) - 200) < 46  # σ = 11.5
    of_seven = orders[:, :4][first == 7]
    assert len({tuple(each) for each in of_seven.tolist()}) == 24  # all 4! orders


@given(objects=st.integers(1, 2000), folds=st.integers(2, 12))
def test_folds_are_of_one_size(objects, folds):
    sizes = {len(hold_out(objects, 1 / folds, 0, part).validate) for part in range(folds)}
    assert sizes == {objects // folds}


@given(
    groups=GROUPS,
    share=st.sampled_from([0.0, 0.1, 0.2, 0.25, 1 / 3, 0.5]) | st.floats(0.01, 0.99),
    seed=SEEDS,
)
def test_a_boundary_cuts_one_group_at_most(groups, share, seed):
    n = len(groups)
    part = 0 if share == 0 else seed % int(1 / share)
    parts = hold_out(n, share, seed, part, groups)
    size = held_out_size(n, share)
    first, last = size * part, size * (part + 1)
    assert len(parts.validate) == last - first == len(hold_out(n, share, seed, part).validate)
    assert torch.cat([parts.learn, parts.validate]).sort().values.tolist() == [*range(n)]
    for kept in (parts.learn, parts.validate):
        assert kept.tolist() == sorted(kept.tolist())
    cut = set(groups[parts.learn].tolist()) & set(groups[parts.validate].tolist())
    assert len(cut) <= len({first, last} - {0, n}) * (first < last)


@given(groups=GROUPS, folds=st.integers(2, 6), seed=SEEDS)
def test_folds_of_groups_are_each_held_out_once(groups, folds, seed):
    held = [hold_out(len(groups), 1 / folds, seed, part, groups) for part in range(folds)]
    together = torch.cat([parts.validate for parts in held]).tolist()
    assert len({*together}) == len(together) > len(groups) - folds
    assert len({len(parts.validate) for parts in held}) == 1
    where = [set(groups[parts.validate].tolist()) for parts in held]
    astride = sum(map(len, where)) - len(groups.unique())
    assert astride <= folds - 1  # a group more at each boundary between folds


@given(labels=st.lists(st.sampled_from([0] * 9 + [1, 1, 2, 5]), min_size=1), data=st.data())
def test_classes_are_rounded_up_where_the_remainder_is_largest(labels, data):
    size = data.draw(st.integers(0, len(labels)))
    order = by_class(torch.tensor(labels), size, generator("classes", data.draw(SEEDS))).tolist()
    assert sorted(order) == [*range(len(labels))]
    taken = [labels[row] for row in order[:size]]
    quotas = {k: Fraction(labels.count(k) * size, len(labels)) for k in set(labels)}
    remainders: dict[bool, list[Fraction]] = {True: [], False: []}
    for label, quota in quotas.items():
        up = taken.count(label) - math.floor(quota)
        assert up in (0, 1)
        remainders[bool(up)].append(quota - math.floor(quota))
    assert min(remainders[True], default=1) >= max(remainders[False], default=0)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary() | st.binary().map(lambda rest: b"\0\0\x08" + rest))
def test_whatever_is_given_as_an_idx_file(tmp_path, content):
    """Its shape and bytes, or one line."""
    path = tmp_path / "x"
    path.write_bytes(content)
    try:
        found = read_idx(path)
    except BadInputError:
        return
    assert bytes(found.flatten().tolist()) == content[4 + 4 * content[3] :]


@pytest.mark.parametrize("name", ["FashionMNIST", "MNIST"])
def test_idx_files_read_as_torchvision_reads_them(name, data):
    from torchvision import datasets

    for train, part in ((True, load(name).train), (False, load(name).test)):
        theirs = getattr(datasets, name)(str(data[0]), train=train)
        assert torch.equal(part.pixels, theirs.data.flatten(1))
        assert torch.equal(part.labels, theirs.targets)
