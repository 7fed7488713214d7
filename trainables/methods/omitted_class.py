"""The omitted class: a student can know a digit that it never saw (Hinton et al. 2015, §3).

The student learns a teacher's soft answers on MNIST without any 3. What the teacher says of other
digits tells it about threes, but it expects none: its bias for them is too low, and adding one
constant to that bias mends it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from trainables.artifacts.workshop import Workshop
from trainables.checks import check_choice
from trainables.data.domains import IMAGE_SPLITS, MNIST
from trainables.distillation.requirements import logits_for
from trainables.errors import BadInputError
from trainables.methods.batches import SplitBatches, generators
from trainables.methods.data_free.teacher_alone import new_students
from trainables.methods.method import TrainableMethod
from trainables.methods.method_run import MethodRun, perceptrons
from trainables.networks.perceptron import weight_count
from trainables.networks.stack import Report, Stack, batches, shuffled
from trainables.objectives.losses import soft_cross_entropy
from trainables.results import TrialResult
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial

BLOCK = 10_000  # objects that a teacher is evaluated on at a time
STEPS = tuple(step / 4 for step in range(41))  # constants tried: 0 to 10


def best_bias(logits: Tensor, labels: Tensor, omitted: int) -> float:
    """The constant for the omitted class's logit that makes most answers right; the least such.

    logits [n, 10], labels int64 [n].
    """
    right = []
    for constant in STEPS:
        shifted = logits.clone()
        shifted[:, omitted] += constant
        right.append(int((shifted.argmax(1) == labels).sum()))
    return STEPS[right.index(max(right))]


@dataclass(frozen=True, kw_only=True)
class OmittedClass(TrainableMethod):
    """The transfer set is MNIST-Big without `omitted`; the constant is chosen on MNIST-Small.

    (The paper chose the constant on the test set.) The setting's temperature is that of the soft
    targets; its teacher is one of MNIST.
    """

    name: ClassVar[str] = "omitted_class"
    domain: str = MNIST
    omitted: int = 3

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice(self, "domain", (MNIST,))
        if self.omitted not in range(10):
            raise BadInputError(f"OmittedClass.omitted is {self.omitted}: give a class, 0 to 9")

    @property
    def asks_teacher(self) -> bool:
        """One of MNIST."""
        return True

    @property
    def knowledge(self) -> str:
        """The teacher's answers."""
        return f"a teacher of MNIST, unlabelled MNIST-Big without {self.omitted}s"

    @property
    def labels(self) -> int:
        """Those that the constant is chosen by."""
        return IMAGE_SPLITS["Small"]

    def work(self, setting: Setting) -> float:
        """Work of the students; the teacher is an artifact, counted by itself."""
        objects = IMAGE_SPLITS["Big"] * setting.schedule.epochs
        return 12 * weight_count(self.student_sizes) * objects / 1e9

    def train(
        self, trials: Sequence[Trial], workshop: Workshop, report: Report
    ) -> list[TrialResult]:
        """The seeds as one stack; the curve is of the student as trained, without the constant."""
        setting, device = trials[0].setting, workshop.device
        schedule = setting.schedule
        run = MethodRun(trials, report, device, schedule.epochs)
        seeds = run.seeds
        big = SplitBatches(MNIST, "Big", seeds, device)
        kept = [(big.labels[rows] != self.omitted).nonzero().flatten() for rows in big.rows]
        size = len(big) - int((big.labels == self.omitted).sum())  # as many, whatever the seed
        places = torch.stack([mine[:size] for mine in kept])
        soft = self._answers(run, workshop, big)
        student = new_students(trials, self.student_sizes, device)
        temperature = torch.full((len(trials),), setting.temperature, device=device)
        orders = generators("order/student", seeds)
        for _ in range(schedule.epochs):
            total = torch.zeros(len(trials), device=device)
            for batch in batches(shuffled(size, orders).to(device), schedule.batch_size):
                mine = places.gather(1, batch)
                x, _ = big.at(mine)
                targets = soft.gather(1, mine.unsqueeze(-1).expand(-1, -1, 10))
                loss = soft_cross_entropy(student(x), targets, temperature)
                student.step(loss * setting.temperature**2)
                total += loss.detach() * batch.shape[1]
            run.epoch(perceptrons(student), total / size)
        self._correct(run, student)
        return run.results(perceptrons(student))

    def _answers(self, run: MethodRun, workshop: Workshop, big: SplitBatches) -> Tensor:
        """Each seed's teacher on all of Big: logits [N, n, 10]."""
        found = []
        for rows, trial, facts in zip(big.rows, run.trials, run.facts, strict=True):
            logits = logits_for(trial)
            assert logits
            teacher, made = workshop.teacher(logits.teacher), workshop.get_or_make(logits.teacher)
            facts["teacher/test_accuracy"] = made.facts["test_accuracy"]
            facts["teacher/seconds"] = made.facts["seconds"]
            found.append(
                torch.cat([teacher(big.pixels[r].float() / 255) for r in rows.split(BLOCK)])
            )
        return torch.stack(found)

    @torch.no_grad()
    def _correct(self, run: MethodRun, student: Stack) -> None:
        """What the constant that Small chooses does to the test set."""
        small = SplitBatches(MNIST, "Small", run.seeds, run.device)
        x, y = small.at(torch.arange(len(small)).expand(len(run.seeds), -1))
        constants = [best_bias(*one, self.omitted) for one in zip(student(x), y, strict=True)]
        inputs, labels = (torch.cat(part) for part in zip(*run.test, strict=True))
        logits, omitted = perceptrons(student)(inputs), labels == self.omitted
        for name in ("", "corrected/"):
            right = (logits.argmax(-1) == labels).float()
            run.fact(f"{name}omitted_test_accuracy", right[:, omitted].mean(1))
            run.fact(f"{name}all_test_accuracy", right.mean(1))
            logits[..., self.omitted] += torch.tensor(constants, device=run.device)[:, None]
        run.fact("corrected/constant", constants)
