"""Class impressions: what a teacher takes for a typical object of a class (Mopuri et al. 2018).

"Ask, acquire, and attack", §3.1: an input of noise is changed by gradient ascent on the score of a
class, under random rotations, scales and shifts; the student learns the teacher's answers on it.
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from trainables.checks import check_flag
from trainables.data.domain import Domain
from trainables.methods.data_free.impressions import FromImpressions, device_of
from trainables.methods.data_free.input_optimisation import make_inputs
from trainables.randomness import generator


def impression_loss(logits: Tensor, classes: Tensor, confidence: Tensor) -> Tensor:
    """-f_c(x), the pre-softmax score of each input's class; zero once it is confident enough.

    logits [B, C], classes int64 [B], confidence [B] in (0, 1] → [B]. The paper stops an
    impression at a confidence drawn from [0.55, 0.99], for variety (§3.1).
    """
    scores = logits.gather(1, classes.unsqueeze(1)).squeeze(1)
    reached = logits.detach().softmax(1).gather(1, classes.unsqueeze(1)).squeeze(1) >= confidence
    return -scores.masked_fill(reached, 0.0)


@dataclass(frozen=True, kw_only=True)
class ClassImpressions(FromImpressions):
    """Each impression is rotated, scaled and shifted a little, anew in every step.

    stops: whether one that is confident enough stays as it is; else Adam's momentum moves it on,
        and it is changed again where it loses that confidence.
    """

    name: ClassVar[str] = "class_impressions"
    stops: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        check_flag(self, "stops")

    def make(self, teacher: nn.Module, domain: Domain, seed: int) -> Tensor:
        """A teacher's impressions [n, D], one class after the other."""
        draw, device = generator("impressions", seed), device_of(teacher)
        classes = torch.arange(domain.outputs * self.impressions) % domain.outputs
        start = torch.rand(len(classes), domain.inputs, generator=draw).to(device)
        confidence = 0.55 + 0.44 * torch.rand(len(classes), generator=draw)
        classes, confidence = classes.to(device), confidence.to(device)

        def objective(x: Tensor, places: Tensor) -> Tensor:
            return impression_loss(teacher(x), classes[places], confidence[places])

        return make_inputs(
            start,
            objective,
            steps=self.steps,
            rate=self.rate,
            shape=domain.shape,
            draw=draw,
            stops=self.stops,
        )
