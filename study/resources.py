"""What the workers get, and where they are; checked before anything starts."""

import os
from dataclasses import dataclass

from trainables.errors import BadInputError


@dataclass(frozen=True, kw_only=True)
class Resources:
    """Workers at a time, what each gets, and the cluster they run on.

    workers: None is one a CPU, or one a GPU where GPUs are asked for.
    address: a running Ray cluster, or None to start Ray on this machine.
    """

    workers: int | None = None
    cpus_per_worker: int = 1
    gpus_per_worker: float = 0.0
    address: str | None = None
    dashboard: bool = True

    def __post_init__(self) -> None:
        for name in ("workers", "cpus_per_worker"):
            value = getattr(self, name)
            if value is not None and value < 1:
                option = name.replace("_", "-")
                raise BadInputError(f"--{option} is {value}: give a whole number ≥ 1")
        if not 0 <= self.gpus_per_worker < float("inf"):
            raise BadInputError(
                f"--gpus-per-worker is {self.gpus_per_worker:g}: give a number ≥ 0"
            )

    def count(self, cpus: float, gpus: float) -> int:
        """How many workers, given what the machine or cluster has.

        Raises BadInputError where it has too little.
        """
        most = int(cpus / self.cpus_per_worker)
        if self.gpus_per_worker:
            most = min(most, int(gpus / self.gpus_per_worker))
        wanted = self.workers or max(1, most)
        for name, each, has in (
            ("GPU", self.gpus_per_worker, gpus),
            ("CPU", self.cpus_per_worker, cpus),
        ):
            if wanted * each > has:
                raise BadInputError(
                    f"{wanted} workers × {each:g} {name} are {wanted * each:g}, there are "
                    f"{has:g}: lower --workers or --{name.lower()}s-per-worker"
                )
        return wanted


def of_this_machine() -> tuple[int, int]:
    """CPUs that this process may use, and GPUs that torch sees."""
    import torch

    return len(os.sched_getaffinity(0)), torch.cuda.device_count()
