"""Cohorts: members of one kind and shape, trained together by one worker (DESIGN.md, Words)."""

import itertools
import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from trainables.artifacts.artifact import Artifact, LogitsArtifact, TeacherArtifact, VaeArtifact
from trainables.data.domains import IMAGE_SPLITS
from trainables.distillation.student import shape as student_shape
from trainables.methods.data_free.impressions import ImpressionsArtifact
from trainables.networks.perceptron import CLASSES, PIXELS
from trainables.objectives.metrics import BLOCK
from trainables.settings.setting import Trial

Work = Artifact | Trial

LARGEST_COHORT = 2_500.0
"""GFLOP: half a minute of one core. What a fault costs at most, and how finely work spreads."""
LARGEST_MEMORY = 2**30
"""Bytes that the members of a cohort take; the data that they share come on top."""


@dataclass(frozen=True)
class Cohort:
    """Work for one worker: members of one kind ("student", "teacher", "dann", ...) and shape."""

    kind: str
    members: tuple[Work, ...]

    @property
    def cost(self) -> float:
        """Predicted work, in GFLOP."""
        return sum(cost(member) for member in self.members)

    @property
    def name(self) -> str:
        """What a person reads on the dashboard: `student VAE λ×T×seed` of 20 members, say."""
        members = self.members
        trials = [member for member in members if isinstance(member, Trial)]
        if trials and trials[0].setting.method:
            return f"{trials[0].setting.method.label} ({len(members)})"
        links = sorted({trial.setting.link.name for trial in trials})
        varied: dict[str, set[float]] = {
            "λ": {trial.setting.hard_label_weight for trial in trials},
            "T": {trial.setting.temperature for trial in trials},
            "seed": {member.seed for member in members},
        }
        parts = (
            self.kind,
            links[0] if len(links) == 1 else "φ" * bool(links),
            "×".join(name for name, values in varied.items() if len(values) > 1),
        )
        return f"{' '.join(part for part in parts if part)} ({len(members)})"

    def halves(self) -> "list[Cohort]":
        """The same members as two cohorts; none where they cannot be parted."""
        units = _indivisible(self.members)
        if len(units) < 2:
            return []
        parts = _deal(units, 2)
        return [Cohort(self.kind, tuple(m for unit in part for m in unit)) for part in parts]


def form_cohorts(
    work: Iterable[Work], workers: int, groups_of: Iterable[Sequence[Trial]] = ()
) -> list[Cohort]:
    """Group work by kind and shape, split what is large, the costliest first.

    A group becomes one cohort a worker, or two, three, ... so that none is above LARGEST_COHORT
    or LARGEST_MEMORY unless it is one member. groups_of: trials that compete, each group one
    cohort by itself.
    """
    groups: dict[tuple[str, Hashable], list[Work]] = defaultdict(list)
    for member in work:
        groups[_kind_and_shape(member)].append(member)
    cohorts = [Cohort("student", tuple(trials)) for trials in groups_of]
    for (kind, _), members in groups.items():
        indivisible = _indivisible(members)
        work_share = sum(cost(member) for member in members) / LARGEST_COHORT
        memory_share = sum(memory(member) for member in members) / LARGEST_MEMORY
        turns = math.ceil(max(work_share, memory_share) / workers)  # of all workers: none idles
        for part in _deal(indivisible, min(turns * workers, len(indivisible))):
            cohorts.append(Cohort(kind, tuple(member for unit in part for member in unit)))
    return sorted(cohorts, key=lambda cohort: -cohort.cost)


def _kind_and_shape(member: Work) -> tuple[str, Hashable]:
    if isinstance(member, Trial):
        method = member.setting.method
        return (method.name, member.setting.key) if method else ("student", student_shape(member))
    return member.kind, member.shape


def _indivisible(members: Sequence[Work]) -> list[list[Work]]:
    """Attempts of one network stay together, and all seeds of a setting that may be pruned.

    Every other member stands alone.
    """
    units: dict[Hashable, list[Work]] = defaultdict(list)
    for member in members:
        key = member.key
        if isinstance(member, Trial):
            rule = member.setting.rule
            key = member.setting.key if member.chained or (rule and rule.pruning) else key
        units[key].append(member)
    return list(units.values())


def _deal(units: Sequence[list[Work]], parts: int) -> list[list[list[Work]]]:
    """Consecutive parts of equal length, give or take one."""
    bounds = [round(part * len(units) / parts) for part in range(parts + 1)]
    return [list(units[a:b]) for a, b in itertools.pairwise(bounds)]


def cost(member: Work) -> float:
    """Predicted work of one member in GFLOP: three products a weight and object trained on.

    (Forward, gradient of the weights, gradient of the inputs: 6 operations; evaluation 2.)
    """
    match member:
        case Trial(setting=setting) if setting.method:
            return setting.method.work(setting)
        case Trial(setting=setting):
            weights, epochs = _weights(setting.student_sizes), setting.schedule.epochs
            trained = 6 * weights * setting.training_objects * epochs
            measured = len(setting.schedule.measured_epochs)
            tests = 0 if not setting.reads_test else 1 if setting.rule else measured
            objects = setting.domain.split_sizes["Test"]
            return setting.parts * (trained + 2 * weights * objects * tests) / 1e9
        case TeacherArtifact(recipe=recipe):
            return 6 * _weights(member.sizes) * member.objects * recipe.schedule.epochs / 1e9
        case VaeArtifact(recipe=recipe):
            hidden, latent = recipe.hidden_size, recipe.latent_size
            weights = 3 * PIXELS * hidden + 4 * hidden * latent
            # as measured: its elementwise work doubles the time of its products
            return 12 * weights * IMAGE_SPLITS[recipe.garments] * recipe.schedule.epochs / 1e9
        case LogitsArtifact(teacher=teacher, link=link, split=split):
            through = 2 * (_weights(teacher.sizes) + (200_000 if link.vae else 0))
            sizes = teacher.target.split_sizes
            return through * (sizes[split] * link.samples + sizes["Test"]) / 1e9
        case ImpressionsArtifact():
            return member.work
    raise TypeError(f"no cost is known for {type(member).__name__}")


def memory(member: Work) -> int:
    """Predicted bytes of one member: weights, gradients, two moments; targets; activations.

    A student's targets are logits of every sample, an epoch's probabilities and what of them is
    gathered; its largest activations are those of a block of test objects.
    """
    match member:
        case Trial(setting=setting):
            weights, samples = _weights(setting.student_sizes), setting.link.samples
            outputs = setting.student_sizes[-1]
            targets = 4 * outputs * setting.training_objects * (samples + 2)
            activations = 8 * BLOCK * sum(setting.student_sizes[1:])
            return setting.parts * (16 * weights + targets + activations)
        case TeacherArtifact():
            seen = member.objects + member.target.split_sizes["Test"]  # each has its own
            return 16 * _weights(member.sizes) + 4 * seen * member.sizes[0]
        case VaeArtifact(recipe=recipe):
            weights = 3 * PIXELS * recipe.hidden_size
            return 16 * weights + 24 * recipe.schedule.batch_size * PIXELS
        case LogitsArtifact(teacher=teacher, link=link, split=split):
            objects = teacher.target.split_sizes[split]
            return 4 * teacher.sizes[-1] * objects * link.samples
        case ImpressionsArtifact(method=method):
            return 16 * CLASSES * method.impressions * PIXELS
    raise TypeError(f"no memory is known for {type(member).__name__}")


def _weights(sizes: Sequence[int]) -> int:
    return sum(a * b for a, b in itertools.pairwise(sizes))
