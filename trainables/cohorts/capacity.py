"""How much one cohort may be: by the work and the memory of the worker that trains it."""

from dataclasses import dataclass

import torch

from trainables.device import free_memory, product_rate


@dataclass(frozen=True)
class Capacity:
    """Of a cohort at most: predicted work in GFLOP, and bytes of its members.

    work: what a fault costs at most, and how finely work spreads. memory: the data that members
    share come on top.
    """

    work: float
    memory: int


OF_A_CORE = Capacity(work=2_500.0, memory=2**30)
"""Half a minute of one core."""
SECONDS = 30.0  # of a cohort on a GPU, as on a core
REACHED = 0.05
"""Of a GPU's rate of large fp32 products, what small networks are taken to reach: not measured.
Too high a share makes longer cohorts, not wrong ones."""
MEMBERS = 0.7  # of free memory; the rest is for data, a step's own tensors, and the libraries


def capacity_of(device: torch.device, share: float = 1.0) -> Capacity:
    """What this process's device can take; share: of a GPU, which several workers may have."""
    free = free_memory(device)
    if free is None:
        return OF_A_CORE
    work = SECONDS * REACHED * share * product_rate(device) / 1e9
    return Capacity(max(work, OF_A_CORE.work), int(MEMBERS * share * free))
