"""The ways of a study that were tuned alike, beside the student alone that was tuned as they were.

A way is a search. Ways are compared where all had the same budget: settings, seeds, rule.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.evidence.differences import cost
from analysis.evidence.family import Family
from analysis.evidence.rows import Row
from analysis.evidence.searched import Tuned
from analysis.evidence.selection import alone_of, alone_verdicts, tuned
from analysis.evidence.verdicts import Verdict
from trainables.data.measures import Measure

LEAST = 3  # ways beside the student alone: fewer are read off the table of searches


@dataclass(frozen=True)
class Way:
    """A search with what it chose, trained anew, and the verdict on that against alone."""

    search: Tuned
    final: Row
    verdict: Verdict | None

    @property
    def name(self) -> str:
        """The search's."""
        return self.search.name

    @property
    def values(self) -> dict[int, float]:
        """On the test set, by seed."""
        return self.final.values(self.final.test)

    @property
    def seconds(self) -> float:
        """Of a worker, for one student: its own, and what was made once for it."""
        return cost(self.final)

    @property
    def search_seconds(self) -> float:
        """Of a worker, for all students that the choice took, as far as they are recorded."""
        rows = [*self.search.asked, *(row.again for row in self.search.finalists if row.again)]
        return math.fsum(s for row in rows for s in row.values("seconds").values())

    @property
    def labels(self) -> int:
        """Labelled objects of any domain that it has read, those of its teacher among them."""
        row = self.final
        own = int(row["labels" if row.made_by_method else "student_objects"])
        return own + (int(row["teacher_objects"]) if row.has_teacher else 0)

    @property
    def reads(self) -> str:
        """What it learns from, in a few words."""
        row = self.final
        if row.made_by_method:
            return str(row["gets"])
        own = f"labelled {row['student']}"
        return f"{own}, a teacher of {row['teacher']}" if row.has_teacher else own


@dataclass(frozen=True)
class Ways:
    """All ways of a study, the best first, and the student alone among them.

    failed: names of those of which a student failed: they have no mean, and no rank.
    """

    every: list[Way]
    alone: Way
    failed: list[str]

    @property
    def main(self) -> Measure:
        """What they are compared by."""
        return self.alone.search.main

    @property
    def others(self) -> list[Way]:
        """All but the student alone."""
        return [way for way in self.every if way is not self.alone]

    @property
    def settings(self) -> int:
        """How many each of them was searched with."""
        return len(self.alone.search.asked)


def ways_of(rows: Sequence[Row]) -> Ways | None:
    """The ways of a study; None where its searches were not tuned alike, are too few, or have not
    all been trained anew yet.
    """
    searches = tuned(rows)
    planned = {row.planned.search for row in rows if row.planned.search and row.within is None}
    if len(searches) <= LEAST or len({_budget(one) for one in searches}) > 1:
        return None
    ended = [one for one in searches if one.final and not one.final.missing]
    if len(ended) < len(planned):
        return None
    said = alone_verdicts(searches, Family(rows))
    found = [
        Way(one, one.final, verdict)
        for one, verdict in zip(searches, said, strict=True)
        if one.final and not one.final.failed
    ]
    alone = next((way for way in found if way.final.from_labels_alone), None)
    if alone is None or any(
        alone_of(way.search, searches) is not alone.final for way in found if way is not alone
    ):
        return None
    main = alone.search.main
    found.sort(key=lambda way: -main.sign * way.final.mean(way.final.test))
    failed = [one.name for one in searches if one.final and one.final.failed]
    return Ways(found, alone, failed)


def _budget(one: Tuned) -> tuple[object, ...]:
    row = one.asked[0]
    return len(one.asked), row.seeds, row["rule"], row.parts
