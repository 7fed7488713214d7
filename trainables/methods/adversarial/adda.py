"""ADDA: adversarial discriminative domain adaptation, in two stages (Tzeng et al. 2017).

1. An encoder and a classifier learn the labelled source.
2. A second encoder starts from the first and learns the target: a critic tells the two encoders'
   features apart, the second encoder learns to be mistaken for the first (inverted labels). The
   classifier stays as it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from trainables.artifacts.workshop import Workshop
from trainables.data.domains import IMAGE_SPLITS
from trainables.methods.adversarial.critic import CRITIC_HIDDEN, Adversarial, Sides, domain_loss
from trainables.methods.batches import SplitBatches, endless, generators
from trainables.methods.method_run import MethodRun, perceptrons
from trainables.networks.kernels import RELU
from trainables.networks.optimisers import Descent, load
from trainables.networks.perceptron import Linear, Perceptron, weight_count
from trainables.networks.stack import Report, Stack
from trainables.objectives.losses import hard_cross_entropy
from trainables.randomness import generator
from trainables.recipes import Schedule
from trainables.results import TrialResult
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
    """

    name: ClassVar[str] = "adda"
    first: Schedule = Schedule(epochs=3, batch_size=64)
    first_moment: float = 0.5

    def work(self, setting: Setting) -> float:
        """Two encoders and a critic; twice that for elementwise passes."""
        passes = self.first.epochs + 2 * setting.schedule.epochs
        return 12 * weight_count(self.student_sizes) * IMAGE_SPLITS[self.split] * passes / 1e9

    def train(
        self, trials: Sequence[Trial], workshop: Workshop, report: Report
    ) -> list[TrialResult]:
        """The seeds of one setting as one stack."""
        schedule, device = trials[0].setting.schedule, workshop.device
        epochs = self.first.epochs + schedule.epochs
        run = MethodRun(trials, report, device, epochs, self.target_link)
        sides = Sides(self, run.seeds, device)
        student = self._first_stage(run, sides)
        accuracies = [history["test/accuracy"][-1] for history in run.histories]
        run.fact("source_only/test_accuracy", accuracies)
        self._second_stage(run, sides, student, schedule)
        return run.results(perceptrons(student))

    def _first_stage(self, run: MethodRun, sides: Sides) -> Stack:
        seeds, size = run.seeds, self.first.batch_size
        small = SplitBatches(self.domain, "Small", seeds, run.device)
        student = Stack(
            [Perceptron(self.student_sizes, generator("init/student", s)) for s in seeds],
            [self.first.learning_rate] * len(seeds),
            run.device,
        )
        source = endless(len(sides.source), size, sides.source_order)
        labelled = endless(len(small), size, generators("order/student", seeds))
        steps = len(sides.source) // size
        for _ in range(self.first.epochs):
            total = torch.zeros(len(seeds), device=run.device)
            for _ in range(steps):
                x, y = sides.labelled(next(source))
                if self.small:
                    own, own_labels = small.at(next(labelled))
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
        seeds, size, device = run.seeds, schedule.batch_size, run.device
        adam = partial(torch.optim.Adam, betas=(self.first_moment, 0.999), fused=True)
        rates = [schedule.learning_rate] * len(seeds)
        inputs, hidden = self.student_sizes[:2]
        blank = [Linear(inputs, hidden, generator("unused", 0)) for _ in seeds]
        of_source, of_target = (Descent(blank, rates, device, adam) for _ in range(2))
        learned = student.parameters
        for encoder in (of_source, of_target):
            load(encoder, {name: learned[f"layers.0.{name}"] for name in encoder.parameters})
        judges = [
            Perceptron((hidden, CRITIC_HIDDEN, 1), generator("init/critic", s)) for s in seeds
        ]
        critic = Descent(judges, rates, device, adam)
        source = endless(len(sides.source), size, sides.source_order)
        target = endless(len(sides.target), size, sides.target_order)
        steps = len(sides.target) // size
        for _ in range(schedule.epochs):
            total = torch.zeros(len(seeds), device=device)
            for _ in range(steps):
                x, own = sides.labelled(next(source))[0], sides.unlabelled(next(target))
                with torch.no_grad():
                    real = of_source(x, RELU)
                features = of_target(own, RELU)
                answers = critic(torch.cat([real, features.detach()], dim=1)).squeeze(-1)
                loss = domain_loss(answers[:, :size], answers[:, size:])
                critic.step(loss)
                of_target.step(inverted_loss(critic(features).squeeze(-1)))
                total += loss.detach()
            adapted = of_target.parameters
            load(student, {f"layers.0.{name}": value for name, value in adapted.items()})
            run.epoch(perceptrons(student), total / steps)
