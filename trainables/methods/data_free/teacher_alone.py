"""What the three data-free methods share: a teacher without its data, and how Small is added."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from trainables.artifacts.logits import LOGITS
from trainables.artifacts.workshop import Workshop
from trainables.checks import check_flag
from trainables.data.domain import Domain
from trainables.distillation.requirements import logits_for
from trainables.methods.batches import endless, generators, own_rows
from trainables.methods.data_free.lenet_teachers import train_lenets
from trainables.methods.lenet_figures import check_lenet, lenet_columns
from trainables.methods.method import TrainableMethod, sizes_of
from trainables.methods.method_run import MethodRun
from trainables.methods.taught import check_taught, numbers_of
from trainables.networks.lenet import HALF, LeNet, LeNet5
from trainables.networks.network import Network, multiply_adds
from trainables.networks.perceptron import Mlp
from trainables.networks.stack import Stack
from trainables.objectives.answers import Answers
from trainables.objectives.objective import Objective
from trainables.randomness import generator
from trainables.schedule import Schedule
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial
from trainables.teacher import Teacher


@dataclass(frozen=True, kw_only=True)
class TeacherAlone(TrainableMethod):
    """Gets the teacher's weights, and nothing of what it learned from.

    small: each step of the student also takes a batch of Small, by the setting's objective.
    lenet: the teacher is a LeNet-5 trained here on all of Train and the student a smaller one, as
        in the papers, to repeat their figures.
    """

    lenet_widths: ClassVar[tuple[int, ...]] = HALF  # of a LeNet-5 as student
    lenet: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        check_flag(self, "lenet")

    @property
    def asks_teacher(self) -> bool:
        """True, unless it trains its own."""
        return not self.lenet

    def check(self, target: Domain, teacher: Teacher | None, objective: Objective) -> None:
        """The student can learn this teacher's answers, at the objective's temperature."""
        if self.lenet:
            check_lenet(target)
        check_taught(self.name, teacher, objective)

    def knowledge(self, target: Domain) -> str:
        """Nothing but the teacher."""
        return "the teacher alone"

    @abstractmethod
    def steps_of(self, target: Domain, schedule: Schedule) -> int:
        """Steps of its student."""

    def passes_over_small(self, target: Domain, schedule: Schedule) -> int:
        """Each step takes a batch of Small, where it learns that too."""
        if not self.small or self.lenet:
            return 0
        objects = self.steps_of(target, schedule) * schedule.batch_size
        return max(1, round(objects / target.split_sizes["Small"]))

    def variant(self, target: Domain) -> str:
        """Which networks."""
        return "LeNet-5" if self.lenet else ""

    def columns(self, target: Domain) -> dict[str, Any]:
        """As any method's; a LeNet-5 is another network than the setting's student."""
        found = super().columns(target)
        return found | (lenet_columns(self.lenet_widths) if self.lenet else {})

    def teacher_network(self, setting: Setting) -> Network:
        """The teacher's."""
        return setting.teacher.network if setting.teacher else LeNet5()

    def teacher_products(self, setting: Setting) -> int:
        """Multiplications for one object in the teacher.

        Those of LeNet-5s, which are run seed by seed, count five times: as long do they take.
        """
        target, network = setting.target, self.teacher_network(setting)
        return (5 if self.lenet else 1) * multiply_adds(network, target.shape, target.outputs)

    def new_students(self, trials: Sequence[Trial], device: torch.device) -> Stack:
        """The students of these trials, untrained."""
        if not self.lenet:
            return new_students(trials, device)
        models = [
            LeNet(self.lenet_widths, generator("init/student", trial.seed)) for trial in trials
        ]
        return Stack(models, [t.setting.schedule.learning_rate for t in trials], device)


@dataclass
class Teachers:
    """Each seed's teacher, which reads flat objects, with its logits on that seed's Small.

    logits_on_small: [N, n, C], of what is not held out of it.
    """

    networks: Sequence[nn.Module]
    logits_on_small: Tensor


def get_teachers(run: MethodRun, workshop: Workshop) -> Teachers:
    """Each seed's teacher, ready to use; its facts go to the records."""
    if run.setting.teacher is None:
        return _train_lenets(run)
    networks, on_small = [], []
    for trial, facts in zip(run.trials, run.facts, strict=True):
        artifact = logits_for(trial)
        assert artifact
        saved = workshop.get_or_make(artifact)
        networks.append(workshop.teacher(artifact.teacher))
        on_small.append(saved.tensors[LOGITS][0][run.small(trial.seed).learn])
        facts |= {name: value for name, value in saved.facts.items() if isinstance(value, float)}
    return Teachers(networks, torch.stack(on_small).to(run.device))


def _train_lenets(run: MethodRun) -> Teachers:
    networks = train_lenets(run)
    for place, (facts, network) in enumerate(zip(run.facts, networks, strict=True)):
        right = [(network(x).argmax(-1) == y).float().mean() for x, y in run.blocks_of(place)]
        facts["teacher/test_accuracy"] = float(torch.stack(right).mean())
    x, _ = run.split("Small").all()
    logits = torch.stack([f(mine) for f, mine in zip(networks, x, strict=True)])
    return Teachers(networks, logits)


class WithSmall:
    """The setting's objective on batches of Small, to be added to a data-free student's loss."""

    def __init__(self, run: MethodRun, teachers: Teachers, size: int) -> None:
        self.split, self.objective = run.split("Small"), run.setting.objective
        self.numbers = numbers_of(run)
        _, labels = self.split.all()
        self.taught = self.objective.prepare(teachers.logits_on_small, labels, self.numbers)
        self.places = endless(len(self.split), size, generators("order/student", run.seeds))

    def loss(self, student: Stack) -> Tensor:
        """Each student's loss on the next batch: [N]."""
        places = next(self.places)
        x, y = self.split.at(places)
        outputs, taught = student(x), own_rows(self.taught, places)
        if not self.objective.any_layout:
            outputs = outputs.contiguous()
        return self.objective.loss(Answers(outputs), Answers(taught), y, self.numbers).loss


def new_students(trials: Sequence[Trial], device: torch.device) -> Stack:
    """The students of these trials, untrained, as the study initialises them."""
    return Stack(
        [Mlp(sizes_of(trial.setting), generator("init/student", trial.seed)) for trial in trials],
        [trial.setting.schedule.learning_rate for trial in trials],
        device,
    )
