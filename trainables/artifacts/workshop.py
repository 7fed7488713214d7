"""The workshop: an artifact is loaded where it is stored whole, else made and stored.

What makes each kind is given to it (`cohorts.kinds`), so that artifacts may be made of others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, cast

import torch
from torch import Tensor, nn

from trainables.artifacts.artifact import (
    Artifact,
    ModelArtifact,
    TeacherArtifact,
    VaeArtifact,
)
from trainables.artifacts.store import Saved, Store, UnusableArtifactError
from trainables.identity import canonical
from trainables.links.link import Link, Map
from trainables.networks.stack import Report
from trainables.networks.vae import Vae
from trainables.randomness import generator


class Maker(Protocol):
    """Makes artifacts of one kind and equal cohort key, in their order."""

    def __call__(
        self, artifacts: Sequence[Any], workshop: "Workshop", report: Report, /
    ) -> list[Saved]: ...


Keep = Callable[[str, dict[str, Tensor]], None]
"""Called with a reported trial's key and its student's state dict, when it is trained."""


def ignore(_: float) -> None:
    """A report that nobody reads."""


STUDENT = "student"
"""The kind that kept students are stored as, under their trials' keys."""


def forget(trial: str, weights: dict[str, Tensor]) -> None:
    """Students are not kept: they can be trained again."""


@dataclass(frozen=True)
class Workshop:
    """Makes artifacts on a device and keeps them in a store.

    keep: what becomes of reported students' weights.
    """

    store: Store
    device: torch.device
    makers: Mapping[str, Maker]
    keep: Keep = forget

    def get_or_make(self, artifact: Artifact) -> Saved:
        """The artifact from the store; made alone where it is missing or unusable."""
        try:
            return self.store.load(artifact.kind, artifact.key)
        except UnusableArtifactError:
            self.make([artifact])
            return self.store.load(artifact.kind, artifact.key)

    def make(self, artifacts: Sequence[Artifact], report: Report = ignore) -> None:
        """Make artifacts of one kind and cohort key together, and store each."""
        made = self.makers[artifacts[0].kind](artifacts, self, report)
        for artifact, saved in zip(artifacts, made, strict=True):
            self.store.save(artifact.kind, artifact.key, saved, canonical(artifact))

    def vae(self, artifact: VaeArtifact) -> Vae:
        """The trained VAE, ready to use."""
        return cast(Vae, self.model(artifact))

    def teacher(self, artifact: TeacherArtifact) -> nn.Module:
        """The trained teacher, ready to use: it reads flat objects [B, D]."""
        outputs, network = artifact.domain.outputs, artifact.recipe.network
        model = network.initialised(artifact.shape, outputs, generator("unused", 0))
        return self._ready(model, artifact)

    def _ready(self, model: nn.Module, artifact: Artifact) -> nn.Module:
        model.load_state_dict(self.get_or_make(artifact).tensors)
        return model.to(self.device).requires_grad_(False).eval()

    def link(self, link: Link, artifact: ModelArtifact | None) -> Map:
        """The link with the trained model behind it, if it needs one."""
        return link.with_model(self.model(artifact) if artifact else None)

    def model(self, artifact: ModelArtifact) -> nn.Module:
        """The trained model behind a link, ready to use."""
        model: nn.Module = artifact.recipe.build(generator("unused", 0))
        return self._ready(model, artifact)


def keeping_students(workshop: Workshop) -> Workshop:
    """The same workshop, which stores reported students."""

    def keep(trial: str, weights: dict[str, Tensor]) -> None:
        workshop.store.save(STUDENT, trial, Saved(weights, {}), {"trial": trial})

    return replace(workshop, keep=keep)
