"""What holds for the splits of any data, at any seed."""

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from own_data import arrays, pictures

from trainables.data.own import Arrays, ImageFolder
from trainables.data.own.content import Facts
from trainables.data.own.partition import drawn_rows, sizes_of
from trainables.data.splits import by_class
from trainables.errors import BadInputError
from trainables.randomness import generator

SEEDS = st.integers(0, 2**31)
AMOUNTS = st.integers(1, 60) | st.floats(0.01, 0.9)


def draw(seed):
    return generator("split/some", seed)


def sizes(facts, small, test):
    try:
        return sizes_of(facts, "some", "things", small, None if facts.tested else test)
    except BadInputError:
        assume(False)


@given(n=st.integers(3, 300), own=st.booleans(), small=AMOUNTS, test=AMOUNTS, seed=SEEDS)
def test_objects_are_in_one_split_and_all_are_used(n, own, small, test, seed):
    facts = Facts(shape=(2,), objects=n, tested=7 * own, spread=1.0)
    found = sizes(facts, small, test)
    rows = drawn_rows(found, n, draw(seed), labels=None, groups=None)
    assert torch.cat([rows.test, rows.small, rows.big]).sort().values.tolist() == [*range(n)]
    assert torch.equal(rows.train, torch.cat([rows.small, rows.big]))
    assert (len(rows.test), len(rows.small), len(rows.big)) == found
    left = n - found.test
    assert found.test == (0 if own else test if isinstance(test, int) else round(test * n))
    assert found.small == (small if isinstance(small, int) else round(small * left))


@given(
    groups=st.lists(st.integers(0, 30), min_size=5, max_size=150),
    own=st.booleans(),
    small=AMOUNTS,
    test=AMOUNTS,
    seeds=st.lists(SEEDS, min_size=2, max_size=4),
)
def test_groups_never_straddle_and_sizes_are_those_of_every_seed(groups, own, small, test, seeds):
    group = torch.tensor(groups)
    largest = int(group.bincount().max())
    facts = Facts(
        shape=(2,), objects=len(group), tested=7 * own, spread=1.0, largest_group=largest
    )
    found = sizes(facts, small, test)
    for seed in seeds:
        rows = drawn_rows(found, len(group), draw(seed), labels=None, groups=group)
        parts = (rows.test, rows.small, rows.big)
        assert tuple(map(len, parts)) == found
        drawn = torch.cat(parts)
        assert len(drawn.unique()) == len(drawn)
        members = [set(group[part].tolist()) for part in parts]
        assert not members[0] & members[1]
        assert not members[1] & members[2]
        assert not members[0] & members[2]


@given(
    labels=st.lists(st.sampled_from([0, 0, 0, 0, 1, 1, 2, 3]), min_size=10, max_size=200),
    own=st.booleans(),
    small=AMOUNTS,
    test=AMOUNTS,
    seed=SEEDS,
)
def test_stratified_splits_have_the_classes_shares(labels, own, small, test, seed):
    label = torch.tensor(labels)
    classes = len(label.unique())
    names = tuple(map(str, range(classes)))
    facts = Facts(shape=(2,), objects=len(label), tested=7 * own, names=names)
    found = sizes(facts, small, test)
    rows = drawn_rows(found, len(label), draw(seed), labels=label, groups=None)
    assert torch.cat([rows.test, rows.small, rows.big]).unique().numel() == len(label)
    shares = label.bincount(minlength=4) / len(label)
    assert ((label[rows.test].bincount(minlength=4) - shares * found.test).abs() < 1).all()
    shares = label[rows.train].bincount(minlength=4) / len(rows.train)
    assert ((label[rows.small].bincount(minlength=4) - shares * found.small).abs() < 1).all()


@given(
    counts=st.lists(st.integers(1, 300), min_size=1, max_size=40),
    share=st.floats(0, 1),
    seed=SEEDS,
)
def test_a_beginning_has_the_classes_shares_however_uneven_they_are(counts, share, seed):
    labels = torch.arange(len(counts)).repeat_interleave(torch.tensor(counts))
    size = round(share * len(labels))
    order = by_class(labels, size, draw(seed))
    assert order.sort().values.tolist() == [*range(len(labels))]
    quota = torch.tensor(counts, dtype=torch.float64) * size / len(labels)
    got = labels[order[:size]].bincount(minlength=len(counts))
    assert ((got - quota).abs() < 1).all()


def test_which_of_equal_classes_get_the_odd_object_is_chance():
    labels = torch.arange(20)
    chosen = torch.stack([by_class(labels, 5, draw(seed))[:5] for seed in range(400)])
    assert (chosen.flatten().bincount(minlength=20) - 100).abs().max() < 45  # σ = 8.7


def test_a_seed_draws_the_same_rows_whenever_and_another_seed_others(tmp_path, anew):
    folder = pictures(tmp_path / "photos", each=50)
    for stratified in (False, True):
        domain = ImageFolder(folder, small=20, test_size=30, stratified=stratified)
        first = domain.rows(3)
        anew()
        again = ImageFolder(folder, small=20, test_size=30, stratified=stratified).rows(3)
        for split in ("Train", "Big", "Small", "Test"):
            assert torch.equal(first.of(split), again.of(split))
            assert len(first.of(split)) == domain.split_sizes[split]
        assert not torch.equal(first.small, domain.rows(4).small)


def test_a_test_set_is_the_same_whatever_small_is(tmp_path):
    """So the sizes of Small can be compared."""
    folder = pictures(tmp_path / "photos", each=50)
    for stratified in (False, True):
        few, many = (
            ImageFolder(folder, small=small, test_size=30, stratified=stratified)
            for small in (5, 50)
        )
        assert torch.equal(few.rows(0).test, many.rows(0).test)


def test_splits_of_a_domain_are_its_objects(tmp_path):
    path = arrays(tmp_path / "some.npz", n=40, groups=[f"g{k // 4}" for k in range(40)])
    domain = Arrays(path, small=8, test_size=0.2)
    assert domain.grouped
    assert domain.draws_test
    assert domain.split_sizes == {"Train": 26, "Big": 18, "Small": 8, "Test": 8}  # 3 + 3 left out
    small, test = domain.split("Small", 1), domain.test(1)
    rows = domain.rows(1)
    assert torch.equal(small.labels, rows.small % 2)
    assert torch.equal(test.labels, rows.test % 2)
    assert torch.equal(domain.groups("Big", 1), rows.big // 4)


@pytest.mark.parametrize("small", [7, 0.35])
def test_the_data_s_own_test_set_is_used_as_it_is(tmp_path, small):
    x_test = torch.randint(256, (5, 3, 4), dtype=torch.uint8).numpy()
    path = arrays(tmp_path / "some.npz", n=20, x_test=x_test, y_test=[0, 1, 0, 0, 1])
    domain = Arrays(path, small=small)
    assert domain.split_sizes == {"Train": 20, "Big": 13, "Small": 7, "Test": 5}
    assert not domain.draws_test
    for seed in (0, 1):
        assert domain.test(seed).labels.tolist() == [0, 1, 0, 0, 1]
        assert torch.equal(domain.test(seed).pixels, torch.from_numpy(x_test).flatten(1))
        assert domain.rows(seed).train.sort().values.tolist() == [*range(20)]


@pytest.mark.parametrize("by", ["chance", "class", "group"])
@given(few=st.integers(5, 40), many=st.integers(5, 40), seed=SEEDS)
def test_the_test_set_is_the_same_whatever_the_size_of_small(by, few, many, seed):
    labels = torch.arange(200) % 4
    groups = torch.arange(200) // 3
    facts = Facts(
        shape=(2,), objects=200, tested=0, spread=1.0, largest_group=3 if by == "group" else 0
    )
    tests = [
        drawn_rows(
            sizes(facts, small, 50), 200, draw(seed),
            labels=labels if by == "class" else None, groups=groups if by == "group" else None,
        ).test
        for small in (few, many)
    ]  # fmt: skip
    assert torch.equal(*tests)


def test_domains_that_differ_in_small_alone_can_be_compared(tmp_path):
    path = arrays(tmp_path / "some.npz", 60)
    one, more, other = (
        Arrays(path, small=small, test_size=test) for small, test in ((6, 20), (12, 20), (6, 10))
    )
    assert one.compared_as == more.compared_as != other.compared_as
