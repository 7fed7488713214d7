"""Training of students: cohorts as one stack, each member with its own λ, T, rate and seed."""

import time
from collections.abc import Sequence
from typing import Any

import torch

from trainables.artifacts.workshop import Workshop
from trainables.distillation.evaluation import Evaluation
from trainables.distillation.member import Member, members_of, results_of
from trainables.distillation.pruning import dropped, rung_epochs
from trainables.distillation.student_stack import StudentStack
from trainables.networks.stack import (
    Report,
    Stack,
    batches,
    gather_inputs,
    shuffled,
    stack_equal,
)
from trainables.objectives.losses import Terms
from trainables.objectives.tasks import task_of
from trainables.results import TrialResult
from trainables.settings.trial import Trial

GATHERED = 16  # batches gathered in one call: fewer calls, and no whole epoch in memory


def student_cohort_key(trial: Trial) -> tuple[Any, ...]:
    """Trials of equal cohort key can be one cohort; λ, T, link, rate and seed are free."""
    setting = trial.setting
    schedule = setting.schedule
    return (
        setting.target,
        setting.broadcast,
        setting.student_split,
        setting.training_objects,
        schedule.epochs,
        schedule.batch_size,
        setting.protocol,
        setting.rule,
    )


def train_students(
    trials: Sequence[Trial], workshop: Workshop, report: Report
) -> list[TrialResult]:
    """Train trials of one cohort key as one stack; results in the order of the trials.

    A member whose loss stops being finite is a failed trial, with epoch and reason; the others
    are not touched by it.
    """
    started = time.perf_counter()
    members, _ = fit(trials, workshop, report)
    seconds = (time.perf_counter() - started) / len(members)
    order = {trial.key: place for place, trial in enumerate(trials)}
    results = results_of(members, seconds, workshop.device)
    return sorted(results, key=lambda result: order[result.trial.key])


def fit(trials: Sequence[Trial], workshop: Workshop, report: Report) -> tuple[list[Member], Stack]:
    """The trained members with their histories, and the stack of those that were not pruned."""
    students = StudentStack(members_of(trials, workshop), workshop.device)
    members = students.members
    attempts = 1 + max(trial.attempt for trial in trials)
    _Training(students).run(attempts, report)
    return members, students.stack


class _Training:
    """The epochs of a cohort: what is done in one, and after it."""

    def __init__(self, students: StudentStack) -> None:
        self.students, self.evaluation = students, Evaluation(students)
        setting = students.members[0].setting
        self.schedule, self.rule = setting.schedule, setting.rule
        self.task = task_of(setting.domain, broadcast=setting.broadcast)

    def run(self, attempts: int, report: Report) -> None:
        """All epochs of all attempts."""
        epochs = self.schedule.epochs
        pruning = self.rule.pruning if self.rule else None
        rungs = rung_epochs(pruning, epochs) if pruning else []
        for epoch in range(attempts * epochs):
            if epoch and epoch % epochs == 0:
                # A further attempt: Adam anew, the network as it is.
                self.students.stack.renew_optimiser()
            self._train_epoch(epoch)
            self.evaluation.validate()
            if epoch % epochs in self.schedule.measured_epochs:
                self.evaluation.test(ended=(epoch + 1) % epochs == 0)
            if epoch + 1 in rungs:
                self._prune(epoch + 1)
            report((epoch + 1) / (attempts * epochs))

    def _train_epoch(self, epoch: int) -> None:
        """One pass over the objects, batch by batch; its mean loss and terms go to the curves."""
        students, shares, device = self.students, self.students.shares, self.students.device
        size, labels = self.schedule.batch_size, [share.labels for share in shares]
        order = shuffled(len(labels[0]), [share.order for share in shares]).to(device)
        logits = stack_equal([m.soft_targets(epoch) for m in students.members], device)
        soft_targets = self.task.soft_targets(logits, students.temperatures)
        total = torch.zeros(3, len(students), device=device)
        for rows in batches(order, GATHERED * size):
            x = gather_inputs([share.pixels for share in shares], rows)
            q, y = students.own_rows(soft_targets, rows), students.shared_rows(labels, rows)
            for a, b, c in zip(*(each.split(size, 1) for each in (x, q, y)), strict=True):
                terms = self.task.distillation(
                    students.answers(a), b, c, students.weights, students.temperatures
                )
                students.stack.step(terms.loss)
                total += torch.stack(terms).detach() * c.shape[1]
        students.note("train", Terms._fields, (total / order.shape[1]).cpu())

    def _prune(self, epoch: int) -> None:
        """Drop what its rule's pruning drops; the stack goes on without it."""
        assert self.rule
        assert self.rule.pruning
        members = self.students.members
        scores: dict[str, list[float]] = {}
        for member in members:
            mine = scores.setdefault(member.setting.key, [])
            mine.append(member.history[self.rule.metric][-1])
        reasons = dropped(scores, self.rule.pruning, higher_is_better=self.rule.higher_is_better)
        for member in members:
            if reason := reasons.get(member.setting.key):
                member.pruned = f"after {epoch} epochs: {reason}"
        if reasons:
            self.students.keep([place for place, m in enumerate(members) if m.pruned is None])
