"""The student trainable: cohorts of students, each with its own λ, T, rate, seed and order."""

import time
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from trainables.artifacts.workshop import Workshop
from trainables.data.datasets import load
from trainables.data.domains import FASHION_MNIST
from trainables.distillation.member import Member, members_of, results_of
from trainables.distillation.pruning import dropped, rung_epochs
from trainables.networks.perceptron import Perceptron
from trainables.networks.stack import (
    Report,
    Stack,
    batches,
    gather_inputs,
    shuffled,
    stack_equal,
)
from trainables.objectives.losses import Terms
from trainables.objectives.metrics import SharedSet, own_quality
from trainables.objectives.tasks import task_of
from trainables.randomness import generator
from trainables.results import TrialResult
from trainables.settings.trial import Trial

GATHERED = 16  # batches gathered at a time


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
    members = sorted(members_of(trials, workshop), key=_place)
    training = _Training(members, workshop.device)
    attempts = 1 + max(trial.attempt for trial in trials)
    training.run(attempts, report)
    return members, training.stack


def _place(member: Member) -> tuple[int, int, float]:
    """Where a member stands in its stack: beside those that see what it sees (Stack.shared)."""
    return member.seed, member.part, member.setting.schedule.learning_rate


class _Share:
    """What the members of one seed and part have in common: objects, and the order of them."""

    def __init__(self, member: Member, device: torch.device) -> None:
        self.seen = member.seed, member.part
        split, parts = member.split, member.parts
        self.pixels = split.pixels[parts.learn].to(device)
        self.labels = split.labels[parts.learn].to(device)
        self.order = generator("order/student", member.seed)
        kept = split[parts.validate]
        self.own = kept.inputs().to(device), kept.labels.to(device)
        test = member.test
        self.test = (test.inputs().to(device), test.labels.to(device)) if test else None


class _Training:
    """A cohort in training; `members` are those still in the stack, in its order.

    Members of one share stand side by side; sizes: how many of each.
    """

    def __init__(self, members: Sequence[Member], device: torch.device) -> None:
        self.members, self.device = list(members), device
        self.schedule = members[0].setting.schedule
        self.rule = members[0].setting.rule
        self.domain = members[0].setting.domain
        self.task = task_of(self.domain, broadcast=members[0].setting.broadcast)
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
        first = {(m.seed, m.part): m for m in reversed(members)}
        self.shares = [_Share(first[seen], device) for seen in self._seen()]
        self.reads_test = members[0].setting.reads_test
        shared = self.reads_test and members[0].test is None
        self.test = _test_set(device) if shared else None

    def _seen(self) -> dict[tuple[int, int], int]:
        """Seed and part of each share, and how many members it has."""
        return Counter((m.seed, m.part) for m in self.members)

    @property
    def sizes(self) -> list[int]:
        """Members of each share."""
        return list(self._seen().values())

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
            self._validate()
            if epoch % epochs in self.schedule.measured_epochs:
                self._test(ended)
            if epoch + 1 in rungs:
                self._prune(epoch + 1)
            report((epoch + 1) / (attempts * epochs))

    def _train_epoch(self, epoch: int) -> None:
        size, labels = self.schedule.batch_size, [share.labels for share in self.shares]
        order = shuffled(len(labels[0]), [share.order for share in self.shares]).to(self.device)
        logits = stack_equal([m.soft_targets(epoch) for m in self.members], self.device)
        soft_targets = self.task.soft_targets(logits, self.temperatures)
        total = torch.zeros(3, len(self.members), device=self.device)
        for rows in batches(order, GATHERED * size):
            x = gather_inputs([share.pixels for share in self.shares], rows)
            q, y = self._picked(soft_targets, rows), self._of_members(labels, rows)
            for a, b, c in zip(*(each.split(size, 1) for each in (x, q, y)), strict=True):
                answers = self.stack.shared(a, self.sizes)
                terms = self.task.distillation(answers, b, c, self.weights, self.temperatures)
                self.stack.step(terms.loss)
                total += torch.stack(terms).detach() * c.shape[1]
        _note(self.members, "train", Terms._fields, (total / order.shape[1]).cpu())

    def _picked(self, targets: Tensor, rows: Tensor) -> Tensor:
        """Of the members' targets [N, n, C] their shares' rows [G, B]: [N, B, C]."""
        groups = zip(targets.split(self.sizes), rows, strict=True)
        return torch.cat([mine.index_select(1, each) for mine, each in groups])

    def _of_members(self, values: Sequence[Tensor], rows: Tensor) -> Tensor:
        """Rows [G, B] of each share's values, for its members: [N, B]."""
        picked = torch.stack([mine[each] for mine, each in zip(values, rows, strict=True)])
        return picked.repeat_interleave(torch.tensor(self.sizes, device=self.device), 0)

    def _validate(self) -> None:
        """Append the quality on what is held out, each member its own."""
        if len(self.shares[0].own[1]):
            self._note_quality("validation", self._own_quality([s.own for s in self.shares]))

    def _own_quality(self, own: Sequence[tuple[Tensor, Tensor]]) -> tuple[Tensor, ...]:
        """Of objects that each share has of its own: inputs [n, D] and labels [n]."""
        sizes = torch.tensor(self.sizes, device=self.device)
        inputs, labels = (torch.stack(parts) for parts in zip(*own, strict=True))
        labels = labels.repeat_interleave(sizes, 0)
        return own_quality(self.stack, inputs, labels, self.sizes, self.task.quality)

    def _note_quality(self, group: str, found: Sequence[Tensor]) -> None:
        """Append each measure of the target to the histories, in the target's own unit."""
        units = torch.tensor([member.unit for member in self.members], device=self.device)
        measures = zip(self.domain.measures, found, strict=True)
        values = torch.stack([value * units**measure.power for measure, value in measures])
        _note(self.members, group, [m.name for m in self.domain.measures], values.cpu())

    def _test(self, ended: bool) -> None:
        """Append the quality on the test set, where the setting may read it.

        ended: this was an attempt's last epoch.
        """
        if not self.reads_test or (self.rule and not ended):
            return
        group = "oracle" if self.rule else "test"
        if self.test is None:  # each seed has one of its own
            self._note_quality(group, self._own_quality([s.test for s in self.shares if s.test]))
            return
        self._note_quality(group, self.test.quality(self.stack))
        if ended and not self.rule:
            answers = self.test.reliability(self.stack)
            for member, reliability in zip(self.members, answers, strict=True):
                member.reliability.append(reliability)

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
        self.weights, self.temperatures = self.weights[rows], self.temperatures[rows]
        self.stack.keep(places)
        left = self._seen()
        self.shares = [share for share in self.shares if share.seen in left]


@lru_cache(maxsize=1)
def _test_set(device: torch.device) -> SharedSet:
    test = load(FASHION_MNIST).test
    return SharedSet(test.inputs(), test.labels, device)


def _note(members: Sequence[Member], group: str, names: Sequence[str], values: Tensor) -> None:
    """Values [len(names), N]: one row a metric."""
    for name, row in zip(names, values.tolist(), strict=True):
        for member, value in zip(members, row, strict=True):
            member.history[f"{group}/{name}"].append(value)
