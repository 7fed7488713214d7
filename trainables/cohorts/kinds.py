"""Every kind of work in one table: how it is grouped, what it costs, how it is trained.

To add a kind of artifact, give it a row of KINDS. A new method needs none: its `kind` is its own
name, and all methods share the row METHOD.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from trainables.artifacts.artifact import Artifact
from trainables.artifacts.colours import measure_colours
from trainables.artifacts.logits import compute_logits
from trainables.artifacts.paired import train_paired
from trainables.artifacts.store import Store
from trainables.artifacts.teacher import train_teachers
from trainables.artifacts.vae import train_vaes
from trainables.artifacts.workshop import Maker, Workshop
from trainables.cohorts import costs
from trainables.device import default_device
from trainables.distillation.requirements import all_logits_for
from trainables.distillation.student import student_cohort_key, train_students
from trainables.methods.bayesian.posterior import make_posteriors
from trainables.methods.data_free.impressions import make_impressions
from trainables.methods.method import method_of
from trainables.networks.stack import Report
from trainables.results import TrialResult
from trainables.settings.columns import LAMBDA, TEMPERATURE
from trainables.settings.trial import Trial

Work = Artifact | Trial


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What is to be known of a kind of work; its functions are given members of that kind.

    cohort_key: members may be one cohort where it is equal.
    unit: members are never parted where it is equal.
    cost: GFLOP of one member; memory: bytes of one member.
    needs: the artifacts that must be made before.
    train: trains one cohort; results of trials, none of artifacts, which go to the store.
    label: what a person reads of a cohort: "student VAE λ×T×seed".
    make: how artifacts of this kind are made; None for trials.
    """

    cohort_key: Callable[[Any], Hashable]
    unit: Callable[[Any], Hashable]
    cost: Callable[[Any], float]
    memory: Callable[[Any], int]
    needs: Callable[[Any], Sequence[Artifact]]
    train: Callable[[Sequence[Any], Workshop, Report], list[TrialResult]]
    label: Callable[[Sequence[Any]], str]
    make: Maker | None = None


def kind_of(member: Work) -> Kind:
    """The row of a member's kind; a kind that the table does not list is a method's name."""
    return KINDS.get(member.kind, METHOD)


def cost(member: Work) -> float:
    """Predicted work of one member, in GFLOP."""
    return kind_of(member).cost(member)


def memory(member: Work) -> int:
    """Predicted bytes that one member takes while it is trained."""
    return kind_of(member).memory(member)


def needs(member: Work) -> Sequence[Artifact]:
    """The artifacts that must be made before this member can be trained.

    Of a trial: the logits of all parts that its rule holds out, and what its method makes once.
    """
    return kind_of(member).needs(member)


def open_workshop(artifacts: Path, device: torch.device | None = None) -> Workshop:
    """A workshop over a folder of artifacts, on a GPU where the process was given one.

    There convolutions are of fp32 too: PyTorch would round their inputs to ten bits (TF32).
    """
    torch.backends.cudnn.allow_tf32 = False
    makers = {name: kind.make for name, kind in KINDS.items() if kind.make}
    return Workshop(Store(artifacts), device or default_device(), makers)


def _student_unit(trial: Trial) -> str:
    """Attempts of one network stay together, and all seeds of a setting that competes."""
    rule = trial.setting.rule
    return trial.setting.key if trial.chained or (rule and rule.group) else trial.key


def _student_label(trials: Sequence[Trial]) -> str:
    """Kind, link and what varies among them."""
    links = sorted({trial.setting.link.name for trial in trials})
    weights = [trial.setting.objective.parameters() for trial in trials]
    varied: dict[str, set[Any]] = {
        "λ": {each.get(LAMBDA) for each in weights},
        "T": {each.get(TEMPERATURE) for each in weights},
        "seed": {trial.seed for trial in trials},
    }
    names = "×".join(name for name, values in varied.items() if len(values) > 1)
    return " ".join(filter(None, ("student", links[0] if len(links) == 1 else "φ", names)))


def _methods_needs(trial: Trial) -> list[Artifact]:
    return method_of(trial).needs(trial)


def _train_method(
    trials: Sequence[Trial], workshop: Workshop, report: Report
) -> list[TrialResult]:
    return method_of(trials[0]).train(trials, workshop, report)


def _artifact_label(artifacts: Sequence[Artifact]) -> str:
    """Kind, and whether seeds vary."""
    seeds = {artifact.seed for artifact in artifacts}
    return f"{artifacts[0].kind} seed" if len(seeds) > 1 else artifacts[0].kind


def _store_artifacts(
    artifacts: Sequence[Artifact], workshop: Workshop, report: Report
) -> list[TrialResult]:
    workshop.make(artifacts, report)
    return []


def _artifact(make: Maker, cost: Callable[[Any], float], memory: Callable[[Any], int]) -> Kind:
    """The row of a kind of artifact: what artifacts do not share is how they are made."""
    return Kind(
        cohort_key=lambda artifact: artifact.cohort_key,
        unit=lambda artifact: artifact.key,
        cost=cost,
        memory=memory,
        needs=lambda artifact: artifact.needs,
        train=_store_artifacts,
        label=_artifact_label,
        make=make,
    )


METHOD = Kind(
    cohort_key=lambda trial: trial.setting.key,
    unit=lambda trial: trial.key,
    cost=costs.method_cost,
    memory=costs.student_memory,
    needs=_methods_needs,
    train=_train_method,
    label=lambda trials: method_of(trials[0]).label(trials[0].setting.target),
)

KINDS = {
    "student": Kind(
        cohort_key=student_cohort_key,
        unit=_student_unit,
        cost=costs.student_cost,
        memory=costs.student_memory,
        needs=all_logits_for,
        train=train_students,
        label=_student_label,
    ),
    "teacher": _artifact(train_teachers, costs.teacher_cost, costs.teacher_memory),
    "vae": _artifact(train_vaes, costs.vae_cost, costs.vae_memory),
    "colours": _artifact(measure_colours, costs.colours_cost, costs.colours_memory),
    "paired": _artifact(train_paired, costs.paired_cost, costs.paired_memory),
    "logits": _artifact(compute_logits, costs.logits_cost, costs.logits_memory),
    "posterior": _artifact(make_posteriors, costs.posterior_cost, costs.posterior_memory),
    "impressions": _artifact(make_impressions, costs.impressions_cost, costs.impressions_memory),
}
