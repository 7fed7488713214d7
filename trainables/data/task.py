"""What is learnt: an object's class, or a number; and how well is measured accordingly."""

from dataclasses import dataclass
from typing import ClassVar

from trainables.data.measures import (
    ACCURACY,
    BALANCED_ACCURACY,
    CROSS_ENTROPY,
    R2,
    Measure,
    absolute_error,
    squared_error,
)
from trainables.errors import BadInputError


@dataclass(frozen=True, kw_only=True)
class Classes:
    """To name an object's class.

    names: of the classes; label k is the k-th. even: whether they have (about) as many objects
    each; where not, accuracy stands beside the balanced accuracy.
    """

    kind: ClassVar[str] = "classes"
    names: tuple[str, ...]
    even: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(self.names))
        if len(self.names) < 2:
            raise BadInputError(
                f"a classification needs two classes or more; given was {[*self.names]}"
            )

    @property
    def outputs(self) -> int:
        """How many outputs a network has: a logit a class."""
        return len(self.names)

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Settings are selected by the first and compared by the first two."""
        usual = (ACCURACY, CROSS_ENTROPY)
        return usual if self.even else (*usual, BALANCED_ACCURACY)

    @property
    def curve(self) -> Measure:
        """The measure whose area under the curve over epochs is the integral criterion."""
        return CROSS_ENTROPY


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """To predict a number.

    unit: of the number; digits: after the decimal point, of the squared and the absolute error.
    """

    kind: ClassVar[str] = "numbers"
    outputs: ClassVar[int] = 1
    unit: str = ""
    digits: tuple[int, int] = (3, 3)

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Settings are selected by the first and compared by the first two."""
        squared, absolute = self.digits
        return squared_error(self.unit, squared), absolute_error(self.unit, absolute), R2

    @property
    def curve(self) -> Measure:
        """The measure whose area under the curve over epochs is the integral criterion."""
        return self.measures[0]


Task = Classes | Numbers
