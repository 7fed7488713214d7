"""A teacher's domain that a VAE makes of the student's labelled Small objects.

(docs/protocol, "Domains and splits".)
"""

import torch
from torch import Tensor

from trainables.artifacts.artifact import VaeArtifact
from trainables.artifacts.labelled import labelled_rows
from trainables.data.domain import DomainData, Objects
from trainables.data.domains import Generated
from trainables.networks.vae import Vae
from trainables.randomness import generator

BLOCK = 5_000  # counterparts decoded at a time


def owner_of_each(
    domain: Generated, owners: int, seed: int
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Which of the student's objects each image of a split (Big, Small, Test) is made of.

    owners: how many objects of the student's there are → ({split: their positions [n]},
    {split: which of the owner's counterparts [n]}).

    `copies` (published): as many copies of one counterpart an object, split at random, so that
    splits share images. Otherwise splits share no object: their objects make the split's images
    in turn, about as many each.
    """
    draw = generator(f"split/{domain.name}", seed)
    sizes = {part: domain.split_sizes[part] for part in ("Big", "Small", "Test")}
    total = sum(sizes.values())
    if domain.copies:
        order = torch.randperm(total, generator=draw) % owners
        parts = dict(zip(sizes, order.split(list(sizes.values())), strict=True))
        return parts, {part: torch.zeros_like(rows) for part, rows in parts.items()}
    order = torch.randperm(owners, generator=draw)
    small = max(1, round(owners * sizes["Small"] / total))
    test = max(1, round(owners * sizes["Test"] / total))
    counts = {"Big": owners - small - test, "Small": small, "Test": test}
    mine = dict(zip(sizes, order.split(list(counts.values())), strict=True))
    images = {part: torch.arange(size) for part, size in sizes.items()}
    return (
        {part: mine[part][images[part] % counts[part]] for part in sizes},
        {part: images[part] // counts[part] for part in sizes},
    )


@torch.no_grad()
def generate(
    vae: Vae, artifact: VaeArtifact, domain: Generated, split: str, held_out: float, part: int = 0
) -> DomainData:
    """What a VAE makes: `train` is the split asked for, `test` shares no object with it.

    They are the second decoder's means for a sample z of each image (one sample an object under
    `copies`), kept as bytes like every image here. Objects of the held-out part make none.
    """
    device, recipe = next(vae.parameters()).device, artifact.recipe
    rows = labelled_rows(recipe.objects, "small", held_out, artifact.seed, part)
    objects = recipe.objects.load().train[rows]
    inputs = objects.inputs().to(device)
    owners, numbers = owner_of_each(domain, len(objects), artifact.seed)
    # The noise of an image belongs to its object and number, not to where it stands.
    most = 1 + max(int(mine.max()) for mine in numbers.values())
    draw = generator(f"latent/{domain.name}", artifact.seed)
    noise = torch.randn(most, len(objects), recipe.latent_size, generator=draw)
    classes = torch.tensor(recipe.class_map)

    def images_of(name: str) -> Objects:
        owner, number = owners[name], numbers[name]
        pixels = [
            vae.counterparts(inputs[o.to(device)], noise[n, o].to(device))
            .mul(255).round().byte().cpu()
            for o, n in zip(owner.split(BLOCK), number.split(BLOCK), strict=True)
        ]  # fmt: skip
        return Objects(torch.cat(pixels), classes[objects.labels[owner]])

    if split != "Train":
        return DomainData(images_of(split), images_of("Test"))
    big, small = images_of("Big"), images_of("Small")
    whole = Objects(torch.cat([big.pixels, small.pixels]), torch.cat([big.labels, small.labels]))
    return DomainData(whole, images_of("Test"))
