"""DAFL: a generator of what the teacher is sure of, and a student beside it (Chen et al. 2019).

"Data-Free Learning of Student Networks": from the teacher's answers alone the generator learns to
make images that the teacher seems to know; the student imitates the teacher on them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from trainables.artifacts.workshop import Workshop
from trainables.checks import check_flag, check_real, check_whole
from trainables.data.domain import Domain, Shape
from trainables.errors import BadInputError
from trainables.methods.batches import generators, normal
from trainables.methods.data_free.generators import (
    ConvolutionalGenerator,
    ImageGenerator,
    PerceptronGenerator,
    PixelScale,
)
from trainables.methods.data_free.teacher_alone import TeacherAlone, WithSmall, get_teachers
from trainables.methods.method import sizes_of
from trainables.methods.method_run import MethodRun, own_inputs
from trainables.methods.taught import numbers_of
from trainables.networks.lenet import LeNet5
from trainables.networks.perceptron import weight_count
from trainables.networks.stack import Report, Stack
from trainables.objectives.losses import soft_cross_entropy
from trainables.objectives.objective import TEMPERATURE, Objective
from trainables.results import TrialResult
from trainables.schedule import Schedule
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial
from trainables.teacher import Teacher


def one_hot_loss(logits: Tensor) -> Tensor:
    """Cross-entropy of the teacher's answers with its own choice (eq. 5): [..., B, C] → [...]."""
    return (logits.logsumexp(-1) - logits.amax(-1)).mean(-1)


def activation_loss(features: Tensor) -> Tensor:
    """Minus the mean |feature| of the teacher (eq. 6): [..., B, F] → [...]."""
    return -features.abs().mean((-1, -2))


def information_loss(logits: Tensor) -> Tensor:
    """Minus the entropy of the batch's mean answer, in nats (eq. 7): [..., B, C] → [...].

    Least, -log C, where all classes are answered equally often.
    """
    mean = logits.softmax(-1).mean(-2)
    return torch.xlogy(mean, mean).sum(-1)


def generator_loss(
    logits: Tensor, features: Tensor, entropy_weight: float, activation_weight: float
) -> Tensor:
    """L_oh + α L_a + β L_ie (eq. 8); logits [..., B, C], features [..., B, F] → [...]."""
    entropy, activation = information_loss(logits), activation_loss(features)
    return one_hot_loss(logits) + entropy_weight * entropy + activation_weight * activation


@dataclass(frozen=True, kw_only=True)
class DataFree(TeacherAlone):
    """Generator and student learn step by step together; the loss's weights are the paper's.

    pixels: the scale of the teacher's inputs, which the generator's images get too.
    steps: in each epoch of the setting's schedule.
    rate: the generator's learning rate (Adam).
    latent, hidden: the generator's sizes; channels: of a convolutional one, instead of `hidden`.
    feature: of the teacher, by its name (Network.features), what the activation loss reads; by
        default what its last layer reads. The authors' code has the layer before that.
    learned_norms: whether a convolutional generator normalises as in the authors' code (see
        there).
    entropy_weight: of an entropy in nats; in the authors' code it is a common logarithm's, so that
        their 5 is 5 / ln 10 here.
    """

    name: ClassVar[str] = "data_free"
    pixels: PixelScale
    steps: int = 100
    rate: float = 1e-3
    latent: int = 100
    hidden: int = 256
    channels: tuple[int, ...] = ()
    feature: str = "hidden"
    learned_norms: bool = False
    entropy_weight: float = 5.0
    activation_weight: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("steps", "latent", "hidden"):
            check_whole(self, name, at_least=1)
        check_real(self, "rate", above=0.0)
        check_real(self, "entropy_weight", at_least=0.0)
        check_real(self, "activation_weight", at_least=0.0)
        check_flag(self, "learned_norms")
        if not isinstance(self.pixels, PixelScale):
            raise BadInputError(
                f"DataFree.pixels is {self.pixels!r}: give PixelScale(mean, std) of the domain's "
                "pixels in [0, 1]"
            )
        given: Any = self.channels
        whole = isinstance(given, tuple | list) and all(type(c) is int and c > 0 for c in given)
        if not whole or len(given) not in (0, 2):
            raise BadInputError(
                f"DataFree.channels is {self.channels!r}: give two numbers ≥ 1, or none for a "
                "perceptron"
            )
        object.__setattr__(self, "channels", tuple(given))
        if self.learned_norms and not self.channels:
            raise BadInputError(
                "DataFree.learned_norms is of a convolutional generator: give channels=(32, 16), "
                "say, or leave learned_norms away"
            )

    def check(self, target: Domain, teacher: Teacher | None, objective: Objective) -> None:
        """The loss reads a feature of the teacher's."""
        super().check(target, teacher, objective)
        network = teacher.network if teacher else LeNet5()
        if self.feature not in network.features:
            known = ", ".join(network.features) or "none"
            raise BadInputError(
                f"{self.name} reads the teacher's feature {self.feature!r}, "
                f"and {type(network).__name__} names {known}: see Network.features"
            )

    def knowledge(self, target: Domain) -> str:
        """The teacher, and what its inputs are normalised by."""
        return f"{super().knowledge(target)}, mean and deviation of its pixels"

    def steps_of(self, target: Domain, schedule: Schedule) -> int:
        """As many an epoch as it is given."""
        return self.steps * schedule.epochs

    def work(self, setting: Setting) -> float:
        """Generator, teacher and student; half as much again for elementwise passes."""
        weights = self._generator(setting.target.shape, 0).products
        weights += self.teacher_products(setting) + weight_count(sizes_of(setting))
        objects = self.steps * setting.schedule.epochs * setting.schedule.batch_size
        return 9 * weights * objects / 1e9

    def train(
        self, trials: Sequence[Trial], workshop: Workshop, report: Report
    ) -> list[TrialResult]:
        """Generators, teachers and students of the seeds, each as one stack."""
        setting, device = trials[0].setting, workshop.device
        schedule = setting.schedule
        run = MethodRun(trials, report, workshop, schedule.epochs)
        teachers, members = get_teachers(run, workshop), len(trials)
        rates, shape = [self.rate] * members, run.target.shape
        makers = Stack([self._generator(shape, seed) for seed in run.seeds], rates, device)
        judges, ones = Stack(teachers.networks, rates, device), [1] * members
        feature = {self.feature: self.teacher_network(setting).features[self.feature]}
        student = self.new_students(trials, device)
        beside = WithSmall(run, teachers, schedule.batch_size) if self.small else None
        draws = generators("latent/generator", run.seeds)
        temperature = numbers_of(run)[TEMPERATURE]
        for _ in range(schedule.epochs):
            total = torch.zeros(members, device=device)
            for _ in range(self.steps):
                images = makers(normal((schedule.batch_size, self.latent), draws).to(device))
                logits, found = judges.with_features(images, ones, feature)
                makers.step(self._generator_loss(logits, found[self.feature].flatten(2)))
                answers = student(images.detach())
                loss = soft_cross_entropy(answers, logits.detach(), temperature)
                total += loss.detach()
                student.step(loss + beside.loss(student) if beside else loss)
            run.epoch(own_inputs(student), total / self.steps)
        return run.results(own_inputs(student), student)

    def _generator_loss(self, logits: Tensor, features: Tensor) -> Tensor:
        return generator_loss(logits, features, self.entropy_weight, self.activation_weight)

    def _generator(self, shape: Shape, seed: int) -> ImageGenerator:
        """The generator of a seed, untrained."""
        if self.channels:
            return ConvolutionalGenerator(
                self.latent, self.channels, self.pixels, shape, seed, learned=self.learned_norms
            )
        return PerceptronGenerator(self.latent, self.hidden, self.pixels, shape, seed)
