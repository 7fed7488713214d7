"""One network of a cohort: what it learns from, what it is scored on, and what it leaves."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from trainables.artifacts.logits import RELIABILITY
from trainables.artifacts.workshop import Workshop
from trainables.data.datasets import Images
from trainables.data.domains import MAE, MSE, TABLE
from trainables.data.splits import HeldOut, hold_out, source_split
from trainables.data.standardise import scale_of
from trainables.distillation.requirements import logits_for
from trainables.objectives.calibration import Reliability
from trainables.results import History, TrialResult, failure_of, history_before, is_test
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial


@dataclass
class Member:
    """One network: its data and, under `published`, all attempts made with it.

    part: which part of the split is held out from it, for a setting with a rule.
    split, parts: the student's split, and which of it is learnt from and which held out.
    teacher_logits: of the objects to learn from, [samples, n, C]; None for a student alone.
    facts: of teacher, link and logits, as they were stored with them.
    reliability: at the end of each attempt. pruned: when and why it was dropped, if it was.
    test: its own test set, of a domain where each seed has one.
    unit: what 1 is in the domain's unit, where its objects are standardised.
    """

    trials: list[Trial]
    part: int
    split: Images
    parts: HeldOut
    teacher_logits: Tensor | None
    facts: dict[str, Any]
    reliability: list[Reliability] = field(default_factory=list)
    history: History = field(default_factory=lambda: defaultdict(list))
    pruned: str | None = None
    test: Images | None = None
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

    def soft_targets(self, epoch: int) -> Tensor:
        """The teacher's logits for an epoch [n, C]; zeros, of weight zero, without a teacher."""
        if self.teacher_logits is None:
            return torch.zeros(len(self.parts.learn), self.setting.domain.outputs)
        return self.teacher_logits[epoch % len(self.teacher_logits)]


def members_of(trials: Sequence[Trial], workshop: Workshop) -> list[Member]:
    """The networks behind these trials: attempts of one network together, one for each part."""
    networks: dict[tuple[str, int], list[Trial]] = defaultdict(list)
    for trial in trials:
        networks[trial.setting.key, trial.network_seed].append(trial)
    logits: dict[str, tuple[Tensor, dict[str, Any]]] = {}
    splits: dict[int, Images] = {}
    members = []
    for mine in networks.values():
        setting, seed = mine[0].setting, mine[0].network_seed
        split = splits.setdefault(seed, source_split(setting.target, setting.student_split, seed))
        for part in range(setting.parts):
            parts = hold_out(len(split), setting.withheld_share, seed, part)
            artifact = logits_for(mine[0], part)
            soft: Tensor | None = None
            facts: dict[str, Any] = {}
            if artifact:
                if artifact.key not in logits:
                    saved = workshop.get_or_make(artifact)
                    logits[artifact.key] = (saved.tensors["logits"], saved.facts)
                all_logits, facts = logits[artifact.key]
                soft = all_logits[:, parts.learn] if setting.withheld_share else all_logits
            member = Member(mine, part, split, parts, soft, facts)
            members.append(_in_own_units(_with_test(member)))
    return members


def _with_test(member: Member) -> Member:
    """Tabular: add the seed's test set, and as facts how well a constant would predict it."""
    setting = member.setting
    if setting.domain.kind != TABLE or not setting.reads_test:
        return member
    test = source_split(setting.target, "Test", member.seed)
    gaps = test.labels - member.split[member.parts.learn].labels.mean()
    constant = {MSE: (gaps**2).mean(), MAE: gaps.abs().mean()}
    facts = {f"constant/test_{measure.name}": float(v) for measure, v in constant.items()}
    return replace(member, test=test, facts=member.facts | facts)


def _in_own_units(member: Member) -> Member:
    """Standardise split, test set and teacher by the objects that the network learns from."""
    if not member.setting.domain.standardised:
        return member
    scale, answers = scale_of(member.split[member.parts.learn]), member.teacher_logits
    return replace(
        member,
        split=scale.objects(member.split),
        test=scale.objects(member.test) if member.test else None,
        teacher_logits=None if answers is None else scale.values(answers),
        unit=scale.deviation,
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
        history[f"part/{setting.rule.score}"] = [m.history[score][-1] for m in members]
    facts, reliability = dict(first.facts), {}
    teacher = facts.pop(RELIABILITY, None)
    if setting.rule:  # a candidate's record says nothing of the test set
        facts = {name: value for name, value in facts.items() if name.endswith("seconds")}
    elif first.reliability:
        reliability["student"] = first.reliability[trial.attempt]
        if teacher:
            reliability["teacher"] = Reliability(**teacher)
    pruned = None if failure else first.pruned
    return TrialResult(trial, history, facts, seconds, reliability, failure, device, pruned=pruned)


def _of_attempt(attempt: int, length: int) -> slice:
    """Where an attempt's values stand among those of all, each attempt having so many."""
    return slice(attempt * length, (attempt + 1) * length)


def _mean(curves: Sequence[Sequence[float]]) -> list[float]:
    return [math.fsum(values) / len(values) for values in zip(*curves, strict=True)]
