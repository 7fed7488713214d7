"""Zero-shot distillation: soft targets drawn from class similarity (Nayak et al. 2019, ZSKD).

The weights of the teacher's last layer say which classes it takes for similar. Soft targets are
drawn from Dirichlet distributions of those similarities; for each an input is made to which the
teacher gives that answer (a data impression), and the student learns the impressions.
"""

from dataclasses import dataclass
from typing import ClassVar, cast

import torch
from torch import Tensor
from torch.nn import functional

from trainables.checks import check_real
from trainables.data.domains import CLASSES, PIXELS
from trainables.methods.data_free.impressions import FromImpressions
from trainables.methods.data_free.input_optimisation import make_inputs
from trainables.networks.lenet import HALF_CHANNELS
from trainables.networks.perceptron import Linear, Perceptron
from trainables.randomness import generator

LEAST = 1e-2  # the least concentration: it must be above zero


def class_similarity(weight: Tensor) -> Tensor:
    """C_ij = cosine of the last layer's weights of classes i and j (eq. 2).

    weight [C, hidden] → [C, C].
    """
    unit = functional.normalize(weight, dim=1)
    return unit @ unit.T


def concentrations(similarity: Tensor, scale: float) -> Tensor:
    """α_k = β · c_k, a class's similarities brought to [0, 1] by its least and largest (§3.1.2).

    similarity [C, C] → [C, C], positive. Draws of class k have the mean α_k / Σ α_k.
    """
    least, most = similarity.amin(1, keepdim=True), similarity.amax(1, keepdim=True)
    return (scale * (similarity - least) / (most - least)).clamp(min=LEAST)


def draw_soft_targets(concentration: Tensor, draw: torch.Generator) -> Tensor:
    """One draw of Dirichlet(α) for each row of α [n, C] → [n, C], rows summing to 1."""
    gamma = torch._standard_gamma(concentration.double(), generator=draw)
    return (gamma / gamma.sum(1, keepdim=True)).float()


def data_impression_loss(logits: Tensor, targets: Tensor, temperature: float) -> Tensor:
    """CE(y, softmax(f(x) / τ)), each input's own (eq. 3): logits, targets [B, C] → [B]."""
    return -(targets * functional.log_softmax(logits / temperature, dim=1)).sum(1)


@dataclass(frozen=True, kw_only=True)
class ZeroShot(FromImpressions):
    """Adds to FromImpressions how the soft targets are drawn.

    scales: the values of β; the soft targets use one after the other.
    impression_temperature: τ of the teacher while impressions are made.
    posed: whether impressions are made under small rotations, scales and shifts (the paper
        changes only what the student sees).
    """

    name: ClassVar[str] = "zero_shot"
    lenet_widths: ClassVar[tuple[int, ...]] = HALF_CHANNELS
    scales: tuple[float, ...] = (1.0, 0.1)
    impression_temperature: float = 20.0
    posed: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        check_real(self, "impression_temperature", above=0.0)
        object.__setattr__(self, "scales", tuple(self.scales))

    def make(self, teacher: Perceptron, seed: int) -> Tensor:
        """A teacher's data impressions [n, 784], classes and scales in turn."""
        draw = generator("impressions", seed)
        similarity = class_similarity(cast(Linear, teacher.layers[-1]).weight)
        each = torch.cat([concentrations(similarity, scale) for scale in self.scales])
        rows = torch.arange(CLASSES * self.impressions) % len(each)
        targets = draw_soft_targets(each[rows], draw)
        start = torch.rand(len(rows), PIXELS, generator=draw)

        def objective(x: Tensor, places: Tensor) -> Tensor:
            return data_impression_loss(teacher(x), targets[places], self.impression_temperature)

        pose = draw if self.posed else None
        return make_inputs(start, objective, steps=self.steps, rate=self.rate, draw=pose)
