"""The student trainable: cohorts of students, each with its own λ, T, rate, seed and order."""

import math
import os
import platform
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from trainables.artifacts import logits_for
from trainables.calibration import Reliability
from trainables.datasets import HeldOut, Images, hold_out, load, source_split
from trainables.evaluation import SharedSet, integral_criterion, own_quality
from trainables.logits import RELIABILITY
from trainables.losses import Terms, distillation_loss
from trainables.models import Perceptron
from trainables.randomness import generator
from trainables.recipes import TARGET
from trainables.settings import Setting, Trial
from trainables.stack import (
    Report,
    Stack,
    batches,
    gather_inputs,
    shuffled,
    stack_equal,
)
from trainables.workshop import Workshop

History = dict[str, list[float]]


@dataclass
class TrialResult:
    """What a trained student leaves: curves by epoch, facts of its teacher, or why it failed.

    reliability: of the student and, through its link, of its "teacher", on the test set.
    """

    trial: Trial
    history: History
    facts: dict[str, float]
    seconds: float
    reliability: dict[str, Reliability] = field(default_factory=dict)
    failure: str | None = None
    device: str = "cpu"
    worker: str = field(default_factory=lambda: f"{platform.node()}:{os.getpid()}")

    @property
    def final(self) -> dict[str, float]:
        """The last epoch's values, and what sums up the curve and the last answers."""
        last = {name: values[-1] for name, values in self.history.items() if values}
        if self.failure is None:
            curve = self.history["test/cross_entropy"]
            last["test/cross_entropy_integral"] = integral_criterion(curve)
            last["test/calibration_error"] = self.reliability["student"].error
        return last


@dataclass
class Member:
    """One network of the cohort: its data and, under `published`, all attempts made with it."""

    trials: list[Trial]
    split: Images
    parts: HeldOut
    teacher_logits: Tensor | None  # [samples, n, 10] of the objects to learn from
    facts: dict[str, Any]
    reliability: list[Reliability] = field(default_factory=list)  # at the end of each attempt
    history: History = field(default_factory=lambda: defaultdict(list))

    @property
    def setting(self) -> Setting:
        """The setting that its trials share."""
        return self.trials[0].setting

    @property
    def seed(self) -> int:
        """The seed of all its draws."""
        return self.trials[0].network_seed

    def soft_targets(self, epoch: int) -> Tensor:
        """The teacher's logits for an epoch [n, 10]; zeros, of weight zero, without a teacher."""
        if self.teacher_logits is None:
            return torch.zeros(len(self.parts.learn), 10)
        return self.teacher_logits[epoch % len(self.teacher_logits)]


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
    seconds = (time.perf_counter() - started) / len(trials)
    results = [
        _result(member, trial, seconds, workshop.device)
        for member in members
        for trial in member.trials
    ]
    order = {trial.key: place for place, trial in enumerate(trials)}
    return sorted(results, key=lambda result: order[result.trial.key])


def fit(trials: Sequence[Trial], workshop: Workshop, report: Report) -> tuple[list[Member], Stack]:
    """The trained members with their histories, and their stack: a network for each member."""
    members = _members(trials, workshop)
    return members, _train(members, workshop.device, report)


def _members(trials: Sequence[Trial], workshop: Workshop) -> list[Member]:
    networks: dict[tuple[str, int], list[Trial]] = defaultdict(list)
    for trial in trials:
        networks[trial.setting.key, trial.network_seed].append(trial)
    logits: dict[str, tuple[Tensor, dict[str, Any]]] = {}
    splits: dict[int, Images] = {}
    members = []
    for mine in networks.values():
        setting, seed = mine[0].setting, mine[0].network_seed
        split = splits.setdefault(seed, source_split(TARGET, setting.student_split, seed))
        parts = hold_out(len(split), setting.held_out, seed)
        artifact = logits_for(mine[0])
        soft: Tensor | None = None
        facts: dict[str, Any] = {}
        if artifact:
            if artifact.key not in logits:
                saved = workshop.obtain(artifact)
                logits[artifact.key] = (saved.tensors["logits"], saved.facts)
            all_logits, facts = logits[artifact.key]
            soft = all_logits if setting.held_out == 0 else all_logits[:, parts.learn]
        members.append(Member(mine, split, parts, soft, facts))
    return members


def _train(members: Sequence[Member], device: torch.device, report: Report) -> Stack:
    settings = [member.setting for member in members]
    schedule = settings[0].schedule
    stack = Stack(
        [
            Perceptron(s.student_sizes, generator("init/student", m.seed))
            for s, m in zip(settings, members, strict=True)
        ],
        [s.schedule.learning_rate for s in settings],
        device,
    )
    weights = torch.tensor([s.loss_weights for s in settings], device=device)
    temperatures = torch.tensor([s.temperature for s in settings], device=device)
    pixels = [m.split.pixels[m.parts.learn].to(device) for m in members]
    labels = stack_equal([m.split.labels[m.parts.learn] for m in members], device)
    orders = [generator("order/student", m.seed) for m in members]
    evaluation = _Evaluation(members, device)

    attempts = 1 + max(trial.attempt for member in members for trial in member.trials)
    for epoch in range(attempts * schedule.epochs):
        if epoch and epoch % schedule.epochs == 0:
            stack.renew_optimiser()  # a further attempt: Adam anew, the network as it is
        order = shuffled(labels.shape[1], orders).to(device)
        soft_targets = stack_equal([m.soft_targets(epoch) for m in members], device)
        total = torch.zeros(3, len(members), device=device)
        for rows in batches(order, schedule.batch_size):
            terms = distillation_loss(
                stack(gather_inputs(pixels, rows)),
                _picked(soft_targets, rows),
                labels.gather(1, rows),
                weights,
                temperatures,
            )
            stack.step(terms.loss)
            total += torch.stack(terms).detach() * rows.shape[1]
        _note(members, "train", Terms._fields, (total / labels.shape[1]).cpu())
        evaluation.note(stack)
        if (epoch + 1) % schedule.epochs == 0:
            evaluation.end_attempt(stack)
        report((epoch + 1) / (attempts * schedule.epochs))
    return stack


def _picked(targets: Tensor, rows: Tensor) -> Tensor:
    """Targets [N, n, 10], rows [N, B] → [N, B, 10]."""
    return targets.gather(1, rows.unsqueeze(-1).expand(-1, -1, targets.shape[-1]))


@lru_cache(maxsize=1)
def _test_set(device: torch.device) -> SharedSet:
    test = load(TARGET).test
    return SharedSet(test.inputs(), test.labels, device)


class _Evaluation:
    """Validation objects (each member its own) and the test set (one for all)."""

    def __init__(self, members: Sequence[Member], device: torch.device) -> None:
        self.members = members
        self.test = _test_set(device)
        kept = [m.split[m.parts.validate] for m in members]
        self.own = stack_equal([images.inputs() for images in kept], device)
        self.own_labels = stack_equal([images.labels for images in kept], device)

    def note(self, stack: Stack) -> None:
        """Append this epoch's accuracy and cross-entropy to every member's history."""
        names = ("accuracy", "cross_entropy")
        if self.own_labels.shape[1]:
            own = own_quality(stack, self.own, self.own_labels)
            _note(self.members, "validation", names, torch.stack(own).cpu())
        test = self.test.quality(stack)
        _note(self.members, "test", names, torch.stack(test).cpu())

    def end_attempt(self, stack: Stack) -> None:
        """Append the reliability of every member's final answers."""
        for member, reliability in zip(self.members, self.test.reliability(stack), strict=True):
            member.reliability.append(reliability)


def _note(members: Sequence[Member], group: str, names: Sequence[str], values: Tensor) -> None:
    """Values [len(names), N]: one row a metric."""
    for name, row in zip(names, values.tolist(), strict=True):
        for member, value in zip(members, row, strict=True):
            member.history[f"{group}/{name}"].append(value)


def _result(member: Member, trial: Trial, seconds: float, device: torch.device) -> TrialResult:
    epochs = trial.setting.schedule.epochs
    own = slice(trial.attempt * epochs, (trial.attempt + 1) * epochs)
    history = {name: values[own] for name, values in member.history.items()}
    # A chain that broke in an earlier attempt is broken from there on.
    losses = member.history["train/loss"][: own.stop]
    bad = next((e for e, loss in enumerate(losses) if not math.isfinite(loss)), None)
    failure = None
    if bad is not None:
        failure = f"the training loss is {losses[bad]} in epoch {bad}"
        history = {name: values[: max(0, bad - own.start)] for name, values in history.items()}
    facts = dict(member.facts)
    reliability = {"student": member.reliability[trial.attempt]}
    if teacher := facts.pop(RELIABILITY, None):
        reliability["teacher"] = Reliability(**teacher)
    return TrialResult(trial, history, facts, seconds, reliability, failure, str(device))
