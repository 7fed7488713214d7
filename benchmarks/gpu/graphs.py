"""Steps captured as CUDA graphs against the same steps told one kernel at a time."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any
from unittest.mock import patch

import torch

from benchmarks.gpu.checks import Check, gap, losses_of
from benchmarks.gpu.frame.budget import Budget, Measured, measured
from benchmarks.gpu.work import SEEDS, Kind, prepared
from trainables.networks.stacking import replayed

EQUAL = 1e-4
"""Of losses and scores, relatively: the kernels are the same, but some may choose their order."""


def one_by_one() -> AbstractContextManager[Any]:
    """In this block nothing is captured."""
    return patch.object(replayed, "capture_on", lambda device: None)


def compared(
    kind: Kind, count: int, device: torch.device, budget: Budget, repeats: int
) -> tuple[Check, dict[str, Measured]]:
    """A cohort trained both ways: whether it comes out the same, and seconds of each.

    Raises OutOfTimeError where the part's share of the time does not do.
    """
    members = kind.members(count)
    workshop = prepared(members[:SEEDS], device)
    found: dict[str, Measured] = {}
    for name, within in (("one by one", one_by_one), ("captured", nullcontext)):
        with within():
            found[name] = measured(
                lambda report: kind.train(members, workshop, report), budget, repeats, device
            )
    pairs = zip(found["captured"].result, found["one by one"].result, strict=True)
    largest = max(gap(losses_of(mine), losses_of(theirs)) for mine, theirs in pairs)
    return Check(f"{count} {kind.name}: captured or not, losses", largest, EQUAL), found
