"""What the workers get, and where they are; checked before anything starts."""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from trainables.errors import BadInputError


@dataclass(frozen=True)
class Node:
    """A machine of the cluster, or this one, with what it has."""

    address: str
    cpus: float
    gpus: float


@dataclass(frozen=True, kw_only=True)
class Resources:
    """Workers at a time, what each gets, and the cluster they run on.

    workers: None is as many as fit.
    gpus_per_worker: None is one where there are GPUs, else none; 1/k is shared by k workers.
    address: a running Ray cluster, or None to start Ray on this machine.
    stall_minutes: after so many without progress a cohort is ended; 0: never.
    """

    workers: int | None = None
    cpus_per_worker: int = 1
    gpus_per_worker: float | None = None
    address: str | None = None
    dashboard: bool = True
    stall_minutes: float = 30

    def __post_init__(self) -> None:
        for name in ("workers", "cpus_per_worker"):
            value = getattr(self, name)
            if value is not None and value < 1:
                option = name.replace("_", "-")
                raise BadInputError(f"--{option} is {value}: give a whole number ≥ 1")
        if not 0 <= self.stall_minutes < math.inf:
            raise BadInputError(
                f"--stall-minutes is {self.stall_minutes:g}: give minutes ≥ 0 (0: no limit)"
            )
        if self.gpus_per_worker and not _is_share(self.gpus_per_worker):
            raise BadInputError(
                f"--gpus-per-worker is {self.gpus_per_worker:g}: give a whole number ≥ 0, or a "
                "share 1/k (0.5, 0.25, ...) for k workers on one GPU"
            )

    def fit(self, nodes: Sequence[Node]) -> "Resources":
        """The same with its open numbers decided, given what each node has.

        A worker is on one node: what is left over on each does not add up.
        Raises BadInputError where they have too little.
        """
        gpus = self.gpus_per_worker
        if gpus is None:
            gpus = 1.0 if any(node.gpus >= 1 for node in nodes) else 0.0
        most = sum(_places(node, self.cpus_per_worker, gpus) for node in nodes)
        wanted = self.workers or max(1, most)
        if wanted > most:
            lacking = _lacking(nodes, self.cpus_per_worker, gpus)
            raise BadInputError(
                f"{wanted} workers × {_asked(self.cpus_per_worker, gpus)} do not fit: there are "
                f"{_had(nodes)}, enough for {most} workers; lower --workers or "
                f"--{lacking}s-per-worker"
            )
        return replace(self, workers=wanted, gpus_per_worker=gpus)


def _is_share(gpus: float) -> bool:
    """Ray gives whole GPUs, or a part of one."""
    if not 0 < gpus < float("inf"):
        return False
    return gpus == round(gpus) if gpus >= 1 else abs(1 / gpus - round(1 / gpus)) < 0.01


def _places(node: Node, cpus: int, gpus: float) -> int:
    places = int(node.cpus / cpus)
    if gpus >= 1:
        return min(places, int(node.gpus / gpus))
    return min(places, int(node.gpus) * round(1 / gpus)) if gpus else places


def _lacking(nodes: Sequence[Node], cpus: int, gpus: float) -> str:
    enough_cpus = sum(_places(node, cpus, 0.0) for node in nodes)
    return (
        "gpu" if gpus and sum(_places(node, cpus, gpus) for node in nodes) < enough_cpus else "cpu"
    )


def _asked(cpus: int, gpus: float) -> str:
    return f"{cpus} CPU" + (f" and {gpus:g} GPU" if gpus else "")


def _had(nodes: Sequence[Node]) -> str:
    return ", ".join(f"{n.cpus:g} CPU and {n.gpus:g} GPU on {n.address}" for n in nodes)


def of_this_machine() -> list[Node]:
    """CPUs that this process may use, and GPUs that torch sees."""
    import torch

    return [Node("this machine", len(os.sched_getaffinity(0)), torch.cuda.device_count())]
