"""The moments of colours that a link matches: see links.colours."""

from collections.abc import Sequence

import torch
from torch import Tensor

from trainables.artifacts.artifact import ColoursArtifact
from trainables.artifacts.store import Saved
from trainables.artifacts.workshop import Workshop
from trainables.data.augment import channel_moments
from trainables.data.domain import Domain
from trainables.device import clock
from trainables.networks.stack import Report


def measure_colours(
    artifacts: Sequence[ColoursArtifact], workshop: Workshop, report: Report
) -> list[Saved]:
    """Scale and shift by channel, each by itself; facts: the seconds.

    A channel without any deviation in the student's domain is shifted alone.
    """
    saved = []
    for done, artifact in enumerate(artifacts):
        report(done / len(artifacts))
        saved.append(_measured(artifact, workshop))
    return saved


def _measured(artifact: ColoursArtifact, workshop: Workshop) -> Saved:
    started = clock(workshop.device)

    def of(domain: Domain) -> tuple[Tensor, Tensor]:
        return channel_moments(domain.split("Big", artifact.seed).pixels, domain.shape)

    (mean, deviation), (wanted, spread) = (
        of(artifact.recipe.objects),
        of(artifact.recipe.counterparts),
    )
    scale = torch.where(deviation > 0, spread / deviation, 1.0)
    tensors = {"scale": scale.float(), "shift": (wanted - scale * mean).float()}
    return Saved(tensors, {"seconds": clock(workshop.device) - started})
