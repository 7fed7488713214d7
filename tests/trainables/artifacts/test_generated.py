from dataclasses import replace

import pytest
import torch
from few import Few
from hypothesis import given, settings
from hypothesis import strategies as st

from search_spaces.rows.garments import VAE
from trainables.artifacts.artifact import TeacherArtifact, VaeArtifact
from trainables.artifacts.generated import generate, owner_of_each
from trainables.artifacts.labelled import labelled_rows
from trainables.artifacts.teacher import prepare
from trainables.data.datasets import load
from trainables.data.domains import FASHION_MNIST, GENERATED_MNIST, MNIST, Generated
from trainables.schedule import Schedule
from trainables.teacher import Teacher

SIZES = {"Big": 59_000, "Small": 1_000, "Test": 10_000}
RECIPE = replace(VAE, split="Small", schedule=Schedule(epochs=1, batch_size=64))
COPIES = replace(GENERATED_MNIST, copies=True)
TURNED = (*range(1, 10), 0)


@settings(deadline=None, max_examples=10)
@given(seed=st.integers(0, 10**6), garments=st.sampled_from([1000, 800]))
def test_corrected_parts_share_no_garment(seed, garments):
    owners, numbers = owner_of_each(GENERATED_MNIST, garments, seed=seed)
    assert {part: len(rows) for part, rows in owners.items()} == SIZES
    sets = [set(rows.tolist()) for rows in owners.values()]
    assert sum(map(len, sets)) == garments == len(set().union(*sets))
    for part, rows in owners.items():  # no digit of a garment twice
        pairs = rows * 1_000 + numbers[part]
        assert len(pairs.unique()) == len(pairs)


def test_corrected_garments_make_seventy_images_each():
    owners, _ = owner_of_each(GENERATED_MNIST, 1000, seed=0)
    counts = torch.cat(list(owners.values())).bincount()
    assert counts.float().mean() == 70
    assert (int(counts.min()), int(counts.max())) == (69, 72)


def test_published_parts_share_images():
    owners, numbers = owner_of_each(COPIES, 1000, seed=0)
    assert {part: len(rows) for part, rows in owners.items()} == SIZES
    assert torch.cat(list(owners.values())).bincount().tolist() == [70] * 1000
    assert not any(rows.any() for rows in numbers.values())
    assert set(owners["Test"].tolist()) <= set(owners["Big"].tolist())


@settings(deadline=None, max_examples=20)
@given(
    seed=st.integers(0, 10**6),
    owners=st.integers(5, 60),
    copies=st.booleans(),
    big=st.integers(60, 200),
    small=st.integers(5, 60),
    tested=st.integers(5, 60),
)
def test_the_splits_of_any_domain_have_its_sizes(seed, owners, copies, big, small, tested):
    like = Few(like=MNIST, big=big, small=small, tested=tested)
    found, numbers = owner_of_each(Generated(like=like, copies=copies), owners, seed)
    assert {part: len(rows) for part, rows in found.items()} == {
        "Big": big, "Small": small, "Test": tested,
    }  # fmt: skip
    assert set().union(*(rows.tolist() for rows in found.values())) <= {*range(owners)}
    if not copies:
        sets = [set(rows.tolist()) for rows in found.values()]
        assert not sets[0] & sets[1]
        assert not sets[1] & sets[2]
        assert not sets[0] & sets[2]
        for part, rows in found.items():
            assert len({*zip(rows.tolist(), numbers[part].tolist(), strict=True)}) == len(rows)


def test_generated_images_have_their_garments_labels(workshop):
    artifact = VaeArtifact(recipe=RECIPE, seed=2)
    domain = generate(workshop.vae(artifact), artifact, GENERATED_MNIST, "Big", 0)
    assert (len(domain.train), len(domain.test)) == (59_000, 10_000)
    rows = labelled_rows(FASHION_MNIST, "small", 0, 2)
    owners, _ = owner_of_each(GENERATED_MNIST, 1000, seed=2)
    expected = load("FashionMNIST").train.labels[rows][owners["Test"]]
    assert torch.equal(domain.test.labels, expected)
    first, again = (domain.train.pixels[owners["Big"] == owners["Big"][0]][i] for i in (0, 1))
    assert not torch.equal(first, again)  # samples, not copies


def test_generated_images_have_the_classes_that_their_garments_are_paired_with(workshop):
    """Of a VAE that pairs garment k with digit k + 1."""
    recipe = replace(RECIPE, classes=TURNED)
    artifact = VaeArtifact(recipe=recipe, seed=2)
    domain = generate(workshop.vae(artifact), artifact, COPIES, "Small", 0)
    rows = labelled_rows(FASHION_MNIST, "small", 0, 2)
    owners, _ = owner_of_each(COPIES, 1000, seed=2)
    garments = load("FashionMNIST").train.labels[rows][owners["Small"]]
    assert torch.equal(domain.train.labels, (garments + 1) % 10)


@pytest.mark.parametrize("held_out", [0.0, 0.2])
def test_a_teacher_of_generated_images_learns_what_the_vae_makes(workshop, held_out):
    vae = VaeArtifact(recipe=replace(RECIPE, labels="small"), seed=2, held_out=held_out)
    teacher = Teacher(domain=GENERATED_MNIST, split="Small")
    artifact = TeacherArtifact(recipe=teacher, vae=vae, seed=2, held_out=held_out)
    member = prepare(artifact, workshop)
    made = generate(workshop.vae(vae), vae, GENERATED_MNIST, "Small", held_out)
    assert torch.equal(member.pixels[member.rows], made.train.pixels)
    assert torch.equal(member.labels[member.rows], made.train.labels)
    assert torch.equal(member.test, made.test.inputs())
    assert len(member.rows) == artifact.objects == 1_000
