"""What the parts of the command share: device, time, sizes, and what they have found so far."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import torch

from benchmarks.gpu.checks import Check
from benchmarks.gpu.children import Task
from benchmarks.gpu.frame.budget import Budget, OutOfTimeError
from benchmarks.gpu.frame.device import give_back
from benchmarks.gpu.frame.sizes import Sizes
from benchmarks.gpu.frame.table import Section
from benchmarks.gpu.speed import Limits
from benchmarks.gpu.work import BATCH, Kind, domain, kinds, students
from trainables.networks import Perceptron
from trainables.schedule import Schedule


@dataclass
class Bench:
    """What the parts share, and what they have found so far.

    found: for the JSON, by part. failed: checks that did not hold, parts that broke.
    """

    device: torch.device
    budget: Budget
    sizes: Sizes
    random: bool
    found: dict[str, Any] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    limits: Limits = field(default_factory=lambda: Limits(float("nan"), float("nan")))

    def __post_init__(self) -> None:
        self.domain = domain(random=self.random)
        self.kinds = kinds(self.domain, self.sizes)

    def run(self, name: str, part: "Callable[[Bench], None]") -> None:
        """Run a part, which prints what it found, or say that its share of the time was over."""
        self.budget.begin(name)
        began = self.budget.spent
        try:
            part(self)
        except OutOfTimeError:
            self.say(Section(f"{name}: stopped, its share of the time was over"))
            self.found.setdefault(name, "stopped: its share of the time was over")
        self.found.setdefault("spent", {})[name] = round(self.budget.spent - began, 1)
        give_back(self.device)

    def say(self, section: Section) -> None:
        """Print it at once: who waits for minutes sees where it stands."""
        print(f"\n{section.text()}", flush=True)

    def fail(self, name: str, reason: str) -> None:
        """Note that a part broke."""
        self.say(Section(f"{name}: failed", notes=[reason]))
        self.found[name] = f"failed: {reason}"
        self.failed.append(name)

    def note(self, found: list[Check]) -> list[dict[str, Any]]:
        """Checks for the JSON; those that do not hold are remembered."""
        self.failed += [check.name for check in found if not check.passed]
        return [asdict(check) for check in found]

    def task(self, **fields: int) -> Task:
        """What a process is to train, of the standard schedule."""
        return Task(
            device=str(self.device), random=self.random, epochs=self.sizes.epochs, **fields
        )

    def short_students(self) -> Kind:
        """Students of a schedule as short as is compared with a CPU's."""
        schedule = Schedule(epochs=self.sizes.checked_epochs, batch_size=BATCH)
        return students(self.domain, Perceptron(hidden=(64,)), schedule, "students")
