"""Which setting a study chose: by validation alone. Test is read for the chosen one only.

The rule is that of `records.choice`, which the launch trained the choice by.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analysis.evidence.rows import Row
from analysis.evidence.statistics import Comparison, compare, summarise
from analysis.evidence.verdicts import Verdict, margin_of, verdicts
from records.choice import Candidate, choose
from trainables.data.measures import Measure
from trainables.identity import identity
from trainables.settings.lineage import Lineage, read


def mean(row: Row, metric: str) -> float:
    """A metric's mean over seeds; NaN without values."""
    return summarise([*row.values(metric).values()]).mean


def chosen(rows: Iterable[Row]) -> Row | None:
    """The setting of the best mean score, the earliest of equals; None where nothing was held out.

    A setting with a failed or missing seed is not a candidate, its mean would be another's; nor
    is one that was pruned, or that was scored on the test set.
    """
    return _best([row for row in rows if row["rule"] != "oracle"], "validation")


def _best(rows: Sequence[Row], group: str) -> Row | None:
    """The row that the study's one rule takes, by the score that these rows have in common."""
    if not rows:
        return None
    scored = rows[0].scored if rows[0].is_candidate else rows[0].domain.main
    candidates = [Candidate(row.finished | row.failed, _seeds_of(row)) for row in rows]
    best = choose(candidates, f"{group}/{scored.name}", higher_is_better=scored.higher_is_better)
    return None if best is None else rows[best]


def _seeds_of(row: Row) -> set[int]:
    """The seeds that score it: the selection's, or for a listed setting all that it has."""
    return set(row.planned.seeds or {*range(row.seeds), *row.finished, *row.failed})


def reported(candidate: Row, rows: Iterable[Row]) -> Row | None:
    """The same setting trained without a rule, on all of its split: itself, if it has none.

    Of a population's candidate, the setting that is trained by its lineage.
    """
    if not candidate.is_candidate:
        return candidate
    definition = {k: v for k, v in candidate.planned.definition.items() if k != "rule"}
    lineages = [record.reported for record in candidate.finished.values() if record.reported]
    key = lineages[0] if lineages else identity(definition)
    return next((row for row in rows if row.planned.key == key), None)


@dataclass(frozen=True)
class Tuned:
    """A search, what its rule chose, and what an oracle would have chosen and claimed.

    final: the choice, trained anew with fresh seeds; fixed: the listed row that was varied for
        it, which tuning has to beat.
    """

    name: str
    asked: list[Row]
    best: Row
    final: Row | None
    fixed: Row | None
    claimed: Row | None
    claimed_final: Row | None

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
    def claim(self) -> float:
        """The test result that selection by test would report: of the selection's own seeds."""
        return mean(self.claimed, f"oracle/{self.main.name}") if self.claimed else float("nan")

    @property
    def honest(self) -> float:
        """The test result of the oracle's choice with fresh seeds."""
        final = self.claimed_final
        return mean(final, final.test) if final else float("nan")

    @property
    def optimism(self) -> float:
        """By how much the claim is better than what comes of it."""
        return self.main.sign * (self.claim - self.honest)

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
                one.sign * mean(row, f"validation/{one.name}"),
                two.sign * mean(row, f"validation/{two.name}"),
            )
            for row in whole
        ]
        return [
            row
            for row, mine in zip(whole, points, strict=True)
            if not any(o[0] >= mine[0] and o[1] >= mine[1] and o != mine for o in points)
        ]


def tuned(rows: Sequence[Row]) -> list[Tuned]:
    """Every search that has chosen."""
    searches: dict[str, list[Row]] = {}
    for row in rows:
        if row.planned.search:
            searches.setdefault(row.planned.search, []).append(row)
    found = []
    for name, mine in searches.items():
        mine.sort(key=lambda row: row.planned.asked or 0)
        asked = [row for row in mine if row["rule"] != "oracle"]
        best = chosen(asked)
        if best is None or any(row.missing for row in asked):
            continue
        claimed = _best([row for row in mine if row["rule"] == "oracle"], "oracle")
        found.append(
            Tuned(
                name,
                asked,
                best,
                reported(best, rows),
                next((r for r in rows if r.planned.key == best.planned.searched.base), None),
                claimed,
                reported(claimed, rows) if claimed else None,
            )
        )
    return found


def alone_of(one: Tuned, searches: Sequence[Tuned]) -> Row | None:
    """The student alone that a choice is compared with.

    Where a search tuned the schedule too, that is the student alone of another search, tuned in
    the same way, if there is one: else the gain would be in part that of the learning rate.
    """
    final = one.final
    if final is None or final.alone is None or same_schedule(final, final.alone):
        return final.alone if final else None
    tuned_alone = (
        other.final
        for other in searches
        if other is not one
        and other.final
        and other.final.from_labels_alone
        and other.final["student"] == final["student"]
        and other.final["student_network"] == final["student_network"]
    )
    return next(tuned_alone, final.alone)


def same_schedule(row: Row, other: Row) -> bool:
    """True if both learn for as long, as fast and by the same."""
    same = ("epochs", "batch_size", "learning_rate", "schedule")
    return all(row[name] == other[name] for name in same)


def alone_verdicts(searches: Sequence[Tuned]) -> list[Verdict]:
    """Each choice against the student alone: one family."""
    return _verdicts(searches, [alone_of(one, searches) for one in searches])


def tuning_verdicts(searches: Sequence[Tuned]) -> list[Verdict]:
    """Each choice against the row that was varied for it, unless it is just that: one family."""
    return _verdicts(searches, [None if o.fixed is o.final else o.fixed for o in searches])


def _verdicts(searches: Sequence[Tuned], others: Sequence[Row | None]) -> list[Verdict]:
    found = [one.against(other) for one, other in zip(searches, others, strict=True)]
    main = searches[0].main
    levels = [mean(other, other.test) if other else math.nan for other in others]
    return verdicts(found, main, [margin_of(main, level) for level in levels])
