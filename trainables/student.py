"""The student trainable: cohorts of students, each with its own λ, T, rate, seed and order."""

import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from trainables.datasets import load
from trainables.evaluation import SharedSet, own_quality
from trainables.losses import Terms, distillation_loss
from trainables.member import Member, TrialResult, members_of, results_of
from trainables.models import Perceptron
from trainables.pruning import dropped, rung_epochs
from trainables.randomness import generator
from trainables.recipes import TARGET
from trainables.settings import Trial
from trainables.stack import (
    Report,
    Stack,
    batches,
    gather_inputs,
    shuffled,
    stack_equal,
)
from trainables.workshop import Workshop

QUALITIES = ("accuracy", "cross_entropy")


def shape(trial: Trial) -> tuple[Any, ...]:
    """Trials of equal shape can be one cohort; λ, T, rate and seed are free."""
    setting = trial.setting
    schedule = setting.schedule
    return (
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
    """Train trials of one shape as one stack; results in the order of the trials.

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
    """The trained members with their histories, and their stack: those that were not pruned."""
    members = members_of(trials, workshop)
    members.sort(key=lambda member: member.setting.schedule.learning_rate)  # see Stack
    training = _Training(members, workshop.device)
    attempts = 1 + max(trial.attempt for trial in trials)
    training.run(attempts, report)
    return members, training.stack


class _Training:
    """A cohort in training; `members` are those still in the stack, in its order."""

    def __init__(self, members: Sequence[Member], device: torch.device) -> None:
        self.members, self.device = list(members), device
        self.schedule = members[0].setting.schedule
        self.rule = members[0].setting.rule
        settings = [member.setting for member in members]
        self.stack = Stack(
            [
                Perceptron(s.student_sizes, generator("init/student", m.seed))
                for s, m in zip(settings, members, strict=True)
            ],
            [s.schedule.learning_rate for s in settings],
            device,
        )
        self.weights = torch.tensor([s.loss_weights for s in settings], device=device)
        self.temperatures = torch.tensor([s.temperature for s in settings], device=device)
        self.pixels = [m.split.pixels[m.parts.learn].to(device) for m in members]
        self.labels = stack_equal([m.split.labels[m.parts.learn] for m in members], device)
        self.orders = [generator("order/student", m.seed) for m in members]
        self.evaluation = _Evaluation(self.members, device)

    def run(self, attempts: int, report: Report) -> None:
        """All epochs of all attempts."""
        epochs = self.schedule.epochs
        pruning = self.rule.pruning if self.rule else None
        rungs = rung_epochs(pruning, epochs) if pruning else []
        for epoch in range(attempts * epochs):
            if epoch and epoch % epochs == 0:
                self.stack.renew_optimiser()  # a further attempt: Adam anew, the network as it is
            self._train_epoch(epoch)
            ended = (epoch + 1) % epochs == 0
            self.evaluation.note(self.stack, self.members, ended)
            if epoch + 1 in rungs:
                self._prune(epoch + 1)
            report((epoch + 1) / (attempts * epochs))

    def _train_epoch(self, epoch: int) -> None:
        order = shuffled(self.labels.shape[1], self.orders).to(self.device)
        soft_targets = stack_equal([m.soft_targets(epoch) for m in self.members], self.device)
        total = torch.zeros(3, len(self.members), device=self.device)
        for rows in batches(order, self.schedule.batch_size):
            terms = distillation_loss(
                self.stack(gather_inputs(self.pixels, rows)),
                _picked(soft_targets, rows),
                self.labels.gather(1, rows),
                self.weights,
                self.temperatures,
            )
            self.stack.step(terms.loss)
            total += torch.stack(terms).detach() * rows.shape[1]
        _note(self.members, "train", Terms._fields, (total / self.labels.shape[1]).cpu())

    def _prune(self, epoch: int) -> None:
        """Drop what its rule's pruning drops; the stack goes on without it."""
        assert self.rule
        assert self.rule.pruning
        scores: dict[str, list[float]] = {}
        for member in self.members:
            mine = scores.setdefault(member.setting.key, [])
            mine.append(member.history[self.rule.metric][-1])
        reasons = dropped(scores, self.rule.pruning, higher_is_better=self.rule.higher_is_better)
        for member in self.members:
            if reason := reasons.get(member.setting.key):
                member.pruned = f"after {epoch} epochs: {reason}"
        if reasons:
            self._keep([place for place, m in enumerate(self.members) if m.pruned is None])

    def _keep(self, places: list[int]) -> None:
        rows = torch.tensor(places, device=self.device)
        self.members = [self.members[place] for place in places]
        self.pixels = [self.pixels[place] for place in places]
        self.orders = [self.orders[place] for place in places]
        self.weights, self.temperatures = self.weights[rows], self.temperatures[rows]
        self.labels = self.labels[rows]
        self.stack.keep(places)
        self.evaluation.keep(rows)


def _picked(targets: Tensor, rows: Tensor) -> Tensor:
    """Targets [N, n, 10], rows [N, B] → [N, B, 10]."""
    return targets.gather(1, rows.unsqueeze(-1).expand(-1, -1, targets.shape[-1]))


@lru_cache(maxsize=1)
def _test_set(device: torch.device) -> SharedSet:
    test = load(TARGET).test
    return SharedSet(test.inputs(), test.labels, device)


class _Evaluation:
    """Held-out objects (each member its own), and the test set where the setting may read it."""

    def __init__(self, members: Sequence[Member], device: torch.device) -> None:
        self.rule = members[0].setting.rule
        self.test = _test_set(device) if members[0].setting.reads_test else None
        kept = [m.split[m.parts.validate] for m in members]
        self.own = stack_equal([images.inputs() for images in kept], device)
        self.own_labels = stack_equal([images.labels for images in kept], device)

    def keep(self, rows: Tensor) -> None:
        """Only these members are left."""
        self.own, self.own_labels = self.own[rows], self.own_labels[rows]

    def note(self, stack: Stack, members: Sequence[Member], ended: bool) -> None:
        """Append this epoch's accuracy and cross-entropy to every member's history.

        ended: this was an attempt's last epoch.
        """
        if self.own_labels.shape[1]:
            own = own_quality(stack, self.own, self.own_labels)
            _note(members, "validation", QUALITIES, torch.stack(own).cpu())
        if self.test is None or (self.rule and not ended):
            return
        group = "oracle" if self.rule else "test"
        _note(members, group, QUALITIES, torch.stack(self.test.quality(stack)).cpu())
        if ended and not self.rule:
            for member, reliability in zip(members, self.test.reliability(stack), strict=True):
                member.reliability.append(reliability)


def _note(members: Sequence[Member], group: str, names: Sequence[str], values: Tensor) -> None:
    """Values [len(names), N]: one row a metric."""
    for name, row in zip(names, values.tolist(), strict=True):
        for member, value in zip(members, row, strict=True):
            member.history[f"{group}/{name}"].append(value)
