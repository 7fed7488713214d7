"""Links φ: the map from the student's domain to the teacher's.

A link is a small frozen dataclass. To add one, subclass Link in your space file and give it a
`name` and a `__call__`; it is hashed, recorded and tabulated by its name and fields (docs/own).
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import ClassVar

import torch
from torch import Tensor

from trainables.data.domains import IMAGES, PIXELS
from trainables.networks.vae import Vae
from trainables.recipes import VaeRecipe

ANYTHING = "anything"  # a kind of objects, beside IMAGES and TABLE: any of them


@dataclass(frozen=True, kw_only=True)
class Link(ABC):
    """φ: the student's objects → the teacher's inputs."""

    name: ClassVar[str]
    maps: ClassVar[str] = IMAGES
    """The kind of objects that it maps: "images", "features" of a table, or "anything"."""
    teacher_inputs: ClassVar[int] = PIXELS
    """How many values the teacher reads for each object."""
    makes_source: ClassVar[bool] = False
    """Whether the teacher is trained on φ of its own split too, and not on the split itself."""

    @property
    def samples(self) -> int:
        """Random draws of φ(x) that are kept for each object; epoch e uses draw e mod samples."""
        return 1

    @property
    def vae(self) -> VaeRecipe | None:
        """The recipe of the VAE that this link needs, if any."""
        return None

    def parameters(self) -> str:
        """The link's own numbers, for records: "std=0.1 draws=50"."""
        return " ".join(
            f"{f.name}={getattr(self, f.name)}" for f in fields(self) if f.name != "recipe"
        )

    @abstractmethod
    def __call__(self, images: Tensor, generator: torch.Generator, vae: Vae | None) -> Tensor:
        """Images [n, 784] in [0, 1] → teacher inputs [n, teacher_inputs].

        For a table: features [n, 15], standardised as the teacher's are.
        generator: a CPU generator, the only source of random draws, so that the result repeats.
        vae: the trained VAE of the recipe in `vae`, if there is one.
        """


@dataclass(frozen=True, kw_only=True)
class Identity(Link):
    """No link: the teacher sees what the student sees."""

    name: ClassVar[str] = "identity"
    maps: ClassVar[str] = ANYTHING

    def __call__(self, images: Tensor, generator: torch.Generator, vae: Vae | None) -> Tensor:
        """The objects, as they are."""
        return images
