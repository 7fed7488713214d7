"""Cohorts: members of one kind and shape, trained together by one worker (DESIGN.md, Words)."""

import itertools
import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from trainables.cohorts.costs import Work, cost, memory
from trainables.distillation.student import shape as student_shape
from trainables.settings.trial import Trial

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
        parts = _partition(units, 2)
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
        for part in _partition(indivisible, min(turns * workers, len(indivisible))):
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


def _partition(units: Sequence[list[Work]], parts: int) -> list[list[list[Work]]]:
    """Consecutive parts of equal length, give or take one."""
    bounds = [round(part * len(units) / parts) for part in range(parts + 1)]
    return [list(units[a:b]) for a, b in itertools.pairwise(bounds)]
