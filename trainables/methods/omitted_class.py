"""The omitted class: a student can know a class that it never saw (Hinton et al. 2015, §3).

The student learns a teacher's soft answers on all objects but those of one class (the paper's were
the 3s among digits). What the teacher says of the others tells it about that class, but it expects
none: its bias for the class is too low, and adding one constant to that bias mends it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from trainables.artifacts.workshop import Workshop
from trainables.checks import check_whole
from trainables.data.domain import Domain
from trainables.data.task import Classes
from trainables.distillation.requirements import logits_for
from trainables.errors import BadInputError
from trainables.methods.batches import generators, own_rows
from trainables.methods.data_free.teacher_alone import new_students
from trainables.methods.method import TrainableMethod, sizes_of
from trainables.methods.method_run import MethodRun, perceptrons
from trainables.methods.taught import check_taught, numbers_of
from trainables.networks.perceptron import weight_count
from trainables.networks.stack import Report, Stack
from trainables.networks.stacking.rows import batches, shuffled
from trainables.objectives.losses import soft_cross_entropy
from trainables.objectives.objective import TEMPERATURE, Objective
from trainables.results import TrialResult
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial
from trainables.teacher import Teacher

BLOCK = 10_000  # objects that a teacher is evaluated on at a time
STEPS = tuple(step / 4 for step in range(41))  # constants tried: 0 to 10


def best_bias(logits: Tensor, labels: Tensor, omitted: int) -> float:
    """The constant for the omitted class's logit that makes most answers right; the least such.

    logits [n, C], labels int64 [n].
    """
    right = []
    for constant in STEPS:
        shifted = logits.clone()
        shifted[:, omitted] += constant
        right.append(int((shifted.argmax(1) == labels).sum()))
    return STEPS[right.index(max(right))]


def _part(report: Report, done: int, parts: int) -> Report:
    """Reports of a part of the work, after so many parts, as reports of all."""
    return lambda share: report((done + share) / parts)


@dataclass(frozen=True, kw_only=True)
class OmittedClass(TrainableMethod):
    """The transfer set is Big without the class `omitted`; the constant is chosen on Small.

    (The paper chose the constant on the test set.) The temperature is that of the setting's
    objective; its teacher is one of the target.
    """

    name: ClassVar[str] = "omitted_class"
    small_may_be: ClassVar[tuple[bool, ...]] = (False,)
    omitted: int = 3

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole(self, "omitted", at_least=0)

    @property
    def asks_teacher(self) -> bool:
        """One of the target."""
        return True

    def check(self, target: Domain, teacher: Teacher | None, objective: Objective) -> None:
        """There is such a class, and a teacher that knows it."""
        check_taught(self.name, teacher, objective)
        if self.omitted >= target.outputs:
            raise BadInputError(
                f"OmittedClass.omitted is {self.omitted}: give a class of {target.name}, 0 to "
                f"{target.outputs - 1}"
            )
        if teacher and teacher.domain != target:
            raise BadInputError(
                f"{self.name} learns from a teacher that knows {target.name}, and given was one "
                f"of {teacher.domain.name}: give Teacher(domain=...) the student's domain"
            )

    def knowledge(self, target: Domain) -> str:
        """The teacher's answers."""
        name = target.name
        return f"a teacher of {name}, unlabelled {name}-Big without {self._class_of(target)}s"

    def labels(self, target: Domain) -> int:
        """Those that the constant is chosen by."""
        return target.split_sizes["Small"]

    def _class_of(self, target: Domain) -> str:
        return target.task.names[self.omitted] if isinstance(target.task, Classes) else ""

    def work(self, setting: Setting) -> float:
        """Work of the students; the teacher is an artifact, counted by itself."""
        objects = setting.target.split_sizes["Big"] * setting.schedule.epochs
        return 12 * weight_count(sizes_of(setting)) * objects / 1e9

    def train(
        self, trials: Sequence[Trial], workshop: Workshop, report: Report
    ) -> list[TrialResult]:
        """Seed by seed, for their transfer sets may differ in size.

        The curve is of the student as trained, without the constant.
        """
        results = []
        for done, trial in enumerate(trials):
            results.append(self._train(trial, workshop, _part(report, done, len(trials))))
        return results

    def _train(self, trial: Trial, workshop: Workshop, report: Report) -> TrialResult:
        setting, device = trial.setting, workshop.device
        schedule = setting.schedule
        run = MethodRun([trial], report, workshop, schedule.epochs)
        places, soft = self._transfer_set(run), self._answers(run, workshop)
        big, size = run.split("Big"), places.shape[1]
        student = new_students(run.trials, device)
        temperature = numbers_of(run)[TEMPERATURE]
        squared = setting.objective.numbers()[TEMPERATURE] ** 2
        orders = generators("order/student", run.seeds)
        for _ in range(schedule.epochs):
            total = torch.zeros(1, device=device)
            for batch in batches(shuffled(size, orders).to(device), schedule.batch_size):
                mine = places.gather(1, batch)
                x, _ = big.at(mine)
                loss = soft_cross_entropy(student(x), own_rows(soft, mine), temperature)
                student.step(loss * squared)
                total += loss.detach() * batch.shape[1]
            run.epoch(perceptrons(student), total / size)
        if run.reported:
            self._correct(run, student)
        (result,) = run.results(perceptrons(student), student)
        return result

    def _transfer_set(self, run: MethodRun) -> Tensor:
        """Places in Big of objects of other classes, [1, n].

        Not all of them: as many as there would be if Big had all that Train has of the class. So
        every seed has equally many, where they all split one Train.
        Raises ValueError where none is left.
        """
        big, train = run.split("Big"), run.split("Train")
        places = (big.labels[big.rows[0]] != self.omitted).nonzero().flatten()
        size = len(big) - int((train.labels[train.rows] == self.omitted).sum())
        if size < 1:
            raise ValueError(f"without the class {self.omitted} too little is left of Big")
        return places[None, :size]

    def _answers(self, run: MethodRun, workshop: Workshop) -> Tensor:
        """The seed's teacher on all of Big: logits [1, n, C]."""
        logits = logits_for(run.trials[0])
        assert logits
        teacher, made = workshop.teacher(logits.teacher), workshop.get_or_make(logits.teacher)
        run.fact("teacher/test_accuracy", [made.facts["test_accuracy"]])
        run.fact("teacher/seconds", [made.facts["seconds"]])
        big = run.split("Big")
        blocks = torch.arange(len(big))[None].split(BLOCK, 1)
        return torch.cat([teacher(big.at(places)[0][0]) for places in blocks])[None]

    @torch.no_grad()
    def _correct(self, run: MethodRun, student: Stack) -> None:
        """What the constant that Small chooses does to the test set."""
        x, y = run.split("Small").all()
        constants = [best_bias(*one, self.omitted) for one in zip(student(x), y, strict=True)]
        inputs = torch.cat([x for x, _ in run.blocks], -2)
        labels = torch.cat([y for _, y in run.blocks], -1)
        logits, omitted = perceptrons(student)(inputs), (labels == self.omitted).float()
        for name in ("", "corrected/"):
            right = (logits.argmax(-1) == labels).float()
            of_omitted = (right * omitted).sum(-1) / omitted.sum(-1)
            run.fact(f"{name}omitted_test_accuracy", of_omitted)
            run.fact(f"{name}all_test_accuracy", right.mean(1))
            logits[..., self.omitted] += torch.tensor(constants, device=run.device)[:, None]
        run.fact("corrected/constant", constants)
