"""What nested searches report: procedures of searching and training, with a value a seed."""

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.evidence.rows import Row
from analysis.evidence.searched import path_labels, value_text
from analysis.evidence.statistics import Comparison, Summary, compare, summarise
from trainables.data.measures import Measure


@dataclass(frozen=True)
class Nested:
    """A nested search: the row that it reports, and what it has to beat.

    final: the procedure's row; fixed: the listed row that was varied, where it is one for all
        seeds; asked: the candidates of all seeds.
    """

    final: Row
    fixed: Row | None
    asked: list[Row]

    @property
    def name(self) -> str:
        """The search's name."""
        return self.final.nested

    @property
    def choices(self) -> dict[int, Row]:
        """The candidate that was chosen for each seed."""
        return self.final.choices

    @property
    def first(self) -> Row:
        """A candidate, for what all of them have in common."""
        return self.asked[0]

    @property
    def main(self) -> Measure:
        """What its target's results are compared by."""
        return self.final.domain.main

    @property
    def asked_a_seed(self) -> str:
        """How many settings a seed has asked for: "40"; "16 to 40" where they differ."""
        counts = sorted(set(Counter(row.within for row in self.asked).values()))
        return str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"

    @property
    def score(self) -> Summary:
        """What the seeds chose by, over the seeds: of each the mean over the parts held out."""
        metric = f"validation/{self.first.score}"
        return summarise([row.mean(metric) for row in self.choices.values()])

    @property
    def seconds(self) -> float:
        """What a seed's search took of a worker, on average; artifacts not counted."""
        spent = [sum(row.values("seconds").values()) for row in self.asked]
        return sum(spent) / len({row.within for row in self.asked})

    def values(self) -> dict[str, str]:
        """What the seeds chose, by path: median and range of a number, how often each part."""
        found: dict[str, list[float | str]] = {}
        for row in self.choices.values():
            for path, value in row.planned.searched.chosen.items():
                found.setdefault(path, []).append(value)
        return {path: _spread(values) for path, values in found.items()}

    def values_text(self) -> str:
        """The same in words: "λ 0.7 (0.4..0.9), T 2.1 (0.6..11)"."""
        found = self.values()
        labels = path_labels(found)
        return ", ".join(f"{labels[path]} {text}" for path, text in found.items())

    def against(self, other: Row | None) -> Comparison:
        """The procedure against another reported row, at equal seeds."""
        ours = self.final.values(self.final.test)
        theirs = other.values(other.test) if other else {}
        return compare(
            ours,
            theirs,
            higher_is_better=self.main.higher_is_better,
            looks=self.final.looks,
        )


def nested(rows: Sequence[Row]) -> list[Nested]:
    """Every nested search of which a seed has chosen."""
    found = []
    for row in rows:
        if not row.nested:
            continue
        asked = [r for r in rows if r.within is not None and r.planned.search == row.nested]
        bases = {one.planned.searched.base for one in row.choices.values()}
        fixed = next((r for r in rows if {r.planned.key} == bases), None)
        found.append(Nested(row, fixed, asked))
    return found


def _spread(values: Sequence[float | str]) -> str:
    numbers = [value for value in values if not isinstance(value, str)]
    if len(numbers) == len(values):
        low, high = value_text(min(numbers)), value_text(max(numbers))
        middle = statistics.median(numbers)
        whole = all(isinstance(value, int) for value in numbers) and middle == int(middle)
        return f"{value_text(int(middle) if whole else middle)} ({low}..{high})"
    return ", ".join(f"{value} ×{count}" for value, count in Counter(values).most_common())
