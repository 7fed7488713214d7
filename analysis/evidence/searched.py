"""What a search chose, in words: fields by their paths, whichever part they are of."""

from collections import Counter
from collections.abc import Iterable, Mapping

from trainables.objectives.objective import SYMBOLS

OBJECTIVE = "objective."


def path_labels(paths: Iterable[str]) -> dict[str, str]:
    """A label for each path: λ and T, else its last name in words, all names where that is shared.

    "objective.temperature" is T, "schedule.learning_rate" the "learning rate".
    """
    labels = {path: _label(path) for path in paths}
    counts = Counter(labels.values())
    return {
        path: label if counts[label] == 1 else _words(path.replace(".", " "))
        for path, label in labels.items()
    }


def _label(path: str) -> str:
    symbol = SYMBOLS.get(path.removeprefix(OBJECTIVE)) if path.startswith(OBJECTIVE) else None
    return symbol or _words(path.rpartition(".")[2])


def _words(name: str) -> str:
    return name.replace("_", " ")


def value_text(value: float | str) -> str:
    """A real number to three digits; whole ones and the labels of choices as they are."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def values_text(values: Mapping[str, float | str]) -> str:
    """What stands at some paths: "λ 0.72, T 1.5, learning rate 0.003"."""
    labels = path_labels(values)
    return ", ".join(f"{labels[path]} {value_text(value)}" for path, value in values.items())
