import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trainables.data.datasets import load, read_idx
from trainables.data.domains import IMAGE_SPLITS as SPLIT_SIZES
from trainables.data.splits import hold_out, labelled_garments, pair_with_digits, split_rows
from trainables.errors import BadInputError
from trainables.randomness import generator

SEEDS = st.integers(0, 2**31)


@settings(deadline=None, max_examples=20)
@given(seed=SEEDS, domain=st.sampled_from(["FashionMNIST", "MNIST"]))
def test_big_and_small_partition_train(seed, domain):
    rows = split_rows(domain, seed)
    for split in ("Train", "Big", "Small"):
        assert len(rows.of(split)) == SPLIT_SIZES[split]
    assert torch.equal(torch.cat([rows.big, rows.small]).sort().values, rows.train)
    assert torch.equal(split_rows(domain, seed).small, rows.small)


def test_splits_of_seeds_and_domains_differ():
    smalls = [split_rows(d, s).small for d in ("FashionMNIST", "MNIST") for s in range(3)]
    overlaps = [
        len(set(a.tolist()) & set(b.tolist())) for i, a in enumerate(smalls) for b in smalls[:i]
    ]
    assert max(overlaps) < 50  # 1,000 of 60,000 drawn twice share 17 on average


def test_frozen_draws():
    """A purpose's draw must not move when others are added: common random numbers rest on it."""
    assert split_rows("FashionMNIST", 0).small[:4].tolist() == FROZEN_ROWS
    assert torch.randint(10**6, (3,), generator=generator("order/student", 1)).tolist() == FROZEN


FROZEN_ROWS = [51000, 30275, 26537, 22467]
FROZEN = [969616, 256415, 867734]


@settings(deadline=None, max_examples=50)
@given(seed=SEEDS, share=st.floats(0, 0.99), objects=st.integers(1, 2000))
def test_hold_out_partitions(seed, share, objects):
    parts = hold_out(objects, share, seed)
    assert len(parts.validate) == round(objects * share)
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
    garments, digits = load("FashionMNIST").train, load("MNIST").train
    rows = pair_with_digits(garments.labels, digits, generator("pairing", 0))
    assert torch.equal(digits.labels[rows], garments.labels)
    assert len(rows.unique()) > 30_000  # random ones, not one digit a class
    again = pair_with_digits(garments.labels, digits, generator("pairing", 0))
    assert torch.equal(rows, again)


def test_low_resource_labels_are_small_less_what_is_held_out():
    small = set(split_rows("FashionMNIST", 7).small.tolist())
    all_of_it = labelled_garments("small", 0.0, 7)
    fewer = labelled_garments("small", 0.2, 7)
    assert set(all_of_it.tolist()) == small
    assert len(fewer) == 800
    held_out = split_rows("FashionMNIST", 7).small[hold_out(1000, 0.2, 7).validate]
    assert not set(fewer.tolist()) & set(held_out.tolist())
    assert len(labelled_garments("all", 0.2, 7)) == 60_000


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
