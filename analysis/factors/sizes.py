"""Rows that differ in the number of their labels alone, and how many labels a teacher saves."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.evidence.rows import Row, family_of
from analysis.factors.inversion import Interval, labels_needed
from trainables.data.measures import Measure

SAME = (
    "teacher", "teacher_network", "link", "vae_labels", "lambda", "temperature", "objective",
    "schedule", "learning_rate", "batch_size",
)  # fmt: skip
"""What rows of one curve have in common; the number of epochs may go by that of labels."""


@dataclass(frozen=True)
class Curve:
    """One row at several sizes: rows by the number of labels, in ascending order."""

    points: dict[int, Row]

    @property
    def _any(self) -> Row:
        return next(iter(self.points.values()))

    @property
    def label(self) -> str:
        """The row in a few words, without its split and size: "← photos-Big, no φ"."""
        return self._any.label_of("").strip()

    @property
    def name(self) -> str:
        """The same with the split: "Small ← photos-Big, no φ"."""
        return self._any.label_of(self._any.seen_split)

    def values(self, measure: Measure) -> dict[int, dict[int, float]]:
        """A measure on the test set by size and seed, of sizes that have any."""
        found = {size: row.values(f"test/{measure.name}") for size, row in self.points.items()}
        return {size: values for size, values in found.items() if values}


@dataclass(frozen=True)
class Sizes:
    """The student alone by labels, and what is compared with it, size by size."""

    alone: Curve
    others: list[Curve]

    @property
    def measures(self) -> tuple[Measure, ...]:
        """In which rows are compared with the student alone."""
        return next(iter(self.alone.points.values())).domain.compared

    def needed(self, row: Row, measure: Measure) -> Interval | None:
        """How many labels the student alone needs for what a row has; see labels_needed."""
        reached = row.values(f"test/{measure.name}")
        return labels_needed(self.alone.values(measure), reached, measure.sign, row.looks)


def sizes_of(rows: Sequence[Row]) -> list[Sizes]:
    """The curves of a study, each group with the student alone that it is compared with."""
    groups: dict[tuple[object, ...], dict[int, list[Row]]] = {}
    for row in rows:
        if row.corrected and not row.is_candidate and not row.made_by_method:
            key = _without_size(row)
            groups.setdefault(key, {}).setdefault(row.labelled, []).append(row)
    curves = [
        Curve({size: found[size][0] for size in sorted(found)})
        for found in groups.values()
        if len(found) > 1 and all(len(same) == 1 for same in found.values())
    ]
    taught = [row for row in rows if not row.from_labels_alone and row.alone]
    compared_with = {row.alone.planned.key for row in taught if row.alone}
    return [
        Sizes(base, others)
        for base in curves
        if any(row.planned.key in compared_with for row in base.points.values())
        and (others := [curve for curve in curves if curve is not base and _is_on(curve, base)])
    ]


def _without_size(row: Row) -> tuple[object, ...]:
    return *family_of(row)[1:], *(row[name] for name in SAME)


def _is_on(curve: Curve, base: Curve) -> bool:
    """Whether its rows learn from the same labels as the base's."""
    pairs = ((row, base.points.get(size)) for size, row in curve.points.items())
    return any(other and family_of(row) == family_of(other) for row, other in pairs)
