"""What a search chose: beside what it has to beat, and in words.

Fields are named by their paths, whichever part they are of.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean

from analysis.evidence.rows import Row
from analysis.evidence.statistics import Comparison, compare, summarise
from trainables.data.measures import Measure
from trainables.objectives.objective import SYMBOLS
from trainables.settings.lineage import Lineage, read

OBJECTIVE = "objective."


@dataclass(frozen=True)
class Tuned:
    """A search, what its rule chose, and what an oracle would have chosen and claimed.

    finalists: those that were scored again; none in older records.
    final: the choice, trained anew with fresh seeds; fixed: the listed row that was varied for
        it, which tuning has to beat.
    oracles: the settings as scored on one half of the test set; claimed: what that would choose.
    """

    name: str
    asked: list[Row]
    finalists: list[Row]
    best: Row
    final: Row | None
    fixed: Row | None
    oracles: list[Row]
    claimed: Row | None

    @property
    def lineage(self) -> Lineage:
        """Of a choice from a population, the numbers that it is trained by; else none."""
        lineages = [one.lineage for one in self.best.finished.values() if one.lineage]
        return read(lineages[0]) if lineages else ()

    @property
    def values(self) -> dict[str, float | str]:
        """What was chosen, by path; where numbers change in training, what they are at first."""
        start = self.lineage[0].numbers if self.lineage else {}
        return {**self.best.planned.searched.chosen, **start}

    @property
    def score(self) -> float:
        """What it was chosen by: its mean over the seeds of both scorings."""
        metric, again = f"validation/{self.best.score}", self.best.again
        fresh = again.values(metric) if again and self.best in self.finalists else {}
        first = {} if self.best.evolves and fresh else self.best.values(metric)
        return summarise([*first.values(), *fresh.values()]).mean

    @property
    def claim(self) -> float:
        """The test result that selection by test would report: on the half that selected."""
        return self.claimed.mean(f"oracle/{self.main.name}") if self.claimed else math.nan

    @property
    def honest(self) -> float:
        """The test result of the same students on the other half."""
        return self.claimed.mean(f"oracle_rest/{self.main.name}") if self.claimed else math.nan

    @property
    def optimism(self) -> Comparison:
        """By how much the claim is better than what the same students have on the other half.

        Paired by seed, less the same difference of all settings that the oracle chose from: that
        is how much easier one half is than the other, since nothing chose their average.
        """
        gaps = [self._gaps(row) for row in self.oracles if not row.failed]
        seeds = set.intersection(*map(set, gaps)) if gaps else set()
        easier = {seed: fmean(one[seed] for one in gaps) for seed in seeds}
        ours = self._gaps(self.claimed) if self.claimed else {}
        return compare(ours, easier, higher_is_better=True)

    def _gaps(self, row: Row) -> dict[int, float]:
        """By how much a row is better on the half that selects, by seed."""
        on, off = (row.values(f"{part}/{self.main.name}") for part in ("oracle", "oracle_rest"))
        return {seed: self.main.sign * (on[seed] - off[seed]) for seed in on.keys() & off.keys()}

    @property
    def main(self) -> Measure:
        """What its target's results are compared by."""
        return self.best.domain.main

    @property
    def spent(self) -> float:
        """Epochs trained over epochs planned, of all candidates: below 1 with pruning."""
        planned = sum(row.number("epochs") * row.parts * len(row.finished) for row in self.asked)
        trained = sum(sum(row.values("epochs_trained").values()) for row in self.asked)
        return trained / planned if planned else float("nan")

    def against(self, other: Row | None) -> Comparison:
        """The choice against another reported row, at equal fresh seeds."""
        ours = self.final.values(self.final.test) if self.final else {}
        theirs = other.values(other.test) if other and other is not self.final else {}
        looks = self.best.looks
        return compare(ours, theirs, higher_is_better=self.main.higher_is_better, looks=looks)

    def front(self) -> list[Row]:
        """The settings that none beats in both compared measures (validation)."""
        one, two = self.best.domain.compared
        whole = [row for row in self.asked if row.values(row.validation) and not row.pruned]
        points = [
            (
                one.sign * row.mean(f"validation/{one.name}"),
                two.sign * row.mean(f"validation/{two.name}"),
            )
            for row in whole
        ]
        return [
            row
            for row, mine in zip(whole, points, strict=True)
            if not any(o[0] >= mine[0] and o[1] >= mine[1] and o != mine for o in points)
        ]


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
