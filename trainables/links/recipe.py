"""The recipe of a model behind a link: between which domains it stands, and what it may know.

A new kind of model is a recipe, an artifact (`artifacts.artifact`) and what makes it
(`cohorts.kinds`).
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import torch
from torch import nn

from trainables.data.domain import IMAGES, Domain
from trainables.errors import BadInputError
from trainables.schedule import Schedule, check_schedule


@dataclass(frozen=True, kw_only=True)
class Recipe(ABC):
    """How a link's model is made, by the draws of a seed.

    objects, counterparts: the student's domain and the teacher's, both of images.
    """

    kind: ClassVar[str]
    """Of the artifact that is the model."""
    objects: Domain
    counterparts: Domain

    recorded: ClassVar[tuple[str, ...]] = ("seconds",)
    """Of the facts of its model, those that a student's record shows, where it has them."""

    @property
    def note(self) -> str:
        """What tells models of this kind apart in tables; "" for nothing."""
        return ""

    @property
    def reads_small(self) -> bool:
        """Whether it learns from labels of Small, and must not from those of a held-out part."""
        return False

    @property
    def generates(self) -> bool:
        """Whether its model can make a teacher's domain, too."""
        return False

    @property
    def paired_classes(self) -> tuple[int, ...] | None:
        """For each class of the objects its counterparts'; None where it pairs no classes."""
        return None

    @property
    @abstractmethod
    def products(self) -> int:
        """Multiplications of φ for one object."""

    @abstractmethod
    def build(self, draw: torch.Generator) -> nn.Module:
        """The model, untrained, its weights drawn."""

    def check_for(self, target: Domain, source: Domain) -> None:
        """Raise BadInputError unless it maps these objects for a teacher of `source`.

        By default unless it leads from the one domain to the other.
        """
        found: Sequence[tuple[str, Domain, str, Domain]] = (
            ("objects", self.objects, "teacher is shown", target),
            ("counterparts", self.counterparts, "teacher knows", source),
        )
        for field, domain, who, other in found:
            if domain != other:
                raise BadInputError(
                    f"{type(self).__name__}.{field} is {domain.name}, and the {who} {other.name}"
                    f"{', made otherwise' if domain.name == other.name else ''}: give that domain"
                )


def check_pictures(recipe: Recipe) -> None:
    """Raise BadInputError unless a recipe names two domains of pictures that there are."""
    name = type(recipe).__name__
    for field in ("objects", "counterparts"):
        domain: Any = getattr(recipe, field)
        if not isinstance(domain, Domain):
            raise BadInputError(
                f"{name}.{field} is {domain!r}: give a domain (see trainables.data)"
            )
        if domain.kind != IMAGES or domain.made_by_link:
            raise BadInputError(
                f"{name}.{field} is {domain.name}, which has no pictures of its own: give a "
                "domain of images that there are"
            )


def check_as_they_are(recipe: Recipe, schedule: Schedule, learner: str) -> None:
    """Raise BadInputError unless it is a schedule that leaves what is learnt from as it is.

    learner: who learns from what: "a VAE learns from images".
    """
    check_schedule(f"{type(recipe).__name__}.schedule", schedule)
    plain = replace(schedule, augment=None, normalise=False, select_epoch=False, select_by="")
    if schedule != plain:
        raise BadInputError(
            f"{learner} as they are, and given was {schedule.label}: leave augment, normalise and "
            "select_epoch away"
        )
