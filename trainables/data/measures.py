"""How the quality of a network is measured: names, directions, units and digits, once.

Selection, progress, table, figures and report take them from here.
"""

from dataclasses import dataclass, replace
from typing import Any

ERROR_SHARE = 0.02  # of a regression's error: the smallest difference that matters


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One quality on a set of objects, recorded as "test/<name>", "validation/<name>", ...

    digits: after the decimal point, where people read it.
    power: of the target's unit in this measure. Measured on standardised targets, it times σ to
        this power is the measure in the target's own unit: 2 for a squared error.
    matters: the smallest difference that matters; matters_share: the same, as a share of what is
        compared with.
    """

    name: str
    title: str
    higher_is_better: bool
    digits: int = 3
    unit: str = ""
    power: int = 0
    matters: float = 0.0
    matters_share: float = 0.0

    @property
    def sign(self) -> int:
        """1 where higher is better, else -1: a search maximises sign · value."""
        return 1 if self.higher_is_better else -1

    @property
    def with_unit(self) -> str:
        """As an axis names it: "MSE, rentals²"."""
        return f"{self.title}, {self.unit}" if self.unit else self.title

    def text(self, value: float, sign: str = "") -> str:
        """A value as people read it: "0.804", "5,312"; sign "+" shows it always."""
        return f"{value:{sign},.{self.digits}f}"

    def with_matters(self, smallest: float) -> "Measure":
        """The same measure where this is the smallest difference that matters.

        A share, where the usual one is one.
        """
        if self.matters_share:
            return replace(self, matters_share=smallest)
        return replace(self, matters=smallest)

    def with_digits(self, digits: int) -> "Measure":
        """The same measure, shown with so many digits."""
        return replace(self, digits=digits)


ACCURACY = Measure(name="accuracy", title="accuracy", higher_is_better=True, matters=0.005)
CROSS_ENTROPY = Measure(
    name="cross_entropy",
    title="cross-entropy",
    higher_is_better=False,
    unit="nats",
    matters=0.02,
)
BALANCED_ACCURACY = Measure(
    name="balanced_accuracy", title="balanced accuracy", higher_is_better=True, matters=0.005
)
R2 = Measure(name="r2", title="R²", higher_is_better=True, matters=0.01)


def squared_error(unit: str = "", digits: int = 3) -> Measure:
    """The mean squared error of numbers in this unit."""
    squared = f"{unit}²" if unit else ""
    return Measure(
        name="mse",
        title="MSE",
        higher_is_better=False,
        digits=digits,
        unit=squared,
        power=2,
        matters_share=ERROR_SHARE,
    )


def absolute_error(unit: str = "", digits: int = 3) -> Measure:
    """The mean absolute error of numbers in this unit."""
    return Measure(
        name="mae",
        title="MAE",
        higher_is_better=False,
        digits=digits,
        unit=unit,
        power=1,
        matters_share=ERROR_SHARE,
    )


MEASURES = {
    measure.name: measure
    for measure in (
        ACCURACY, CROSS_ENTROPY, BALANCED_ACCURACY, squared_error(), absolute_error(), R2
    )
}  # fmt: skip
"""Every measure by its name; a domain shows the errors of a regression in a unit of its own."""


def measure_from(plain: dict[str, Any]) -> Measure:
    """A measure from what dataclasses.asdict made of it; older records do not say what matters."""
    usual = MEASURES[plain["name"]]
    matters = {"matters": usual.matters, "matters_share": usual.matters_share}
    return Measure(**matters | plain)
