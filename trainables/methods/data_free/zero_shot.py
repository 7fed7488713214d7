"""Zero-shot distillation: soft targets drawn from class similarity (Nayak et al. 2019, ZSKD).

The weights of the teacher's last layer say which classes it takes for similar. Soft targets are
drawn from Dirichlet distributions of those similarities; for each an input is made to which the
teacher gives that answer (a data impression), and the student learns the impressions.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from trainables.checks import check_flag, check_real
from trainables.data.domain import Domain
from trainables.errors import BadInputError
from trainables.methods.data_free.impressions import FromImpressions, device_of
from trainables.methods.data_free.input_optimisation import make_inputs
from trainables.networks.lenet import HALF_CHANNELS
from trainables.networks.network import Network, plain_model
from trainables.networks.perceptron import Linear
from trainables.objectives.objective import Objective
from trainables.randomness import generator
from trainables.teacher import Teacher


def class_similarity(weight: Tensor) -> Tensor:
    """C_ij = cosine of the last layer's weights of classes i and j (eq. 2).

    weight [C, hidden] → [C, C].
    """
    unit = functional.normalize(weight, dim=1)
    return unit @ unit.T


def concentrations(similarity: Tensor, scale: float, least: float = 1e-2) -> Tensor:
    """α_k = β · c_k, a class's similarities brought to [0, 1] by its least and largest (§3.1.2).

    similarity [C, C] → [C, C], at least `least`, for they must be positive. Draws of class k have
    the mean α_k / Σ α_k.
    """
    lowest, most = similarity.amin(1, keepdim=True), similarity.amax(1, keepdim=True)
    return (scale * (similarity - lowest) / (most - lowest)).clamp(min=least)


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

    scales: the values of β; the soft targets use one after the other. (In the authors' code a
        second scaling to [0, 1] comes after β: as if β were 1.)
    least: the least concentration (in the authors' code 1e-4).
    impression_temperature: τ of the teacher while impressions are made.
    posed: whether impressions are made under small rotations, scales and shifts (the paper
        changes only what the student sees).
    """

    name: ClassVar[str] = "zero_shot"
    lenet_widths: ClassVar[tuple[int, ...]] = HALF_CHANNELS
    scales: tuple[float, ...] = (1.0, 0.1)
    impression_temperature: float = 20.0
    posed: bool = True
    least: float = 1e-2

    def __post_init__(self) -> None:
        super().__post_init__()
        check_real(self, "impression_temperature", above=0.0)
        check_real(self, "least", above=0.0)
        check_flag(self, "posed")
        given: Any = self.scales
        numbers = isinstance(given, tuple | list) and all(type(s) in (int, float) for s in given)
        if not numbers or not given or not all(0 < s < math.inf for s in given):
            raise BadInputError(f"ZeroShot.scales is {given!r}: give numbers > 0, (1.0, 0.1) say")
        object.__setattr__(self, "scales", tuple(given))

    def check(self, target: Domain, teacher: Teacher | None, objective: Objective) -> None:
        """The teacher's last layer must be linear: its weights say which classes are similar."""
        super().check(target, teacher, objective)
        if teacher and not _ends_linearly(teacher.network, target.shape, target.outputs):
            raise BadInputError(
                f"{self.name} reads class similarity off the weights of a linear last layer with "
                f"{target.outputs} outputs, and {type(teacher.network).__name__} has none: give "
                "another network, or ClassImpressions()"
            )

    def make(self, teacher: nn.Module, domain: Domain, seed: int) -> Tensor:
        """A teacher's data impressions [n, D], classes and scales in turn."""
        draw, device = generator("impressions", seed), device_of(teacher)
        similarity = class_similarity(last_layer(teacher).weight.cpu())
        each = torch.cat([concentrations(similarity, scale, self.least) for scale in self.scales])
        rows = torch.arange(domain.outputs * self.impressions) % len(each)
        targets = draw_soft_targets(each[rows], draw).to(device)
        start = torch.rand(len(rows), domain.inputs, generator=draw).to(device)

        def objective(x: Tensor, places: Tensor) -> Tensor:
            return data_impression_loss(teacher(x), targets[places], self.impression_temperature)

        pose = draw if self.posed else None
        return make_inputs(
            start, objective, steps=self.steps, rate=self.rate, shape=domain.shape, draw=pose
        )


def last_layer(network: nn.Module) -> Linear | nn.Linear:
    """The last of a network's linear layers.

    Raises IndexError where it has none.
    """
    return [part for part in network.modules() if isinstance(part, Linear | nn.Linear)][-1]


@lru_cache(maxsize=256)
def _ends_linearly(network: Network, shape: tuple[int, ...], outputs: int) -> bool:
    try:
        return len(last_layer(plain_model(network, shape, outputs)).weight) == outputs
    except IndexError:
        return False
