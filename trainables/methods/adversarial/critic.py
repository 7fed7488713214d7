"""What both adversarial methods share: a labelled source, and a critic that names the domain."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from trainables.checks import check_choice
from trainables.data.domains import FASHION_MNIST, IMAGE_SPLITS, MNIST, TRAINING_SPLITS
from trainables.links.link import Identity, Link
from trainables.methods.batches import SplitBatches, framed, generators
from trainables.methods.method import TrainableMethod

CRITIC_HIDDEN = 100  # units, as in Ganin and Lempitsky's critic for digits


def domain_loss(source: Tensor, target: Tensor) -> Tensor:
    """Binary cross-entropy of a critic that should answer 1 for the source and 0 for the target.

    source, target: its logits [..., B] → [...], the mean of both terms; log 2 by chance.
    Ganin and Lempitsky 2015, eq. 2; Tzeng et al. 2017, eq. 2, who add the terms.
    """
    return (functional.softplus(-source).mean(-1) + functional.softplus(target).mean(-1)) / 2


@dataclass(frozen=True, kw_only=True)
class Adversarial(TrainableMethod):
    """Learns from a labelled source and an unlabelled target: one split of each.

    source: the domain of the labelled objects; the target's labels are never read.
    source_link, target_link: how either side's images are changed; smaller ones are padded.
    """

    source: str = FASHION_MNIST
    split: str = "Big"
    source_link: Link = Identity()
    target_link: Link = Identity()

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice(self, "source", (FASHION_MNIST, MNIST))
        check_choice(self, "split", TRAINING_SPLITS)

    @property
    def knowledge(self) -> str:
        """Which objects, with and without labels."""
        source = _named(self.source, self.source_link)
        target = _named(self.domain, self.target_link)
        return f"labelled {source}-{self.split}, unlabelled {target}-{self.split}"

    @property
    def labels(self) -> int:
        """All labels of the source, and Small's where they are used."""
        return super().labels + IMAGE_SPLITS[self.split]

    @property
    def variant(self) -> str:
        """Where the labels come from: "← noise of FashionMNIST"."""
        target = "" if self.target_link == Identity() else f" → {self.target_link.name}"
        return f"← {_named(self.source, self.source_link)}{target}"


def _named(domain: str, link: Link) -> str:
    """The domain as the link changes it: "dilation of FashionMNIST"."""
    return domain if link == Identity() else f"{link.name} of {domain}"


class Sides:
    """Batches of both sides: a seed's labelled source and its unlabelled target."""

    def __init__(self, method: Adversarial, seeds: Sequence[int], device: torch.device) -> None:
        self.method = method
        self.source = SplitBatches(method.source, method.split, seeds, device)
        self.target = SplitBatches(method.domain, method.split, seeds, device)
        self.source_draws = generators("link/source", seeds)
        self.target_draws = generators("link/target", seeds)
        self.source_order = generators("order/source", seeds)
        self.target_order = generators("order/target", seeds)

    def labelled(self, places: Tensor) -> tuple[Tensor, Tensor]:
        """Source objects and labels: [N, B] → [N, B, 784], [N, B]."""
        x, y = self.source.at(places)
        return framed(self.method.source_link, x, self.source_draws), y

    def unlabelled(self, places: Tensor) -> Tensor:
        """Target objects without their labels: [N, B] → [N, B, 784]."""
        return framed(self.method.target_link, self.target.at(places)[0], self.target_draws)
