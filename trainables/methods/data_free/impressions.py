"""Impressions: inputs made from a teacher, as artifacts, and the students that learn them.

They are made once, for the student that learns them alone and for the one that learns Small too.
"""

import time
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor, nn

from trainables.artifacts.artifact import Artifact, TeacherArtifact
from trainables.artifacts.store import Saved
from trainables.artifacts.workshop import Workshop
from trainables.checks import check_flag, check_real, check_whole
from trainables.data.domain import Domain
from trainables.distillation.requirements import logits_for
from trainables.identity import identity
from trainables.methods.batches import generators, own_rows
from trainables.methods.data_free.input_optimisation import random_affine
from trainables.methods.data_free.teacher_alone import (
    TeacherAlone,
    Teachers,
    WithSmall,
    get_teachers,
)
from trainables.methods.method import sizes_of
from trainables.methods.method_run import MethodRun, own_inputs
from trainables.methods.taught import numbers_of
from trainables.networks.perceptron import weight_count
from trainables.networks.stack import Report, Stack
from trainables.networks.stacking.rows import batches, shuffled
from trainables.objectives.losses import soft_cross_entropy
from trainables.objectives.objective import TEMPERATURE
from trainables.results import TrialResult
from trainables.schedule import Schedule
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial


@dataclass(frozen=True, kw_only=True)
class FromImpressions(TeacherAlone):
    """Makes inputs from the teacher first; then the student learns its answers on them.

    impressions: how many for each class. steps, rate: of Adam on the inputs, from uniform noise.
    augmented: student and teacher see every impression under a new small rotation, scale and
        shift each time.
    """

    impressions: int = 400
    steps: int = 200
    rate: float = 0.05
    augmented: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole(self, "impressions", at_least=1)
        check_whole(self, "steps", at_least=1)
        check_real(self, "rate", above=0.0)
        check_flag(self, "augmented")

    @abstractmethod
    def make(self, teacher: nn.Module, domain: Domain, seed: int) -> Tensor:
        """A teacher's impressions [n, D].

        domain: the teacher's, whose shape and number of classes they get.
        """

    def steps_of(self, target: Domain, schedule: Schedule) -> int:
        """Batches of impressions."""
        return schedule.steps(target.outputs * self.impressions)

    def artifacts(self, trial: Trial) -> list[Artifact]:
        """The impressions; the same for the student alone and for the one with Small."""
        logits = logits_for(trial)
        if logits is None:  # a LeNet-5 as teacher is no artifact
            return []
        bare = replace(self, small=False, augmented=False)
        return [ImpressionsArtifact(method=bare, teacher=logits.teacher, seed=trial.seed)]

    def making(self, teacher_products: int, classes: int) -> float:
        """GFLOP of all impressions: through the teacher and back, and as much for moving them."""
        return 8 * teacher_products * classes * self.impressions * self.steps / 1e9

    def work(self, setting: Setting) -> float:
        """The student's, the teacher's on augmented inputs, and with LeNet-5 the impressions'."""
        classes = setting.target.outputs
        objects = classes * self.impressions * setting.schedule.epochs
        teacher = self.teacher_products(setting)
        made_here = self.making(teacher, classes) if self.lenet else 0.0
        products = 12 * weight_count(sizes_of(setting)) + 2 * teacher * self.augmented
        return made_here + products * objects / 1e9

    def train(
        self, trials: Sequence[Trial], workshop: Workshop, report: Report
    ) -> list[TrialResult]:
        """Make or find the impressions, seed by seed; then train the students as one stack."""
        run = MethodRun(trials, report, workshop, trials[0].setting.schedule.epochs)
        teachers = get_teachers(run, workshop)
        made = self._impressions(run, teachers, workshop)
        student = learn_impressions(run, teachers, made)
        return run.results(own_inputs(student), student)

    def _impressions(self, run: MethodRun, teachers: Teachers, workshop: Workshop) -> Tensor:
        """The impressions of each seed's teacher: [N, n, D]."""
        if self.lenet:
            return self._made_here(run, teachers)
        found = []
        for trial, facts in zip(run.trials, run.facts, strict=True):
            saved = workshop.get_or_make(*self.artifacts(trial))
            facts["impressions/seconds"] = saved.facts["seconds"]
            found.append(saved.tensors["inputs"])
        run.started = time.perf_counter()  # impressions have seconds of their own
        return torch.stack(found).to(run.device)

    def _made_here(self, run: MethodRun, teachers: Teachers) -> Tensor:
        """The impressions of LeNet-5s, made seed by seed: most of the work."""
        setting, target = run.setting, run.target
        found: list[Tensor] = []
        making = self.making(self.teacher_products(setting), target.outputs)
        run.before = making / self.work(setting)
        for teacher, seed in zip(teachers.networks, run.seeds, strict=True):
            run.report(run.before * len(found) / len(run.seeds))
            found.append(self.make(teacher, target, seed))
        return torch.stack(found)


@dataclass(frozen=True, kw_only=True)
class ImpressionsArtifact(Artifact):
    """The inputs that a method makes from one teacher: float32 [n, D]."""

    kind: ClassVar[str] = "impressions"
    method: FromImpressions
    teacher: TeacherArtifact

    @property
    def needs(self) -> tuple[Artifact, ...]:
        """The teacher."""
        return (self.teacher,)

    @property
    def cohort_key(self) -> str:
        """The method: its impressions are made one by one, but share its cohort."""
        return identity(self.method)


def make_impressions(
    artifacts: Sequence[ImpressionsArtifact], workshop: Workshop, report: Report
) -> list[Saved]:
    """Make the impressions one by one, each with its seconds among the facts."""
    found = []
    for done, artifact in enumerate(artifacts):
        report(done / len(artifacts))
        started, domain = time.perf_counter(), artifact.teacher.domain
        teacher = workshop.teacher(artifact.teacher)
        inputs = artifact.method.make(teacher, domain, artifact.seed)
        seconds = time.perf_counter() - started
        found.append(Saved({"inputs": inputs.cpu()}, {"seconds": seconds}))
    return found


def learn_impressions(run: MethodRun, teachers: Teachers, made: Tensor) -> Stack:
    """Train students on impressions `made` [N, n, D], and on Small where the method says so.

    Their loss is the soft cross-entropy with the teacher at the objective's T, times T².
    """
    trials, device, setting = run.trials, run.device, run.setting
    schedule, method = setting.schedule, setting.method
    assert isinstance(method, FromImpressions)
    answered = _answers(teachers, made)
    student = method.new_students(trials, device)
    beside = WithSmall(run, teachers, schedule.batch_size) if method.small else None
    temperature = numbers_of(run)[TEMPERATURE]
    squared = setting.objective.numbers()[TEMPERATURE] ** 2
    orders = generators("order/impressions", run.seeds)
    poses = generators("pose/impressions", run.seeds)
    objects, shape = made.shape[1], run.target.shape
    for _ in range(schedule.epochs):
        total = torch.zeros(len(trials), device=device)
        for places in batches(shuffled(objects, orders), schedule.batch_size):
            x, soft = own_rows(made, places), own_rows(answered, places)
            if method.augmented:
                x = torch.stack(
                    [random_affine(mine, shape, draw) for mine, draw in zip(x, poses, strict=True)]
                )
                soft = _answers(teachers, x)
            loss = soft_cross_entropy(student(x), soft, temperature) * squared
            total += loss.detach() * places.shape[1]
            student.step(loss + beside.loss(student) if beside else loss)
        run.epoch(own_inputs(student), total / objects)
    return student


def device_of(teacher: nn.Module) -> torch.device:
    """Where a teacher is, and so what it reads."""
    return next(teacher.parameters()).device


@torch.no_grad()
def _answers(teachers: Teachers, seen: Tensor) -> Tensor:
    """Each teacher's logits on its own objects: seen [N, B, D] → [N, B, C]."""
    return torch.stack([f(x) for f, x in zip(teachers.networks, seen, strict=True)])
