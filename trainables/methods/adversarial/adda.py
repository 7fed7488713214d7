"""ADDA: adversarial discriminative domain adaptation, in two stages (Tzeng et al. 2017).

1. An encoder and a classifier learn the labelled source.
2. A second encoder starts from the first and learns the target: a critic tells the two encoders'
   features apart, the second encoder learns to be mistaken for the first (inverted labels). The
   classifier stays as it was.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from trainables.artifacts.workshop import Workshop
from trainables.checks import check_real
from trainables.methods.adversarial.critic import CRITIC_HIDDEN, Adversarial, Sides, domain_loss
from trainables.methods.batches import apart, endless
from trainables.methods.method import sizes_of
from trainables.methods.method_run import MethodRun, perceptrons
from trainables.networks.network import check_widths
from trainables.networks.optimisers.rules import Adam
from trainables.networks.perceptron import Linear, Mlp, weight_count
from trainables.networks.products.layout import RELU
from trainables.networks.stack import Report, Stack
from trainables.objectives.losses import hard_cross_entropy
from trainables.randomness import generator
from trainables.results import TrialResult
from trainables.schedule import Schedule
from trainables.settings.method import check_plain
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial


def inverted_loss(target: Tensor) -> Tensor:
    """The target encoder's loss: cross-entropy of the critic's answers with 1, "source" (eq. 9).

    target: the critic's logits for target objects [..., B] → [...].
    """
    return functional.softplus(-target).mean(-1)


@dataclass(frozen=True, kw_only=True)
class Adda(Adversarial):
    """The setting's schedule is that of the second stage; its epoch is a pass over the target.

    first: the schedule of the first stage, under the study's usual Adam.
    first_moment: Adam's β₁ in the second stage.
    critic: units of the critic's hidden layers; the paper's for digits are (500, 500).
    """

    name: ClassVar[str] = "adda"
    first: Schedule = Schedule(epochs=3, batch_size=64)
    first_moment: float = 0.5
    critic: tuple[int, ...] = (CRITIC_HIDDEN,)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_plain("Adda.first", self.first)
        check_real(self, "first_moment", at_least=0.0, below=1.0)
        check_widths(self, "critic", at_least=0)

    def work(self, setting: Setting) -> float:
        """Two encoders and a critic; twice that for elementwise passes."""
        passes = self.first.epochs + 2 * setting.schedule.epochs
        objects = setting.target.split_sizes[self.split] * passes
        return 12 * weight_count(sizes_of(setting)) * objects / 1e9

    def train(
        self, trials: Sequence[Trial], workshop: Workshop, report: Report
    ) -> list[TrialResult]:
        """The seeds of one setting as one stack."""
        schedule = trials[0].setting.schedule
        epochs = self.first.epochs + schedule.epochs
        run = MethodRun(trials, report, workshop, epochs, self.target_link)
        sides = Sides(self, run)
        student = self._first_stage(run, sides)
        run.fact("source_only/test_accuracy", run.quality(perceptrons(student))[0])
        self._second_stage(run, sides, student, schedule)
        return run.results(perceptrons(student), student)

    def _first_stage(self, run: MethodRun, sides: Sides) -> Stack:
        seeds, size = run.seeds, min(self.first.batch_size, len(sides.source))
        sizes = sizes_of(run.setting)
        student = Stack(
            [Mlp(sizes, generator("init/student", s)) for s in seeds],
            [self.first.learning_rate] * len(seeds),
            run.device,
        )
        source = endless(len(sides.source), size, sides.source_order)
        labelled = endless(len(sides.small), size, sides.small_order)
        steps = len(sides.source) // size
        for _ in range(self.first.epochs):
            total = torch.zeros(len(seeds), device=run.device)
            for _ in range(steps):
                x, y = sides.labelled(next(source))
                if self.small:
                    own, own_labels = sides.few(next(labelled))
                    logits = student(torch.cat([x, own], dim=1))
                    loss = hard_cross_entropy(logits[:, :size], y)
                    loss = loss + hard_cross_entropy(logits[:, size:], own_labels)
                else:
                    loss = hard_cross_entropy(student(x), y)
                student.step(loss)
                total += loss.detach()
            run.epoch(perceptrons(student), total / steps)
        return student

    def _second_stage(
        self, run: MethodRun, sides: Sides, student: Stack, schedule: Schedule
    ) -> None:
        """Train the target's encoder and put it into the student, below its classifier."""
        seeds, device = run.seeds, run.device
        size = min(schedule.batch_size, len(sides.source), len(sides.target))
        adam = Adam(beta1=self.first_moment)
        rates = [schedule.learning_rate] * len(seeds)
        hidden = sizes_of(run.setting)[:-1]
        blank = [_Encoder(hidden) for _ in seeds]
        of_source, of_target = (Stack(blank, rates, device, adam) for _ in range(2))
        learned = student.parameters
        for encoder in (of_source, of_target):
            encoder.load({name: learned[name] for name in encoder.parameters})
        layers = (hidden[-1], *self.critic, 1)
        judges = [Mlp(layers, generator("init/critic", s)) for s in seeds]
        critic = Stack(judges, rates, device, adam)
        source = endless(len(sides.source), size, sides.source_order)
        target = endless(len(sides.target), size, sides.target_order)
        steps = len(sides.target) // size
        for _ in range(schedule.epochs):
            total = torch.zeros(len(seeds), device=device)
            for _ in range(steps):
                x, own = sides.labelled(next(source))[0], sides.unlabelled(next(target))
                with torch.no_grad():
                    real = of_source(x)
                features = of_target(own)
                answers = critic(torch.cat([real, features.detach()], dim=1)).squeeze(-1)
                loss = apart(domain_loss, answers[:, :size], answers[:, size:])
                critic.step(loss)
                of_target.step(apart(inverted_loss, critic(features).squeeze(-1)))
                total += loss.detach()
            student.load(of_target.parameters)
            run.epoch(perceptrons(student), total / steps)


class _Encoder(nn.Module):
    """A perceptron's hidden layers, of these sizes from the inputs on; named as in an Mlp."""

    def __init__(self, sizes: Sequence[int]) -> None:
        super().__init__()
        draw = generator("unused", 0)
        self.layers = nn.ModuleList(Linear(a, b, draw) for a, b in itertools.pairwise(sizes))

    def forward(self, x: Tensor) -> Tensor:
        """The last hidden layer's activations: [..., B, inputs] → [..., B, sizes[-1]]."""
        for layer in self.layers:
            x = layer(x, RELU)
        return x
