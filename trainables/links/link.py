"""Links φ: the map from the student's domain to the teacher's (PROTOCOL.md §4, §5).

A link is one small frozen dataclass. To add one, subclass Link in your space file, give it a
`name` and a `__call__`; it is recorded, hashed and tabulated by that name and its fields.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import ClassVar

import torch
from torch import Tensor

from trainables.checks import check_real, check_whole
from trainables.data.domains import FEATURES, IMAGES, TABLE
from trainables.networks.perceptron import PIXELS, Vae
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


@dataclass(frozen=True, kw_only=True)
class Noise(Link):
    """x + std · N(0, 1), clipped to [0, 1].

    std 0.1 is the documents' N(0, 1/10) read as a standard deviation; read as a variance it
    is 0.316; the published code used 0.08.
    """

    name: ClassVar[str] = "noise"
    makes_source: ClassVar[bool] = True
    std: float = 0.1
    draws: int = 50

    def __post_init__(self) -> None:
        check_real(self, "std", at_least=0.0)
        check_whole(self, "draws", at_least=1)

    @property
    def samples(self) -> int:
        """A fresh draw for each of the usual 50 epochs."""
        return self.draws

    def __call__(self, images: Tensor, generator: torch.Generator, vae: Vae | None) -> Tensor:
        """The images under fresh noise."""
        noise = torch.randn(images.shape, generator=generator).to(images.device)
        return (images + self.std * noise).clamp_(0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class FeatureNoise(Noise):
    """x + std · N(0, 1) on standardised features, which have no bounds to clip to."""

    maps: ClassVar[str] = TABLE
    teacher_inputs: ClassVar[int] = FEATURES

    def __call__(self, images: Tensor, generator: torch.Generator, vae: Vae | None) -> Tensor:
        """The features under fresh noise."""
        noise = torch.randn(images.shape, generator=generator).to(images.device)
        return images + self.std * noise


@dataclass(frozen=True, kw_only=True)
class Dilation(Link):
    """A fixed 3×3 kernel, dilation 2, no padding: 28×28 → 24×24 = 576 values.

    `scaled` divides the kernel by its sum, so that images stay in [0, 1]; the published code
    did not (PROTOCOL.md §4, §5).
    """

    name: ClassVar[str] = "dilation"
    teacher_inputs: ClassVar[int] = 24 * 24
    makes_source: ClassVar[bool] = True
    scaled: bool = True

    def __call__(self, images: Tensor, generator: torch.Generator, vae: Vae | None) -> Tensor:
        """Each pixel becomes the sum (or mean) of five pixels two apart."""
        kernel = torch.tensor([[1.0, 0, 1], [0, 1, 0], [1, 0, 1]], device=images.device)
        if self.scaled:
            kernel = kernel / kernel.sum()
        pictures = images.reshape(-1, 1, 28, 28)
        return torch.nn.functional.conv2d(pictures, kernel[None, None], dilation=2).flatten(1)


@dataclass(frozen=True, kw_only=True)
class VaeLink(Link):
    """A garment becomes a digit of its class: a sample z of the encoder, the decoder's mean."""

    name: ClassVar[str] = "VAE"
    recipe: VaeRecipe = VaeRecipe()
    draws: int = 50

    def __post_init__(self) -> None:
        check_whole(self, "draws", at_least=1)

    @property
    def samples(self) -> int:
        """A fresh draw for each of the usual 50 epochs."""
        return self.draws

    @property
    def vae(self) -> VaeRecipe:
        """The recipe of the VAE behind this link."""
        return self.recipe

    def __call__(self, images: Tensor, generator: torch.Generator, vae: Vae | None) -> Tensor:
        """The digits of the garments, for a fresh sample of z."""
        if vae is None:
            raise TypeError("the VAE link needs its trained VAE")
        noise = torch.randn(len(images), self.recipe.latent_size, generator=generator)
        return vae.digits(images, noise.to(images.device))
