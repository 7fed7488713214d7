"""DANN: domain-adversarial training by gradient reversal (Ganin and Lempitsky 2015).

A critic learns to tell source from target by the student's hidden features. Its gradient reaches
them reversed, so that they learn to make the two indistinguishable.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast

import torch
from torch import Tensor, nn

from trainables.artifacts.workshop import Workshop
from trainables.checks import check_flag, check_real
from trainables.data.domain import Domain
from trainables.errors import BadInputError
from trainables.methods.adversarial.critic import CRITIC_HIDDEN, Adversarial, Sides, domain_loss
from trainables.methods.batches import apart, endless
from trainables.methods.lenet_figures import check_lenet, lenet_columns
from trainables.methods.method import sizes_of
from trainables.methods.method_run import MethodRun, own_inputs
from trainables.networks.lenet import WHOLE, WIDE, LeNet, lenet_products
from trainables.networks.optimisers.rules import Sgd
from trainables.networks.perceptron import Linear, Mlp, weight_count
from trainables.networks.products.layout import RELU
from trainables.networks.stack import Report, Stack
from trainables.objectives.losses import hard_cross_entropy
from trainables.objectives.objective import Objective
from trainables.randomness import generator
from trainables.results import TrialResult
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial
from trainables.teacher import Teacher


class _Reversal(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, x: Tensor, scale: float) -> Tensor:
        context.scale = scale
        return x.view_as(x)

    @staticmethod
    def backward(context: Any, *upstream: Tensor) -> tuple[Tensor, None]:
        return -context.scale * upstream[0], None


def reverse_gradient(x: Tensor, scale: float) -> Tensor:
    """The identity, whose gradient is multiplied by -scale (eq. 9–10 of the paper)."""
    result: Tensor = _Reversal.apply(x, scale)
    return result


def reversal_scale(progress: float) -> float:
    """λ_p = 2 / (1 + e^(-10 p)) - 1 for the share p of training that is done (eq. 14)."""
    return 2 / (1 + math.exp(-10 * progress)) - 1


def annealed_rate(first: float, progress: float) -> float:
    """The learning rate μ_p = μ₀ / (1 + 10 p)^0.75 (§4.1; μ₀ = 0.01 there)."""
    return float(first / (1 + 10 * progress) ** 0.75)


@dataclass(frozen=True, kw_only=True)
class Dann(Adversarial):
    """SGD with momentum 0.9 and the paper's schedules; an epoch is a pass over the source.

    adapt: False trains without the critic's gradient: the source alone, to compare with.
    lenet: a LeNet-5 as student, to repeat the paper's figures; the critic then sees the output of
        its convolutions, as in the paper, instead of the last hidden layer.
    wide: that LeNet-5 in the paper's widths, its maps keeping their size.
    """

    name: ClassVar[str] = "dann"
    adapt: bool = True
    momentum: float = 0.9
    lenet: bool = False
    wide: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        check_flag(self, "adapt")
        check_flag(self, "lenet")
        check_flag(self, "wide")
        if self.wide and not self.lenet:
            raise BadInputError("Dann.wide is of a LeNet-5: give lenet=True, or leave wide away")
        check_real(self, "momentum", at_least=0.0, below=1.0)

    def check(self, target: Domain, teacher: Teacher | None, objective: Objective) -> None:
        """As any adversarial method; and a LeNet-5 reads what it was published with."""
        super().check(target, teacher, objective)
        if self.lenet:
            check_lenet(target)

    def variant(self, target: Domain) -> str:
        """Where the labels come from; "source only" where nothing is adapted."""
        network = ", wide LeNet-5" if self.wide else ", LeNet-5" if self.lenet else ""
        return super().variant(target) + network + ("" if self.adapt else " (source only)")

    def columns(self, target: Domain) -> dict[str, Any]:
        """LeNet-5 is another network than the setting's student."""
        return super().columns(target) | (lenet_columns(*self._lenet) if self.lenet else {})

    def work(self, setting: Setting) -> float:
        """Both sides go through the student; twice that for elementwise passes."""
        objects = 2 * setting.target.split_sizes[self.split] * setting.schedule.epochs
        products = lenet_products(*self._lenet) if self.lenet else weight_count(sizes_of(setting))
        return 12 * products * objects / 1e9

    def train(
        self, trials: Sequence[Trial], workshop: Workshop, report: Report
    ) -> list[TrialResult]:
        """The seeds of one setting as one stack."""
        schedule, device = trials[0].setting.schedule, workshop.device
        run = MethodRun(trials, report, workshop, schedule.epochs, self.target_link)
        seeds, sides = run.seeds, Sides(self, run)
        size = min(schedule.batch_size, len(sides.source), len(sides.target))
        networks = [self._network(run.setting, seed) for seed in seeds]
        # Rates are 1, so that their factor is the annealed rate itself.
        stack = Stack(networks, [1.0] * len(seeds), device, Sgd(momentum=self.momentum))
        source = endless(len(sides.source), size, sides.source_order)
        target = endless(len(sides.target), size, sides.target_order)
        labelled = endless(len(sides.small), size, sides.small_order)
        steps = len(sides.source) // size
        for epoch in range(schedule.epochs):
            total = torch.zeros(len(seeds), device=device)
            for step in range(steps):
                progress = (epoch + step / steps) / schedule.epochs
                stack.set_rate_factor(annealed_rate(schedule.learning_rate, progress))
                x, y = sides.labelled(next(source))
                parts = [x, sides.unlabelled(next(target))]
                if self.small:
                    own, own_labels = sides.few(next(labelled))
                    parts.append(own)
                scale = reversal_scale(progress) if self.adapt else 0.0
                logits, answers = stack(torch.cat(parts, dim=1), scale)
                loss = hard_cross_entropy(logits[:, :size], y)
                if self.small:
                    loss = loss + hard_cross_entropy(logits[:, 2 * size :], own_labels)
                total += loss.detach()
                critic = apart(domain_loss, answers[:, :size], answers[:, size:])
                stack.step(loss + critic)
            run.note("train/domain_loss", critic.detach())
            run.epoch(own_inputs(stack), total / steps)
        return run.results(own_inputs(stack), stack, "student.")

    @property
    def _lenet(self) -> tuple[tuple[int, ...], int]:
        """Widths and padding of a LeNet-5."""
        return (WIDE, 2) if self.wide else (WHOLE, 0)

    def _network(self, setting: Setting, seed: int) -> "_Dann":
        draw = generator("init/student", seed)
        if self.lenet:
            widths, padding = self._lenet
            student = LeNet(widths, draw, padding=padding)
            return _Dann(student, 2, seed)  # its two convolutions
        sizes = sizes_of(setting)
        return _Dann(Mlp(sizes, draw), len(sizes) - 2, seed)


class _Dann(nn.Module):
    """The student, and the critic, which sees the output of its first `shared` layers."""

    def __init__(self, student: Mlp, shared: int, seed: int) -> None:
        super().__init__()
        self.student, self.shared = student, shared
        features = cast(Linear, student.layers[shared]).weight.shape[-1]
        sizes = (features, CRITIC_HIDDEN, 1)
        self.critic = Mlp(sizes, generator("init/critic", seed))

    def forward(self, x: Tensor, scale: float | None = None) -> Any:
        """The student's logits [..., B, C], and with a scale also the critic's [..., B]."""
        *hidden, last = self.student.layers
        for place, layer in enumerate(hidden, start=1):
            x = layer(x, RELU)
            if place == self.shared:
                features = x
        logits = last(x)
        if scale is None:
            return logits
        return logits, self.critic(reverse_gradient(features, scale)).squeeze(-1)
