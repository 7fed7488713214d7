"""Training of students: cohorts as one stack, each member with its own λ, T, rate and seed."""

import math
import time
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from trainables.artifacts.workshop import Workshop
from trainables.distillation.evaluation import Evaluation
from trainables.distillation.member import Member, members_of, results_of
from trainables.distillation.population import Changes
from trainables.distillation.pruning import dropped, scores_of
from trainables.distillation.requirements import selects_first
from trainables.distillation.selected_epochs import train_selected
from trainables.distillation.student_stack import StudentStack
from trainables.networks.stack import Report, Stack
from trainables.networks.stacking.replayed import Replayed
from trainables.networks.stacking.rows import batches, shuffled
from trainables.objectives.answers import OUTPUTS, Answers
from trainables.objectives.losses import Terms
from trainables.results import TrialResult
from trainables.settings.trial import Trial

GATHERED = 16  # batches gathered in one call: fewer calls, and no whole epoch in memory


def student_cohort_key(trial: Trial) -> tuple[Any, ...]:
    """Trials of equal cohort key can be one cohort.

    Link, rate, weight decay, seed and the numbers of the objective (λ, T) are free, and so is
    how they change.
    """
    setting = trial.setting
    return (
        setting.target,
        setting.student,
        setting.student_split,
        setting.training_objects,
        setting.objective.shape,
        setting.schedule.shared,
        setting.protocol,
        setting.rule.as_trained if setting.rule else None,
    )


def train_students(
    trials: Sequence[Trial], workshop: Workshop, report: Report
) -> list[TrialResult]:
    """Train trials of one cohort key as one stack; results in the order of the trials.

    A member whose loss stops being finite is a failed trial, with epoch and reason; the others
    are not touched by it.
    """
    if selects_first(trials[0]):
        return train_selected(
            trials, lambda mine, said: train_students(mine, workshop, said), report
        )
    started = time.perf_counter()
    members, stack = fit(trials, workshop, report)
    if not trials[0].setting.rule:
        for place, member in enumerate(members):
            last = max(member.trials, key=lambda trial: trial.attempt)
            workshop.keep(last.key, stack.member(place))
    seconds = (time.perf_counter() - started) / len(members)
    order = {trial.key: place for place, trial in enumerate(trials)}
    results = results_of(members, seconds, workshop.device)
    return sorted(results, key=lambda result: order[result.trial.key])


def fit(trials: Sequence[Trial], workshop: Workshop, report: Report) -> tuple[list[Member], Stack]:
    """The trained members with their histories, and the stack of those that were not pruned."""
    students = StudentStack(members_of(trials, workshop), workshop.device)
    members = students.members
    attempts = 1 + max(trial.attempt for trial in trials)
    asked = dict.fromkeys(trial.setting.key for trial in trials)
    _Training(students, list(asked)).run(attempts, report)
    return members, students.stack


class _Training:
    """The epochs of a cohort: what is done in one, and after it.

    asked: the keys of its settings, in the order in which they were asked for.
    """

    def __init__(self, students: StudentStack, asked: Sequence[str]) -> None:
        self.students, self.evaluation, self.asked = students, Evaluation(students), asked
        self.changes = Changes(students, asked)
        setting = students.members[0].setting
        self.schedule, self.rule = setting.schedule, setting.rule
        self.steps = self.schedule.steps(setting.training_objects)
        self.total = self._no_total()
        self.features = (OUTPUTS, *students.objective.teacher_features)
        self.step = Replayed(
            self._step,
            students.device,
            static=students.is_static,
            version=lambda: students.version,
        )

    def run(self, attempts: int, report: Report) -> None:
        """All epochs of all attempts."""
        epochs = self.schedule.epochs
        pruning = self.rule.pruning if self.rule else None
        rungs = pruning.rung_epochs(epochs) if pruning else []
        for epoch in range(attempts * epochs):
            if epoch and epoch % epochs == 0:
                # A further attempt: the optimiser anew, the network as it is.
                self.students.renew_optimiser()
            self._train_epoch(epoch)
            self.evaluation.validate()
            if epoch % epochs in self.schedule.measured_epochs:
                self.evaluation.test(ended=(epoch + 1) % epochs == 0)
            if epoch + 1 in rungs:
                self._prune(epoch + 1)
            self.changes.after(epoch + 1)
            report((epoch + 1) / (attempts * epochs))

    def _train_epoch(self, epoch: int) -> None:
        """One pass over the objects, batch by batch; its mean loss and terms go to the curves."""
        students, labels = self.students, self.students.labels
        shares, device, size = students.shares, students.device, self.schedule.batch_size
        order = shuffled(len(labels[0]), [share.order for share in shares]).to(device)
        taught = self._teacher(epoch)
        if self.total.shape[1] != len(students):
            self.total = self._no_total()
        self.total.zero_()
        step = epoch % self.schedule.epochs * math.ceil(order.shape[1] / size)
        for rows in batches(order, GATHERED * size):
            x, y = students.gather(rows), students.shared_rows(labels, rows)
            soft = [students.own_rows(taught[name], rows) for name in self.features]
            parts = [values.split(size, 1) for values in (x, y, *soft)]
            for batch in zip(*parts, strict=True):
                students.set_rate_factor(self.schedule.rate_factor(step, self.steps))
                self.step(*batch)
                step += 1
        students.note("train", Terms._fields, (self.total / order.shape[1]).cpu())

    def _no_total(self) -> Tensor:
        return torch.zeros(3, len(self.students), device=self.students.device)

    def _step(self, x: Tensor, y: Tensor, *taught: Tensor) -> None:
        """One step on a batch: what shares see, labels, and what teachers say, by member."""
        students, said = self.students, dict(zip(self.features, taught, strict=True))
        teacher = Answers(said.pop(OUTPUTS), said)
        terms = students.objective.loss(students.answers(x), teacher, y, students.numbers)
        students.step(terms.loss)
        self.total += torch.stack(terms).detach() * y.shape[1]

    def _teacher(self, epoch: int) -> dict[str, Tensor]:
        """What the teacher says of all objects in this epoch, by name, each [N, n, ...]."""
        students, objective = self.students, self.students.objective
        taught = {name: students.taught(name, epoch) for name in self.features}
        labels = students.by_member(torch.stack(students.labels))
        taught[OUTPUTS] = objective.prepare(taught[OUTPUTS], labels, students.numbers)
        return taught

    def _prune(self, epoch: int) -> None:
        """Drop what its rule's pruning drops; the stack goes on without it."""
        assert self.rule
        assert self.rule.pruning
        members = self.students.members
        scores = scores_of(members, self.rule.metric, self.asked)
        reasons = dropped(scores, self.rule.pruning, higher_is_better=self.rule.higher_is_better)
        for member in members:
            if reason := reasons.get(member.setting.key):
                member.pruned = f"after {epoch} epochs: {reason}"
        if reasons:
            self.students.keep([place for place, m in enumerate(members) if m.pruned is None])
