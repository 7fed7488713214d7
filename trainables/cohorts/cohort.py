"""Cohorts: members of one kind and shape, trained together as one stack by one worker."""

import itertools
import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from trainables.cohorts.capacity import OF_A_CORE, Capacity
from trainables.cohorts.kinds import Work, cost, kind_of, memory
from trainables.settings.trial import Trial


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
        """What a person reads on the dashboard: `student VAE λ×T×seed (20)`, say."""
        return f"{kind_of(self.members[0]).label(self.members)} ({len(self.members)})"

    def halves(self) -> "list[Cohort]":
        """The same members as two cohorts; none where they cannot be parted."""
        units = _indivisible(self.members)
        return _cohorts(self.kind, units, 2) if len(units) > 1 else []


def form_cohorts(
    work: Iterable[Work],
    workers: int,
    groups_of: Iterable[Sequence[Trial]] = (),
    capacity: Capacity = OF_A_CORE,
) -> list[Cohort]:
    """Group work by kind and shape, split what is large, the costliest first.

    A group becomes one cohort a worker, or two, three, ... so that none is above a worker's
    capacity unless it is one member. groups_of: trials that compete, each group one cohort by
    itself.
    """
    groups: dict[tuple[str, Hashable], list[Work]] = defaultdict(list)
    for member in work:
        groups[member.kind, kind_of(member).cohort_key(member)].append(member)
    cohorts = [Cohort(trials[0].kind, tuple(trials)) for trials in groups_of]
    for (kind, _), members in groups.items():
        units = _indivisible(members)
        work_share = sum(cost(member) for member in members) / capacity.work
        memory_share = sum(memory(member) for member in members) / capacity.memory
        turns = math.ceil(max(work_share, memory_share) / workers)  # of all workers: none idles
        cohorts += _cohorts(kind, units, min(turns * workers, len(units)))
    return sorted(cohorts, key=lambda cohort: -cohort.cost)


def _indivisible(members: Sequence[Work]) -> list[list[Work]]:
    """What must not be parted: mostly each member alone."""
    units: dict[Hashable, list[Work]] = defaultdict(list)
    for member in members:
        units[kind_of(member).unit(member)].append(member)
    return list(units.values())


def _cohorts(kind: str, units: Sequence[list[Work]], number: int) -> list[Cohort]:
    """So many cohorts of consecutive units, as many units in each, give or take one."""
    bounds = [round(part * len(units) / number) for part in range(number + 1)]
    return [
        Cohort(kind, tuple(member for unit in units[a:b] for member in unit))
        for a, b in itertools.pairwise(bounds)
    ]
