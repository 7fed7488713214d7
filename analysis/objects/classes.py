"""Each row against the student alone, class by class, at equal seeds.

Of a row the classes are one family: what is said of them is right for all classes of that row
together, with 95 % for differences and 95 % for equivalences, and at all looks of a study until
decided. A class's accuracy is the share of
its own test objects that are answered rightly.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from analysis.evidence.family import Family
from analysis.evidence.rows import Row
from analysis.evidence.statistics import Comparison, compare
from analysis.evidence.verdicts import Verdict, Word, margin_of, verdicts
from analysis.objects.truth import Truth
from trainables.data.measures import ACCURACY


@dataclass(frozen=True)
class Compared:
    """A class: its name, the student alone's mean accuracy in it, and the row against that."""

    name: str
    alone: float
    verdict: Verdict

    @property
    def found(self) -> Comparison:
        """The difference."""
        return self.verdict.found


@dataclass(frozen=True)
class ByClass:
    """A row against its student alone in each class that has test objects, and in all (overall:
    the study's own verdict).
    """

    row: Row
    overall: Verdict
    alone: float
    classes: list[Compared]

    def that_are(self, word: Word) -> list[Compared]:
        """Classes of this verdict, the largest difference first."""
        mine = [one for one in self.classes if one.verdict.word == word]
        return sorted(mine, key=lambda one: -abs(one.found.mean))

    @property
    def decided(self) -> list[Compared]:
        """Classes in which the row differs, better ones first."""
        return [*self.that_are(Word.BETTER), *self.that_are(Word.WORSE)]

    @property
    def rest(self) -> list[Compared]:
        """The others, in the domain's order."""
        return [one for one in self.classes if one not in self.decided]


def by_class(rows: Sequence[Row], truth: Truth) -> list[ByClass]:
    """Every row that the study judges, whose answers are recorded as its student alone's are."""
    family = Family(rows)
    found = (_by_class(row, family.verdict(row), truth) for row in family.rows)
    return [one for one in found if one]


def _by_class(row: Row, overall: Verdict | None, truth: Truth) -> ByClass | None:
    if row.alone is None or overall is None:
        return None
    ours, theirs = (rates(one.right(), truth) for one in (row, row.alone))
    if len(ours.keys() & theirs.keys()) < 2:
        return None
    measure = row.domain.measure(ACCURACY.name)
    counts = np.bincount(truth.labels, minlength=len(truth.names))
    classes = np.flatnonzero(counts)
    found = [
        compare(
            {seed: float(each[k]) for seed, each in ours.items()},
            {seed: float(each[k]) for seed, each in theirs.items()},
            higher_is_better=True,
            looks=row.looks,
            first_seed=row.first_seed,
        )
        for k in classes
    ]
    shared = sorted(ours.keys() & theirs.keys())[: found[0].n]
    levels = np.mean([theirs[seed] for seed in shared], 0)
    margin = margin_of(measure, row.alone.mean(row.test))
    said = verdicts(found, measure, [margin] * len(found))
    alone = row.alone.values(f"test/{measure.name}")
    return ByClass(
        row,
        overall,
        fmean(alone[seed] for seed in shared) if alone else math.nan,
        [
            Compared(truth.names[k], float(levels[k]), verdict)
            for k, verdict in zip(classes, said, strict=True)
        ],
    )


def rates(right: Mapping[int, np.ndarray], truth: Truth) -> dict[int, np.ndarray]:
    """By seed the share of each class's objects that are right [C]; 0 of a class without any."""
    of = len(truth.names)
    counts = np.maximum(np.bincount(truth.labels, minlength=of), 1)
    return {
        seed: np.bincount(truth.labels, weights=bits, minlength=of) / counts
        for seed, bits in right.items()
    }
