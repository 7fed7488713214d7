"""Whether a device computes what a CPU does, and a member alone what it does in company.

Nothing here is compared to the bit: products of another library add in another order. What is
compared is what a training passes to its optimiser, and what it reports, from the study's own
training functions; so data, draws, losses, gradients and updates are all in it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor

from benchmarks.gpu.frame.budget import Budget
from benchmarks.gpu.frame.device import tf32
from benchmarks.gpu.frame.sizes import Sizes
from benchmarks.gpu.work import Kind, prepared
from trainables.artifacts.store import Saved
from trainables.networks.updates import Updates
from trainables.results import TrialResult

FIRST = 1e-4
"""Of a gradient before any step, ‖a - b‖ / ‖b‖: fp32 gives some 1e-6, TF32 some 1e-3."""
SECOND = 1e-3
"""After one step: Adam's first moves each weight by its rate in the direction of its gradient's
sign, so that roundings of gradients near zero become whole steps."""
LOSS = 1e-3  # of a loss, a mean over an epoch or two, relatively
ACCURACY = 0.01  # of a short training: its last epoch's test accuracy, on 10,000 objects
COMPANIONS = 2


@dataclass(frozen=True)
class Check:
    """What was found, and what it may be at most."""

    name: str
    found: float
    within: float

    @property
    def passed(self) -> bool:
        """A NaN does not."""
        return self.found <= self.within


@contextmanager
def gradients_of_member(place: int, steps: int) -> Iterator[list[list[Tensor]]]:
    """What the optimiser is given for a member in the first steps of the next training."""
    noted: list[list[Tensor]] = []
    step = Updates.step

    def noting(self: Updates, gradients: list[list[Tensor]]) -> None:
        if len(noted) < steps:
            noted.append([torch.cat(each)[place].detach().cpu() for each in gradients])
        step(self, gradients)

    with patch.object(Updates, "step", noting):
        yield noted


def distance(mine: Sequence[Tensor], theirs: Sequence[Tensor]) -> float:
    """The largest ‖a - b‖ / ‖b‖ of a list of tensors; where b is zero, ‖a‖."""
    gaps = [
        float((a.double() - b.double()).norm() / (b.double().norm() or 1.0))
        for a, b in zip(mine, theirs, strict=True)
    ]
    return max(gaps)


def gap(mine: Sequence[float], theirs: Sequence[float]) -> float:
    """The largest |a - b| / |b|."""
    return max(abs(a - b) / abs(b) for a, b in zip(mine, theirs, strict=True))


def losses_of(result: TrialResult | Saved) -> list[float]:
    """The losses that a training reports: of its first epoch, and at its end."""
    if isinstance(result, TrialResult):
        names = ("train/loss", "train/hard", "train/soft", "test/cross_entropy")
        return [result.history[name][0] for name in names]
    return [value for name, value in result.facts.items() if name.endswith(("loss", "kl", "py"))]


def against_cpu(kind: Kind, device: torch.device, budget: Budget) -> list[Check]:
    """A member in a cohort on the device, against the same alone on a CPU."""
    found: list[tuple[list[list[Tensor]], Any]] = []
    for where, count in ((torch.device("cpu"), 1), (device, COMPANIONS)):
        # The first of all has the same seed and λ as the one alone.
        members = kind.members(COMPANIONS)[:count]
        workshop = prepared(members, where)
        with gradients_of_member(0, steps=2) as gradients:
            results = kind.train(members, workshop, budget.check)
        found.append((gradients, results[0]))
    (theirs, reference), (mine, result) = found
    return [
        Check(f"{kind.name}: gradients", distance(mine[0], theirs[0]), FIRST),
        Check(f"{kind.name}: gradients after a step", distance(mine[1], theirs[1]), SECOND),
        Check(f"{kind.name}: losses", gap(losses_of(result), losses_of(reference)), LOSS),
    ]


def whole_student(kind: Kind, device: torch.device, budget: Budget) -> Check:
    """The accuracy of a student trained on the device, against the same on a CPU."""
    reached = []
    for where in (torch.device("cpu"), device):
        members = kind.members(1)
        results = kind.train(members, prepared(members, where), budget.check)
        reached.append(kind.mean(results))
    return Check("a student: accuracy", abs(reached[0] - reached[1]), ACCURACY)


def in_company(kind: Kind, device: torch.device, sizes: Sizes, budget: Budget) -> list[Check]:
    """A student in company, against the same alone, both on the device."""
    members = kind.members(sizes.company)
    workshop = prepared(members, device)
    place = sizes.company // 2
    together = kind.train(members, workshop, budget.check)[place]
    (alone,) = kind.train([members[place]], workshop, budget.check)
    mine, theirs = (kind.mean([one]) for one in (together, alone))
    name = f"a student among {sizes.company}"
    return [
        Check(f"{name}: accuracy", abs(mine - theirs), ACCURACY),
        Check(f"{name}: losses", gap(losses_of(together), losses_of(alone)), LOSS),
    ]


def rounding(device: torch.device) -> list[Check]:
    """Whether a GPU computes products and convolutions in full fp32."""
    if device.type != "cuda":
        return []
    return [Check(f"{what} by TF32", float(on), 0.0) for what, on in tf32().items()]
