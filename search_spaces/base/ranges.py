"""What a field may be in a search: a range of numbers, or a choice; behind each stands Optuna's.

Optuna knows numbers and texts. So a choice goes by its label there, whatever it is: a network's,
a link's, a number, or where these do not tell choices apart all that they say.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trainables.checks import check_flag, check_real, check_whole
from trainables.errors import BadInputError, unknown
from trainables.identity import canonical

if TYPE_CHECKING:  # it takes most of a second to import
    from optuna.trial import Trial

Suggested = float | int | str
"""What Optuna suggests: a number, or the label of a choice."""


class Range(ABC):
    """What a field may be."""

    @abstractmethod
    def suggest(self, trial: "Trial", name: str) -> Suggested:
        """Ask Optuna for one, under the name of a parameter."""

    @property
    @abstractmethod
    def ends(self) -> tuple[Suggested, ...]:
        """The lowest and the highest number, or every choice: what must make a sound setting."""

    def value(self, suggested: Suggested) -> Any:
        """What the field becomes for what was suggested."""
        return suggested


@dataclass(frozen=True)
class Uniform(Range):
    """A real number in [low, high]; each is as likely."""

    low: float
    high: float

    def __post_init__(self) -> None:
        check_real(self, "low")
        check_real(self, "high")
        _check_order(self, self.low, self.high)

    def suggest(self, trial: "Trial", name: str) -> float:
        """A float."""
        return trial.suggest_float(name, self.low, self.high)

    @property
    def ends(self) -> tuple[float, float]:
        """Both."""
        return self.low, self.high


@dataclass(frozen=True)
class LogUniform(Uniform):
    """A real number in [low, high], 0 < low; each of its orders of magnitude is as likely."""

    def __post_init__(self) -> None:
        check_real(self, "low", above=0.0)
        super().__post_init__()

    def suggest(self, trial: "Trial", name: str) -> float:
        """A float."""
        return trial.suggest_float(name, self.low, self.high, log=True)


@dataclass(frozen=True)
class Integers(Range):
    """A whole number from low to high, both included; log: as in LogUniform, with low ≥ 1."""

    low: int
    high: int
    log: bool = False

    def __post_init__(self) -> None:
        check_flag(self, "log")
        for end in ("low", "high"):
            check_real(self, end)  # becomes a float, which must be whole
            if not (value := getattr(self, end)).is_integer():
                raise BadInputError(f"Integers.{end} is {value:g}: give a whole number")
            object.__setattr__(self, end, int(value))
        if self.log:
            check_whole(self, "low", at_least=1)
        _check_order(self, self.low, self.high)

    def suggest(self, trial: "Trial", name: str) -> int:
        """An int."""
        return trial.suggest_int(name, self.low, self.high, log=self.log)

    @property
    def ends(self) -> tuple[int, int]:
        """Both."""
        return self.low, self.high


@dataclass(frozen=True, init=False)
class Choice(Range):
    """One of these values, two at least: numbers, texts, tuples, None, or whole parts."""

    values: tuple[Any, ...]
    labels: tuple[str, ...] = field(compare=False, repr=False)

    def __init__(self, *values: Any) -> None:
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "labels", _labels(values))

    def suggest(self, trial: "Trial", name: str) -> str:
        """A label."""
        return str(trial.suggest_categorical(name, self.labels))

    @property
    def ends(self) -> tuple[str, ...]:
        """Every label."""
        return self.labels

    def value(self, suggested: Suggested) -> Any:
        """The choice that has this label."""
        if suggested not in self.labels:
            raise unknown("choice", suggested, self.labels)
        return self.values[self.labels.index(str(suggested))]


def label_of(value: Any) -> str:
    """A value in a word or two: its own label or name where it is a part that has one."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:g}"
    if isinstance(value, tuple | list):
        return " ".join(map(label_of, value))
    own = getattr(value, "label", None) or getattr(value, "name", None)
    return own if isinstance(own, str) else str(value)


def spelled(value: Any) -> str:
    """All that determines a value: "Noise(std=0.3)".

    Raises TypeError for what cannot stand in a setting (see trainables.identity).
    """

    def text(plain: Any) -> str:
        if isinstance(plain, dict):
            fields = {name: text(each) for name, each in plain.items() if name}
            return f"{plain['']}({', '.join(f'{k}={v}' for k, v in fields.items())})"
        if isinstance(plain, list):
            return f"({', '.join(map(text, plain))})"
        return json.dumps(plain, ensure_ascii=False)

    return text(canonical(value))


def _labels(values: Sequence[Any]) -> tuple[str, ...]:
    if len(values) < 2:
        raise BadInputError(
            f"Choice({', '.join(map(repr, values))}) leaves nothing to choose: give two at least, "
            "each as an argument of its own"
        )
    try:
        whole = [spelled(value) for value in values]
    except TypeError as error:
        raise BadInputError(f"Choice: {error}") from None
    doubled = [text for text in whole if whole.count(text) > 1]
    if doubled:
        raise BadInputError(f"Choice gives {doubled[0]} twice: give different ones")
    short = [label_of(value) for value in values]
    return tuple(short if len(set(short)) == len(short) else whole)


def _check_order(owner: Range, low: float, high: float) -> None:
    if not low < high:
        raise BadInputError(
            f"{type(owner).__name__} needs low < high; given were {low:g} and {high:g}"
        )
