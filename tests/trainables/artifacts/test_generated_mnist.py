import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from trainables.artifacts.artifact import VaeArtifact
from trainables.artifacts.generated_mnist import garment_of_each_image, generate
from trainables.data.datasets import load
from trainables.data.splits import labelled_garments
from trainables.recipes import Schedule, TeacherRecipe, VaeRecipe

SIZES = {"Big": 59_000, "Small": 1_000, "Test": 10_000}


@settings(deadline=None, max_examples=10)
@given(seed=st.integers(0, 10**6), garments=st.sampled_from([1000, 800]))
def test_corrected_parts_share_no_garment(seed, garments):
    owners, numbers = garment_of_each_image(garments, copies=False, seed=seed)
    assert {part: len(rows) for part, rows in owners.items()} == SIZES
    sets = [set(rows.tolist()) for rows in owners.values()]
    assert sum(map(len, sets)) == garments == len(set().union(*sets))
    for part, rows in owners.items():  # no digit of a garment twice
        pairs = rows * 1_000 + numbers[part]
        assert len(pairs.unique()) == len(pairs)


def test_corrected_garments_make_seventy_images_each():
    owners, _ = garment_of_each_image(1000, copies=False, seed=0)
    counts = torch.cat(list(owners.values())).bincount()
    assert counts.float().mean() == 70
    assert (int(counts.min()), int(counts.max())) == (69, 72)


def test_published_parts_share_images():
    owners, numbers = garment_of_each_image(1000, copies=True, seed=0)
    assert {part: len(rows) for part, rows in owners.items()} == SIZES
    assert torch.cat(list(owners.values())).bincount().tolist() == [70] * 1000
    assert not any(rows.any() for rows in numbers.values())
    assert set(owners["Test"].tolist()) <= set(owners["Big"].tolist())


def test_generated_images_have_their_garments_labels(workshop):
    recipe = VaeRecipe(garments="Small", schedule=Schedule(epochs=1, batch_size=64))
    artifact = VaeArtifact(recipe=recipe, seed=2)
    domain = generate(workshop.vae(artifact), artifact, TeacherRecipe(domain="GeneratedMNIST"), 0)
    assert (len(domain.train), len(domain.test)) == (59_000, 10_000)
    rows = labelled_garments("small", 0, 2)
    owners, _ = garment_of_each_image(1000, copies=False, seed=2)
    expected = load("FashionMNIST").train.labels[rows][owners["Test"]]
    assert torch.equal(domain.test.labels, expected)
    first, again = (domain.train.pixels[owners["Big"] == owners["Big"][0]][i] for i in (0, 1))
    assert not torch.equal(first, again)  # samples, not copies
