"""The objects from which the members of a stack draw batches, each by its own split and order."""

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from trainables.artifacts.labelled import without_held_out
from trainables.data.domain import Domain, Shape
from trainables.links.link import Identity, Link
from trainables.networks.stack import LANES
from trainables.networks.stacking.rows import batches, gather_inputs, shuffled
from trainables.randomness import generator


class SplitBatches:
    """One split of a domain of images, drawn by each member's seed.

    held_out: the share of Small that no member may see; each leaves out its own. What seeds split,
    pixels [M, D] (bytes, or floats in [0, 1]) and labels [M], is shared; rows [N, n] are each
    member's own.
    """

    def __init__(
        self,
        domain: Domain,
        split: str,
        seeds: Sequence[int],
        device: torch.device,
        held_out: float = 0.0,
    ) -> None:
        train = domain.load().train.to(device)
        self.pixels, self.labels = train.pixels, train.labels
        rows = [without_held_out(domain, split, "Small", held_out, seed, 0) for seed in seeds]
        self.rows = torch.stack(rows).to(device)

    def __len__(self) -> int:
        return self.rows.shape[1]

    def at(self, places: Tensor) -> tuple[Tensor, Tensor]:
        """Objects at these places [N, B] of the splits: inputs [N, B, D], labels [N, B]."""
        rows = self.rows.gather(1, places.to(self.rows.device))
        return self.inputs(rows), self.labels[rows]

    def inputs(self, rows: Tensor) -> Tensor:
        """Rows of the domain [N, B] as networks read them: float32 [N, B, D], in [0, 1]."""
        return gather_inputs([self.pixels] * len(rows), rows)

    def all(self) -> tuple[Tensor, Tensor]:
        """All objects of the splits: inputs [N, n, D], labels [N, n]."""
        return self.at(torch.arange(len(self)).expand(len(self.rows), -1))


def own_rows(values: Tensor, places: Tensor) -> Tensor:
    """Rows of each member's own values: [N, n, ...] at places [N, B] → [N, B, ...]."""
    places = places.to(values.device)
    return torch.stack([v.index_select(0, p) for v, p in zip(values, places, strict=True)])


def generators(purpose: str, seeds: Sequence[int]) -> list[torch.Generator]:
    """A random generator for each member."""
    return [generator(purpose, seed) for seed in seeds]


def endless(objects: int, size: int, draws: Sequence[torch.Generator]) -> Iterator[Tensor]:
    """Batches of exactly `size` places [N, size] for ever, each pass in a fresh order.

    Of fewer objects than that a batch holds all.
    """
    while True:
        for places in batches(shuffled(objects, draws), min(size, objects)):
            if places.shape[1] == min(size, objects):
                yield places


def normal(shape: Sequence[int], draws: Sequence[torch.Generator]) -> Tensor:
    """Draws from N(0, 1) for each member by its own generator: [N, *shape]."""
    return torch.stack([torch.randn(*shape, generator=draw) for draw in draws])


def apart(loss: Callable[..., Tensor], *given: Tensor) -> Tensor:
    """A loss of members' own tensors, [N, B, ...] each → [N], whatever their company, to the bit.

    What of a member does not fill the vectors of PyTorch's loops (see LANES) would round by what
    stands beside it, in a softplus and in batched products; then each member is computed alone.
    """
    if all(size % LANES == 0 for tensor in given for size in tensor.shape[1:]):
        return loss(*given)
    return torch.stack([loss(*own) for own in zip(*given, strict=True)])


def framed(link: Link, images: Tensor, shape: Shape, draws: Sequence[torch.Generator]) -> Tensor:
    """Each member's images of this shape under the link, padded to their former size: [N, B, D].

    Where an odd number of pixels is missing, right and below get one more than left and above.
    """
    if link == Identity():
        return images
    pictures = images.unflatten(-1, shape)
    changed = torch.stack([link(x, draw) for x, draw in zip(pictures, draws, strict=True)])
    high, wide = (a - b for a, b in zip(shape[1:], changed.shape[-2:], strict=True))
    edges = (wide // 2, wide - wide // 2, high // 2, high - high // 2)
    return functional.pad(changed, edges).flatten(-3)
