"""What a method says of itself: its name, what it gets, and how tables show it.

A method is another way to make the student. This is the half of it that a setting holds, hashes
and records: data alone. How it trains is the other half, `trainables.methods.method`.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from trainables.data.domain import Domain
from trainables.errors import BadInputError
from trainables.identity import canonical
from trainables.networks.network import Network
from trainables.objectives.objective import Objective
from trainables.schedule import Schedule, check_schedule
from trainables.teacher import Teacher


@dataclass(frozen=True, kw_only=True)
class Method(ABC):
    """How a student is made instead of by its objective alone.

    small: whether the student also learns from the labelled objects of Small.
    """

    name: ClassVar[str]
    small: bool = False

    @property
    def asks_teacher(self) -> bool:
        """True where the setting must have a teacher, else it must have none."""
        return False

    def gets(self, target: Domain) -> str:
        """What it learns from, in a few words: "labelled photos-Big, unlabelled Big"."""
        known = self.knowledge(target)
        return f"{known} + Small" if self.small else known

    @abstractmethod
    def knowledge(self, target: Domain) -> str:
        """What it gets besides Small of the domain that the student learns."""

    def labels(self, target: Domain) -> int:
        """Labelled objects of any domain that it sees itself; a teacher's are not counted."""
        return target.split_sizes["Small"] if self.small else 0

    def passes_over_small(self, target: Domain, schedule: Schedule) -> int:
        """How often its student sees all of Small by the setting's objective, as any student of
        that teacher would; 0 where it does not.
        """
        return 0

    def variant(self, target: Domain) -> str:
        """What tells settings of this method apart, beside domain and Small; may be empty."""
        return ""

    def label(self, target: Domain) -> str:
        """Name and variant, as tables show them."""
        parts = (self.name, self.variant(target), "+ Small" if self.small else "")
        return " ".join(part for part in parts if part)

    def check(  # noqa: B027 (optional)
        self, target: Domain, teacher: Teacher | None, objective: Objective
    ) -> None:
        """Raise BadInputError unless it can make a student of this target, by this teacher."""

    def check_student(  # noqa: B027 (optional)
        self, student: Network, teacher: Teacher | None
    ) -> None:
        """Raise BadInputError unless it can make this student, a Perceptron, by this teacher."""

    def columns(self, target: Domain) -> dict[str, Any]:
        """What it adds to a setting's row: names, what it gets, its own numbers."""
        numbers = " ".join(f"{f.name}={_shown(getattr(self, f.name))}" for f in fields(self))
        return {
            "method": self.label(target),
            "gets": self.gets(target),
            "labels": self.labels(target),
            "method_parameters": f"{self.name} {numbers}",
        }


def check_plain(what: str, schedule: Schedule) -> None:
    """Raise BadInputError unless a schedule says no more than methods read of one.

    what: for which field it was given, or whose it is.
    """
    check_schedule(what, schedule)
    plain = Schedule(
        epochs=schedule.epochs,
        batch_size=schedule.batch_size,
        learning_rate=schedule.learning_rate,
    )
    if schedule != plain:
        raise BadInputError(
            f"{what} has {schedule.label}; methods have optimisers of their own and read epochs, "
            "batch_size and learning_rate alone: leave the rest away"
        )


def _shown(value: Any) -> Any:
    return value.name if isinstance(value, Domain) else canonical(value)
