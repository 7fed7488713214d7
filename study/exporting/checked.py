"""The file's answers beside the module's on every test object, and how long an answer takes."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import torch
from torch import Tensor

from study.exporting.formats import Asked
from study.exporting.networks import Leaving
from trainables.errors import StudyError

BLOCK = 1_000
BATCHES = (1, 64)
REPEATS = {1: 200, 64: 50}
CLOSE = 1e-3
"""Relative to the largest answer: above rounding, far below what changes a decision often."""


@dataclass(frozen=True)
class Agreement:
    """Of how many objects the answers were compared, how many say the same, and how far apart
    they are at most.
    """

    objects: int
    same: int
    largest: float

    @property
    def text(self) -> str:
        """In words."""
        return (
            f"the same answer on {self.same:,} of {self.objects:,} test objects, at most "
            f"{self.largest:.1e} apart"
        )


@torch.no_grad()
def agreement(given: Leaving, asked: Asked) -> Agreement:
    """Compare a file with the module that it was made of; StudyError where they differ."""
    blocks = given.objects.split(BLOCK)
    ours = torch.cat([given.module(block) for block in blocks])
    theirs = torch.cat([asked(block) for block in blocks])
    largest = float((ours - theirs).abs().max())
    if given.classes:
        same = int((ours.argmax(1) == theirs.argmax(1)).sum())
    else:
        apart = (ours - theirs).abs().flatten(1) if ours.dim() > 1 else (ours - theirs).abs()
        worst = apart.amax(1) if apart.dim() > 1 else apart
        same = int((worst <= _allowed(ours)).sum())
    found = Agreement(len(ours), same, largest)
    if largest > _allowed(ours):
        raise StudyError(f"the file that was written says something else: {found.text}")
    return found


def _allowed(answers: Tensor) -> float:
    return CLOSE * max(1.0, float(answers.abs().max()))


@torch.no_grad()
def latencies(given: Leaving, asked: Asked, batches: Sequence[int] = BATCHES) -> dict[int, float]:
    """Milliseconds for so many objects at once, on one thread here: medians of repeats."""
    return {size: _milliseconds(given.objects, asked, size) for size in batches}


def _milliseconds(objects: Tensor, asked: Asked, size: int) -> float:
    some = objects[torch.arange(size) % len(objects)]
    for _ in range(10):
        asked(some)
    taken = []
    for _ in range(REPEATS.get(size, 50)):
        started = time.perf_counter()
        asked(some)
        taken.append(time.perf_counter() - started)
    return 1e3 * median(taken)
