"""Links φ: the map from the student's domain to the teacher's (PROTOCOL.md §4, §5).

A link is one small frozen dataclass. To add one, subclass Link in your space file, give it a
`name` and a `__call__`; it is recorded, hashed and tabulated by that name and its fields.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import ClassVar

import torch
from torch import Tensor

from trainables.data.domains import IMAGES, PIXELS
from trainables.networks.vae import Vae
from trainables.recipes import VaeRecipe

ANYTHING = "anything"


@dataclass(frozen=True, kw_only=True)
class Link(ABC):
    """φ: objects of the target domain → inputs of the teacher."""

    name: ClassVar[str]
    maps: ClassVar[str] = IMAGES
    """What it maps: "images", "features" of a table, or "anything"."""
    teacher_inputs: ClassVar[int] = PIXELS
    """Values that the teacher reads for each object."""
    makes_source: ClassVar[bool] = False
    """True where the teacher's domain is φ(target): it is then trained on φ of its split."""

    @property
    def samples(self) -> int:
        """Draws of φ(x) kept for each object; epoch e learns from draw e mod samples."""
        return 1

    @property
    def vae(self) -> VaeRecipe | None:
        """The VAE that this link needs, if any."""
        return None

    def parameters(self) -> str:
        """The link's own numbers, for records: "std=0.1 draws=50"."""
        return " ".join(
            f"{f.name}={getattr(self, f.name)}" for f in fields(self) if f.name != "recipe"
        )

    @abstractmethod
    def __call__(self, images: Tensor, generator: torch.Generator, vae: Vae | None) -> Tensor:
        """Images [n, 784] in [0, 1] → teacher inputs [n, teacher_inputs].

        Of a table: features [n, 15], standardised as the teacher's are.
        Random draws come from `generator` (CPU) alone, so that the result repeats.
        """


@dataclass(frozen=True, kw_only=True)
class Identity(Link):
    """No link: the teacher sees what the student sees."""

    name: ClassVar[str] = "identity"
    maps: ClassVar[str] = ANYTHING

    def __call__(self, images: Tensor, generator: torch.Generator, vae: Vae | None) -> Tensor:
        """The objects, as they are."""
        return images
