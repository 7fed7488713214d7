"""GeneratedMNIST: 70,000 digits that a VAE makes of the labelled Small garments.

(docs/protocol, "Domains and splits".)
"""

import torch
from torch import Tensor

from trainables.artifacts.artifact import VaeArtifact
from trainables.data.datasets import DomainData, Images, load
from trainables.data.domains import FASHION_MNIST, IMAGE_SPLITS
from trainables.data.splits import labelled_garments
from trainables.networks.vae import Vae
from trainables.randomness import generator
from trainables.recipes import TeacherRecipe

BLOCK = 5_000  # digits decoded at a time


def garment_of_each_image(
    garments: int, copies: bool, seed: int
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Which garment each image of a split (Big, Small, Test) is made of.

    → ({split: garment positions [n]}, {split: which of the garment's digits [n]}).

    `copies` (published): 70 copies of one digit a garment, split at random, so that splits share
    images. Otherwise splits share no garment: their garments make the split's images in turn,
    70 each on average, 69 to 72 since the splits' sizes are no multiples of 70.
    """
    draw = generator("split/GeneratedMNIST", seed)
    sizes = {part: IMAGE_SPLITS[part] for part in ("Big", "Small", "Test")}
    total = sum(sizes.values())
    if copies:
        order = torch.randperm(total, generator=draw) % garments
        parts = dict(zip(sizes, order.split(list(sizes.values())), strict=True))
        return parts, {part: torch.zeros_like(rows) for part, rows in parts.items()}
    order = torch.randperm(garments, generator=draw)
    small = max(1, round(garments * sizes["Small"] / total))
    test = max(1, round(garments * sizes["Test"] / total))
    counts = {"Big": garments - small - test, "Small": small, "Test": test}
    owners = dict(zip(sizes, order.split(list(counts.values())), strict=True))
    images = {part: torch.arange(size) for part, size in sizes.items()}
    return (
        {part: owners[part][images[part] % counts[part]] for part in sizes},
        {part: images[part] // counts[part] for part in sizes},
    )


@torch.no_grad()
def generate(
    vae: Vae, artifact: VaeArtifact, recipe: TeacherRecipe, held_out: float, part: int = 0
) -> DomainData:
    """What a VAE makes: `train` is the recipe's split, `test` shares no garment with it.

    Digits are decoder means for a sample z of each image (one sample a garment under `copies`),
    kept as grey bytes like every image here. Garments of the held-out part make none.
    """
    device = next(vae.parameters()).device
    rows = labelled_garments("small", held_out, artifact.seed, part)
    garments = load(FASHION_MNIST).train[rows]
    inputs = garments.inputs().to(device)
    owners, digits = garment_of_each_image(len(garments), recipe.copies, artifact.seed)
    # The noise of an image belongs to its garment and number, not to where it stands.
    most = 1 + max(int(numbers.max()) for numbers in digits.values())
    draw = generator("latent/GeneratedMNIST", artifact.seed)
    noise = torch.randn(most, len(garments), artifact.recipe.latent_size, generator=draw)

    def images_of(name: str) -> Images:
        owner, number = owners[name], digits[name]
        pixels = [
            vae.digits(inputs[o.to(device)], noise[n, o].to(device)).mul(255).round().byte().cpu()
            for o, n in zip(owner.split(BLOCK), number.split(BLOCK), strict=True)
        ]
        return Images(torch.cat(pixels), garments.labels[owner])

    if recipe.split != "Train":
        return DomainData(images_of(recipe.split), images_of("Test"))
    big, small = images_of("Big"), images_of("Small")
    whole = Images(torch.cat([big.pixels, small.pixels]), torch.cat([big.labels, small.labels]))
    return DomainData(whole, images_of("Test"))
