"""Artifacts, made once and shared: models of links, teachers, and a teacher's logits on φ(split).

Each is a frozen dataclass that says all that determines it, so that its hash is its name; it
says nothing of how it is made, which stands in the files beside this one.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from trainables.data.domain import Domain, Shape
from trainables.data.splits import held_out_size
from trainables.identity import identity
from trainables.links.colours import ColourRecipe
from trainables.links.link import Link
from trainables.links.paired import PairedRecipe
from trainables.links.recipe import Recipe
from trainables.links.vae_recipe import VaeRecipe
from trainables.networks.network import multiply_adds
from trainables.teacher import Teacher


@dataclass(frozen=True, kw_only=True)
class Artifact(ABC):
    """Anything made once.

    kind: the folder in which it is stored, and the row of `cohorts.kinds` that says how it is
        made. seed: of its split, initialisation, order and samples.
    """

    kind: ClassVar[str]
    seed: int

    @cached_property
    def key(self) -> str:
        """The name under which it is stored."""
        return identity(self)

    @property
    def needs(self) -> "tuple[Artifact, ...]":
        """The artifacts that must be there before it can be made."""
        return ()

    def and_behind(self) -> "Iterator[Artifact]":
        """Itself and all that it needs, directly or not."""
        yield self
        for need in self.needs:
            yield from need.and_behind()

    @property
    @abstractmethod
    def cohort_key(self) -> str:
        """Artifacts of one kind and equal cohort key can be made together, as one stack."""


@dataclass(frozen=True, kw_only=True)
class ModelArtifact(Artifact):
    """The trained model of a link.

    held_out, part: the share of Small whose labels it must not see, and which of the parts.
    """

    recipe: Any
    held_out: float = 0.0
    part: int = 0

    @property
    def cohort_key(self) -> str:
        """The recipe alone: members differ in seed and in which labels they see."""
        return identity(self.recipe)


@dataclass(frozen=True, kw_only=True)
class VaeArtifact(ModelArtifact):
    """A trained VAE."""

    kind: ClassVar[str] = "vae"
    recipe: VaeRecipe


@dataclass(frozen=True, kw_only=True)
class ColoursArtifact(ModelArtifact):
    """The moments of two domains' colours, by channel."""

    kind: ClassVar[str] = "colours"
    recipe: ColourRecipe


@dataclass(frozen=True, kw_only=True)
class PairedArtifact(ModelArtifact):
    """A network that was trained on pairs."""

    kind: ClassVar[str] = "paired"
    recipe: PairedRecipe


MODELS: dict[str, type[ModelArtifact]] = {
    each.kind: each for each in (VaeArtifact, ColoursArtifact, PairedArtifact)
}


def model_of(recipe: Recipe, seed: int, **withheld: Any) -> ModelArtifact:
    """The model of a recipe; withheld: held_out and part, of what it must not see."""
    return MODELS[recipe.kind](recipe=recipe, seed=seed, **withheld)


@dataclass(frozen=True, kw_only=True)
class TeacherArtifact(Artifact):
    """A trained teacher; `source_link` transforms its domain, the model `vae` generates it.

    held_out, part: what it must not see of the student's split `withheld_from`, where its own
    split shares objects with that; of Small, where its domain is generated from it.
    """

    kind: ClassVar[str] = "teacher"
    recipe: Teacher
    source_link: Link | None = None
    vae: ModelArtifact | None = None
    held_out: float = 0.0
    part: int = 0
    withheld_from: str = ""

    @property
    def needs(self) -> tuple[Artifact, ...]:
        """The VAE that generates its domain, if any."""
        return (self.vae,) if self.vae else ()

    @property
    def domain(self) -> Domain:
        """The domain that it has learnt."""
        return self.recipe.domain

    @property
    def shape(self) -> Shape:
        """Of what it reads."""
        shape = self.domain.shape
        return self.source_link.shape(shape) if self.source_link else shape

    @property
    def objects(self) -> int:
        """How many objects it learns from."""
        sizes = self.domain.split_sizes
        withheld = held_out_size(sizes.get(self.withheld_from, 0), self.held_out)
        return sizes[self.recipe.split] - withheld

    @property
    def products(self) -> int:
        """Multiplications for one object."""
        return multiply_adds(self.recipe.network, self.shape, self.domain.outputs)

    @property
    def cohort_key(self) -> str:
        """Network and shape, number of objects, schedule and loss; rates are free."""
        recipe = self.recipe
        return identity(
            [
                recipe.network, self.shape, self.domain.outputs, self.domain.kind, self.objects,
                recipe.schedule.shared, recipe.broadcast, recipe.sha256, recipe.trained,
            ]
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class LogitsArtifact(Artifact):
    """A teacher's logits on φ of a split of the student's domain: float32 [samples, n, outputs].

    Of a regression its answers in the target's unit. vae: the model behind the link, where one is
    learned, whatever its kind: the field's name is part of recorded keys.
    classes: for each class of the student the teacher's that stands for it; None: all as they are.
    features: the named features of the teacher that are kept beside its logits.
    """

    kind: ClassVar[str] = "logits"
    teacher: TeacherArtifact
    link: Link
    vae: ModelArtifact | None
    target: Domain
    split: str
    classes: tuple[int, ...] | None = None
    features: tuple[str, ...] = ()

    @property
    def needs(self) -> tuple[Artifact, ...]:
        """The teacher, and the model behind the link, if any."""
        return (self.teacher, self.vae) if self.vae else (self.teacher,)

    @property
    def cohort_key(self) -> str:
        """The split: they share its objects."""
        return identity([self.target, self.split])
