"""The recipe of a VAE that turns objects of one domain into counterparts of another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch

from trainables.checks import check_choice, check_real, check_whole
from trainables.data.domain import Domain
from trainables.errors import BadInputError
from trainables.links.recipe import Recipe, check_as_they_are, check_pictures
from trainables.networks.vae import Vae
from trainables.schedule import Schedule

VAE_SCHEDULE = Schedule(epochs=8, batch_size=128, learning_rate=7e-3, rate="cosine", warm_up=0.05)
"""As good a VAE as 20 epochs of batch 64 at a constant rate of 1e-3, in a quarter of the time:
chosen by the ELBO of test pairs, see docs/speed.md, "vae_recipe"."""


@dataclass(frozen=True, kw_only=True)
class VaeRecipe(Recipe):
    """A VAE with one encoder and two decoders: for the objects, and for their counterparts.

    classes: for each class of the objects the class of their counterparts; None where class k
        goes with class k.
    labels: of which objects the labels choose the counterparts. "all", as published, lets the
        labels of all of `split` into a study of few; "small" pairs only the student's labelled
        objects, while the others, unlabelled, train the first decoder.
    split: of the objects, that it is trained on.
    schedule: VAE_SCHEDULE is faster than the default and as good.
    kl_weight: of the KL term; 1 for the evidence bound.
    """

    kind: ClassVar[str] = "vae"
    classes: tuple[int, ...] | None = None
    labels: str = "all"
    latent_size: int = 64
    hidden_size: int = 200
    split: str = "Train"
    schedule: Schedule = Schedule(epochs=20, batch_size=64)
    kl_weight: float = 1.0

    def __post_init__(self) -> None:
        check_choice(self, "labels", ("all", "small"))
        check_as_they_are(self, self.schedule, "a VAE learns from images")
        check_choice(self, "split", ("Train", "Small"))
        check_whole(self, "latent_size", at_least=1)
        check_whole(self, "hidden_size", at_least=1)
        check_real(self, "kl_weight", above=0.0)
        check_pictures(self)
        for domain in (self.objects, self.counterparts):
            if not domain.is_classification:
                raise BadInputError(
                    f"a VAE pairs images by their classes, and {domain.name} has none: give "
                    "domains of images in classes"
                )
        mine, theirs = self.objects.outputs, self.counterparts.outputs
        classes: Any = range(mine) if self.classes is None else self.classes
        whole = isinstance(classes, Sequence) and all(type(c) is int for c in classes)
        if not whole or len(classes) != mine or not all(0 <= c < theirs for c in classes):
            raise BadInputError(
                f"VaeRecipe.classes is {self.classes!r}: {self.objects.name} has {mine} classes "
                f"and {self.counterparts.name} {theirs}; name a class of the second, 0 to "
                f"{theirs - 1}, for each of the first"
            )
        if self.classes is not None:
            object.__setattr__(self, "classes", tuple(self.classes))

    @property
    def class_map(self) -> tuple[int, ...]:
        """The counterparts' class for each class of the objects."""
        return tuple(range(self.objects.outputs)) if self.classes is None else self.classes

    @property
    def note(self) -> str:
        """The labels that it knows."""
        return self.labels

    @property
    def reads_small(self) -> bool:
        """Where those are its labels; else they are all of a split, whatever is held out."""
        return self.labels == "small"

    @property
    def generates(self) -> bool:
        """Counterparts, drawn."""
        return True

    @property
    def weights(self) -> int:
        """Of encoder and decoders, without biases."""
        pixels = 2 * self.objects.inputs + self.counterparts.inputs
        return pixels * self.hidden_size + 4 * self.hidden_size * self.latent_size

    @property
    def products(self) -> int:
        """About half of the weights are on the way to a counterpart."""
        return self.weights // 2

    def build(self, draw: torch.Generator) -> Vae:
        """Encoder and decoders."""
        pixels = self.objects.inputs, self.counterparts.inputs
        return Vae(*pixels, self.hidden_size, self.latent_size, draw)

    def check_for(self, target: Domain, source: Domain) -> None:
        """It reads what the teacher is shown; what it generates has the counterparts' classes."""
        if source.made_by_link and self.counterparts.task != source.task:
            raise BadInputError(
                f"the link's VAE makes counterparts of {self.counterparts.name}, and the classes "
                f"of {source.name} are others: make it like the VAE's counterparts"
            )
        if self.objects != target:
            raise BadInputError(
                f"the link's VAE reads {self.objects.name}, and the teacher is shown "
                f"{target.name}: give VaeRecipe(objects=...) that domain"
            )

    @property
    def paired_classes(self) -> tuple[int, ...]:
        """An object and its counterpart are of classes that go together."""
        return self.class_map
