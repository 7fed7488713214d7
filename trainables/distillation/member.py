"""One network of a cohort: what it learns from, what it is scored on, and what it leaves."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from trainables.artifacts.labelled import parts_of
from trainables.artifacts.logits import ANSWERS, LOGITS, RELIABILITY
from trainables.artifacts.store import Saved
from trainables.artifacts.workshop import Workshop
from trainables.data.augment import ChannelScale, channel_scale
from trainables.data.domain import Objects
from trainables.data.splits import HeldOut
from trainables.data.standardise import Scale, scale_of
from trainables.device import Placed
from trainables.distillation.requirements import logits_for
from trainables.objectives.answers import OUTPUTS
from trainables.objectives.calibration import Reliability
from trainables.results import History, TrialResult, failure_of, history_before, is_test
from trainables.schedule import selected_epoch
from trainables.settings.lineage import Lineage
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial


@dataclass
class Member:
    """One network: its data and, under `published`, all attempts made with it.

    part: which part of the split is held out from it, for a setting with a rule.
    split, parts: the student's split, and which of it is learnt from and which held out.
    teacher: its outputs on the objects to learn from, [samples, n, C], under OUTPUTS, and named
        features [samples, n, ...]; None for a student alone.
    facts: of teacher, link and logits, as they were stored with them.
    reliability, answers: at the end of each attempt. pruned: when and why it was dropped.
    lineage: of a member of a population, the numbers that led to its weights.
    test: its own test set, of a domain where each seed has one.
    unit: what 1 is in the domain's unit, where its objects are standardised.
    """

    trials: list[Trial]
    part: int
    split: Objects
    parts: HeldOut
    teacher: dict[str, Tensor] | None
    facts: dict[str, Any]
    reliability: list[Reliability] = field(default_factory=list)
    answers: list[str | None] = field(default_factory=list)
    history: History = field(default_factory=lambda: defaultdict(list))
    pruned: str | None = None
    lineage: Lineage = ()
    test: Objects | None = None
    unit: float = 1.0

    @property
    def setting(self) -> Setting:
        """The setting that its trials share."""
        return self.trials[0].setting

    @property
    def seed(self) -> int:
        """The seed of all its draws."""
        return self.trials[0].network_seed

    @property
    def seen(self) -> tuple[int, int]:
        """What it sees: members of equal seed and part see the same objects in the same order."""
        return self.seed, self.part

    def taught(self, name: str, epoch: int, placed: Placed | None = None) -> Tensor:
        """What the teacher says for an epoch: its outputs [n, C], or a named feature [n, ...].

        Zeros, of weight zero, without a teacher. placed: where it is wanted on a device.
        """
        if self.teacher is None:
            device = placed.device if placed else None
            outputs = self.setting.target.outputs
            return torch.zeros(len(self.parts.learn), outputs, device=device)
        samples = self.teacher[name]
        return (placed(samples) if placed else samples)[epoch % len(samples)]


def members_of(trials: Sequence[Trial], workshop: Workshop) -> list[Member]:
    """The networks behind these trials: attempts of one network together, one for each part."""
    networks: dict[tuple[str, int], list[Trial]] = defaultdict(list)
    for trial in trials:
        networks[trial.setting.key, trial.network_seed].append(trial)
    stored: dict[str, Saved] = {}
    splits: dict[int, Objects] = {}
    members = []
    for mine in networks.values():
        setting, seed = mine[0].setting, mine[0].network_seed
        target, name = setting.target, setting.student_split
        if seed not in splits:
            splits[seed] = target.split(name, seed)
        split = splits[seed]
        for part in range(setting.parts):
            parts = parts_of(target, name, setting.withheld_share, seed, part)
            artifact = logits_for(mine[0], part)
            teacher: dict[str, Tensor] | None = None
            facts: dict[str, Any] = {}
            if artifact:
                if artifact.key not in stored:
                    stored[artifact.key] = workshop.get_or_make(artifact)
                saved = stored[artifact.key]
                teacher, facts = {OUTPUTS: saved.tensors[LOGITS]}, saved.facts
                teacher |= {name: saved.tensors[name] for name in artifact.features}
                if setting.withheld_share:
                    teacher = {name: each[:, parts.learn] for name, each in teacher.items()}
            member = Member(mine, part, split, parts, teacher, facts)
            members.append(_in_own_units(_with_test(member)))
    return members


def _with_test(member: Member) -> Member:
    """Where members do not share the test set: add it, and how well a constant predicts numbers.

    They do not where each seed draws its own, and where each standardises it by its own objects.
    """
    setting = member.setting
    target, by_own_objects = setting.target, setting.schedule.normalise
    own = target.draws_test or target.standardised or by_own_objects
    if not own or not setting.reads_test:
        return member
    test = setting.target.test(member.seed)
    if setting.target.is_classification:
        return replace(member, test=test)
    gaps = test.labels - member.split[member.parts.learn].labels.mean()
    constant = {"mse": (gaps**2).mean(), "mae": gaps.abs().mean()}
    facts = {f"constant/test_{name}": float(value) for name, value in constant.items()}
    return replace(member, test=test, facts=member.facts | facts)


def _in_own_units(member: Member) -> Member:
    """Standardise split, test set and teacher by the objects that the network learns from."""
    if not member.setting.target.standardised:
        return member
    scale, teacher = scale_of(member.split[member.parts.learn]), member.teacher
    return replace(
        member,
        split=scale.objects(member.split),
        test=scale.objects(member.test) if member.test else None,
        teacher=teacher and {**teacher, OUTPUTS: scale.values(teacher[OUTPUTS])},
        unit=scale.deviation,
    )


def scales_of(trial: Trial) -> tuple[Scale | None, ChannelScale | None]:
    """What a reported student's inputs are standardised by: a table's features and values, the
    channels of images; None where they are not.
    """
    setting, seed = trial.setting, trial.network_seed
    target, name = setting.target, setting.student_split
    kept = parts_of(target, name, setting.withheld_share, seed).learn
    learnt = target.split(name, seed)[kept]
    return (
        scale_of(learnt) if target.standardised else None,
        channel_scale(learnt.pixels, target.shape) if setting.schedule.normalise else None,
    )


def results_of(
    members: Sequence[Member], seconds: float, device: torch.device
) -> list[TrialResult]:
    """One result a trial; seconds: of each member."""
    networks: dict[tuple[str, int], list[Member]] = defaultdict(list)
    for member in members:
        networks[member.setting.key, member.seed].append(member)
    return [
        _result(parts, trial, seconds * len(parts) / len(parts[0].trials), str(device))
        for parts in networks.values()
        for trial in parts[0].trials
    ]


def _result(members: Sequence[Member], trial: Trial, seconds: float, device: str) -> TrialResult:
    first, setting = members[0], trial.setting
    epochs = setting.schedule.epochs
    own = _of_attempt(trial.attempt, epochs)
    measured = setting.schedule.measured_epochs
    its_tests = _of_attempt(trial.attempt, len(measured))
    history = {
        name: _mean([m.history[name] for m in members])[its_tests if is_test(name) else own]
        for name in first.history
    }
    # A chain that failed in an earlier attempt has failed from there on.
    losses = [m.history["train/loss"][: own.stop] for m in members]
    failures = [failed for curve in losses if (failed := failure_of(curve))]
    failure = failures[0].reason if failures else None
    if failures:
        # Nothing precedes a failure in the very first epoch: its record shows the NaNs instead.
        bad = min(failed.epoch or own.stop for failed in failures)
        history = history_before(history, max(0, bad - own.start), measured)
    elif setting.rule:
        score = setting.rule.metric
        if setting.schedule.select_epoch and setting.rule.reads == "validation":
            better = setting.rule.higher_is_better
            best = selected_epoch(history[score], higher_is_better=better)
            history = history_before(history, best + 1, measured)
        history[f"part/{setting.rule.score}"] = [
            m.history[score][len(history[score]) - 1] for m in members
        ]
    facts, reliability, answers = dict(first.facts), {}, None
    teacher, its_answers = facts.pop(RELIABILITY, None), facts.pop(ANSWERS, None)
    if setting.rule:  # a candidate's record says nothing of the test set
        facts = {name: value for name, value in facts.items() if name.endswith("seconds")}
        its_answers = None
    elif first.reliability:
        reliability["student"] = first.reliability[trial.attempt]
        answers = None if failure else first.answers[trial.attempt]
        if teacher:
            reliability["teacher"] = Reliability(**teacher)
    pruned = None if failure else first.pruned
    lineage = () if failure else first.lineage
    return TrialResult(
        trial,
        history,
        facts,
        seconds,
        reliability,
        failure,
        device,
        pruned=pruned,
        lineage=lineage,
        answers=answers,
        teacher_answers=its_answers,
    )


def _of_attempt(attempt: int, length: int) -> slice:
    """Where an attempt's values stand among those of all, each attempt having so many."""
    return slice(attempt * length, (attempt + 1) * length)


def _mean(curves: Sequence[Sequence[float]]) -> list[float]:
    return [math.fsum(values) / len(values) for values in zip(*curves, strict=True)]
