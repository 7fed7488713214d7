"""The objects from which the members of a stack draw batches, each by its own split and order."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from trainables.data.datasets import load
from trainables.data.domains import PIXELS
from trainables.data.splits import split_rows
from trainables.links.link import Identity, Link
from trainables.networks.stack import batches, shuffled
from trainables.randomness import generator


class SplitBatches:
    """One split of a domain, drawn by each member's seed.

    pixels uint8 [60000, 784] and labels [60000] are shared; rows [N, n] are each member's own.
    """

    def __init__(
        self, domain: str, split: str, seeds: Sequence[int], device: torch.device
    ) -> None:
        train = load(domain).train
        self.pixels, self.labels = train.pixels.to(device), train.labels.to(device)
        self.rows = torch.stack([split_rows(domain, seed).of(split) for seed in seeds]).to(device)

    def __len__(self) -> int:
        return self.rows.shape[1]

    def at(self, places: Tensor) -> tuple[Tensor, Tensor]:
        """Objects at these places [N, B] of the splits: inputs [N, B, 784], labels [N, B]."""
        rows = self.rows.gather(1, places.to(self.rows.device))
        return self.pixels[rows].float().div_(255), self.labels[rows]


def generators(purpose: str, seeds: Sequence[int]) -> list[torch.Generator]:
    """A random generator for each member."""
    return [generator(purpose, seed) for seed in seeds]


def endless(objects: int, size: int, draws: Sequence[torch.Generator]) -> Iterator[Tensor]:
    """Batches of exactly `size` places [N, size] for ever, each pass in a fresh order."""
    while True:
        for places in batches(shuffled(objects, draws), min(size, objects)):
            if places.shape[1] == min(size, objects):
                yield places


def normal(shape: Sequence[int], draws: Sequence[torch.Generator]) -> Tensor:
    """Draws from N(0, 1) for each member by its own generator: [N, *shape]."""
    return torch.stack([torch.randn(*shape, generator=draw) for draw in draws])


def framed(link: Link, images: Tensor, draws: Sequence[torch.Generator]) -> Tensor:
    """Each member's images under the link, padded to their former size: [N, B, 784]."""
    if link == Identity():
        return images
    changed = torch.stack([link(x, draw, None) for x, draw in zip(images, draws, strict=True)])
    side = round(changed.shape[-1] ** 0.5)
    edge = (28 - side) // 2
    pictures = functional.pad(changed.unflatten(-1, (side, side)), (edge, edge, edge, edge))
    return pictures.reshape(*images.shape[:-1], PIXELS)
