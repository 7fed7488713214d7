"""What the three data-free methods share: a teacher to ask, and a student of what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from trainables.artifacts.workshop import Workshop
from trainables.distillation.requirements import logits_for
from trainables.methods.batches import SplitBatches, endless, generators
from trainables.methods.data_free.lenet_teachers import train_lenets
from trainables.methods.method import TrainableMethod
from trainables.methods.method_run import MethodRun
from trainables.networks.lenet import HALF, PRODUCTS, LeNet5, lenet_parameters
from trainables.networks.perceptron import Perceptron, weight_count
from trainables.networks.stack import Stack
from trainables.objectives.losses import distillation_loss, softened
from trainables.randomness import generator
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial


@dataclass(frozen=True, kw_only=True)
class TeacherAlone(TrainableMethod):
    """The teacher's weights and nothing of what it learned from.

    With `small` the student also learns Small, by the λ-loss of the setting, batch beside batch.
    lenet: teacher LeNet-5 on all of Train, made here, and a smaller student: as in the papers, to
    repeat their figures.
    """

    lenet_widths: ClassVar[tuple[int, ...]] = HALF  # of that student
    lenet: bool = False

    @property
    def asks_teacher(self) -> bool:
        """Not where it makes its own."""
        return not self.lenet

    @property
    def knowledge(self) -> str:
        """The teacher, which is all."""
        return "the teacher alone"

    @property
    def variant(self) -> str:
        """Which networks."""
        return "LeNet-5" if self.lenet else ""

    def columns(self) -> dict[str, Any]:
        """LeNet's student has another number of parameters."""
        if not self.lenet:
            return super().columns()
        return super().columns() | {"student_parameters": lenet_parameters(self.lenet_widths)}

    def teacher_weights(self, setting: Setting) -> int:
        """Multiplications of one answer of the teacher; LeNet's, seed by seed, take five times as
        long.
        """
        return 5 * PRODUCTS if self.lenet else weight_count(setting.teacher_sizes)

    def new_students(self, trials: Sequence[Trial], device: torch.device) -> Stack:
        """The students of these trials, untrained."""
        if not self.lenet:
            return new_students(trials, self.student_sizes, device)
        models = [
            LeNet5(self.lenet_widths, generator("init/student", trial.seed)) for trial in trials
        ]
        return Stack(models, [t.setting.schedule.learning_rate for t in trials], device)


@dataclass
class Asked:
    """The teachers of a cohort's seeds, and their logits on Small [N, 1000, 10] for `small`."""

    teachers: Sequence[Perceptron]
    on_small: Tensor


def ask(run: MethodRun, workshop: Workshop) -> Asked:
    """Each seed's teacher, ready to use; its facts go to the records."""
    method = run.trials[0].setting.method
    assert isinstance(method, TeacherAlone)
    if method.lenet:
        return _ask_lenets(run, method)
    teachers, on_small = [], []
    for trial, facts in zip(run.trials, run.facts, strict=True):
        artifact = logits_for(trial)
        assert artifact
        saved = workshop.get_or_make(artifact)
        teachers.append(workshop.teacher(artifact.teacher))
        on_small.append(saved.tensors["logits"][0])
        facts |= {name: value for name, value in saved.facts.items() if isinstance(value, float)}
    return Asked(teachers, torch.stack(on_small).to(run.device))


def _ask_lenets(run: MethodRun, method: TeacherAlone) -> Asked:
    teachers = train_lenets(method.domain, run.seeds, run.device, run.report)
    small = SplitBatches(method.domain, "Small", run.seeds, run.device)
    x, _ = small.at(torch.arange(len(small)).expand(len(teachers), -1))
    for facts, teacher in zip(run.facts, teachers, strict=True):
        right = [(teacher(x).argmax(-1) == y).float().mean() for x, y in run.test]
        facts["teacher/test_accuracy"] = float(torch.stack(right).mean())
    return Asked(teachers, torch.stack([f(mine) for f, mine in zip(teachers, x, strict=True)]))


class WithSmall:
    """Small's batches for students of a data-free method: the λ-loss of the setting on them."""

    def __init__(self, run: MethodRun, asked: Asked, size: int) -> None:
        setting = run.trials[0].setting
        method = setting.method
        assert method
        self.split = SplitBatches(method.domain, "Small", run.seeds, run.device)
        self.weights = torch.tensor(setting.loss_weights, device=run.device)
        members = len(run.trials)
        self.temperatures = torch.full((members,), setting.temperature, device=run.device)
        self.soft = softened(asked.on_small, self.temperatures)
        self.places = endless(len(self.split), size, generators("order/student", run.seeds))

    def loss(self, student: Stack) -> Tensor:
        """Of the next batch: [N]."""
        places = next(self.places).to(self.soft.device)
        x, y = self.split.at(places)
        soft = self.soft.gather(1, places.unsqueeze(-1).expand(-1, -1, 10))
        weights = self.weights.expand(len(student), 2)
        return distillation_loss(student(x), soft, y, weights, self.temperatures).loss


def new_students(trials: Sequence[Trial], sizes: Sequence[int], device: torch.device) -> Stack:
    """The students of these trials, untrained, as the study initialises them."""
    return Stack(
        [Perceptron(sizes, generator("init/student", trial.seed)) for trial in trials],
        [trial.setting.schedule.learning_rate for trial in trials],
        device,
    )
