"""What the three data-free methods share: a teacher without its data, and how Small is added."""

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
    """Gets the teacher's weights, and nothing of what it learned from.

    small: each step of the student also takes a batch of Small, by the setting's λ-loss.
    lenet: the teacher is a LeNet-5 trained here on all of Train and the student a smaller one, as
        in the papers, to repeat their figures.
    """

    lenet_widths: ClassVar[tuple[int, ...]] = HALF  # of a LeNet-5 as student
    lenet: bool = False

    @property
    def asks_teacher(self) -> bool:
        """True, unless it trains its own."""
        return not self.lenet

    @property
    def knowledge(self) -> str:
        """Nothing but the teacher."""
        return "the teacher alone"

    @property
    def variant(self) -> str:
        """Which networks."""
        return "LeNet-5" if self.lenet else ""

    def columns(self) -> dict[str, Any]:
        """As any method's; a LeNet-5 has its own number of parameters."""
        if not self.lenet:
            return super().columns()
        return super().columns() | {"student_parameters": lenet_parameters(self.lenet_widths)}

    def teacher_weights(self, setting: Setting) -> int:
        """Multiplications for one object in the teacher.

        Those of LeNet-5s, which are run seed by seed, count five times: as long do they take.
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
class Teachers:
    """Each seed's teacher, with its logits on that seed's Small: [N, 1000, 10]."""

    networks: Sequence[Perceptron]
    logits_on_small: Tensor


def get_teachers(run: MethodRun, workshop: Workshop) -> Teachers:
    """Each seed's teacher, ready to use; its facts go to the records."""
    method = run.trials[0].setting.method
    assert isinstance(method, TeacherAlone)
    if method.lenet:
        return _train_lenets(run, method)
    networks, on_small = [], []
    for trial, facts in zip(run.trials, run.facts, strict=True):
        artifact = logits_for(trial)
        assert artifact
        saved = workshop.get_or_make(artifact)
        networks.append(workshop.teacher(artifact.teacher))
        on_small.append(saved.tensors["logits"][0])
        facts |= {name: value for name, value in saved.facts.items() if isinstance(value, float)}
    return Teachers(networks, torch.stack(on_small).to(run.device))


def _train_lenets(run: MethodRun, method: TeacherAlone) -> Teachers:
    networks = train_lenets(method.domain, run.seeds, run.device, run.report)
    small = SplitBatches(method.domain, "Small", run.seeds, run.device)
    x, _ = small.at(torch.arange(len(small)).expand(len(networks), -1))
    for facts, network in zip(run.facts, networks, strict=True):
        right = [(network(x).argmax(-1) == y).float().mean() for x, y in run.test]
        facts["teacher/test_accuracy"] = float(torch.stack(right).mean())
    logits = torch.stack([f(mine) for f, mine in zip(networks, x, strict=True)])
    return Teachers(networks, logits)


class WithSmall:
    """The setting's λ-loss on batches of Small, to be added to a data-free student's own loss."""

    def __init__(self, run: MethodRun, teachers: Teachers, size: int) -> None:
        setting = run.trials[0].setting
        method = setting.method
        assert method
        self.split = SplitBatches(method.domain, "Small", run.seeds, run.device)
        self.weights = torch.tensor(setting.loss_weights, device=run.device)
        members = len(run.trials)
        self.temperatures = torch.full((members,), setting.temperature, device=run.device)
        self.soft = softened(teachers.logits_on_small, self.temperatures)
        self.places = endless(len(self.split), size, generators("order/student", run.seeds))

    def loss(self, student: Stack) -> Tensor:
        """Each student's loss on the next batch: [N]."""
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
