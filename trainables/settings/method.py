"""What a method says of itself: its name, what it gets, and how tables show it.

A method is another way to make the student. This is the half of it that a setting holds, hashes
and records: data alone. How it trains is the other half, `trainables.methods.method`.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from trainables.checks import check_choice
from trainables.data.domains import FASHION_MNIST, MNIST, PIXELS, STUDENT_HIDDEN_SIZES
from trainables.identity import canonical


@dataclass(frozen=True, kw_only=True)
class Method(ABC):
    """How a student is made instead of by the λ-loss alone.

    domain: whose test set the student is evaluated on; MNIST where published figures are.
    small: whether the student also learns from the 1,000 labelled objects of Small.
    """

    name: ClassVar[str]
    domain: str = FASHION_MNIST
    small: bool = False

    def __post_init__(self) -> None:
        check_choice(self, "domain", (FASHION_MNIST, MNIST))

    @property
    def asks_teacher(self) -> bool:
        """True where the setting must have a teacher, else it must have none."""
        return False

    @property
    def gets(self) -> str:
        """What it learns from, in a few words: "labelled MNIST-Big, unlabelled Big"."""
        return f"{self.knowledge} + Small" if self.small else self.knowledge

    @property
    @abstractmethod
    def knowledge(self) -> str:
        """What it gets besides Small."""

    @property
    def labels(self) -> int:
        """Labelled objects of any domain that it sees itself; a teacher's are not counted."""
        return 1_000 if self.small else 0

    @property
    def variant(self) -> str:
        """What tells settings of this method apart, beside domain and Small; may be empty."""
        return ""

    @property
    def label(self) -> str:
        """Name and variant, as tables show them."""
        parts = (self.name, self.variant, "+ Small" if self.small else "")
        return " ".join(part for part in parts if part)

    @property
    def student_sizes(self) -> tuple[int, ...]:
        """Layer sizes of the student."""
        return (PIXELS, *STUDENT_HIDDEN_SIZES, 10)

    def columns(self) -> dict[str, Any]:
        """What it adds to a setting's row: names, what it gets, its own numbers."""
        numbers = " ".join(f"{f.name}={canonical(getattr(self, f.name))}" for f in fields(self))
        return {
            "method": self.label,
            "gets": self.gets,
            "labels": self.labels,
            "method_parameters": f"{self.name} {numbers}",
        }
