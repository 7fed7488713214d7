"""Rows that differ in what the model behind φ has learned from: in the number of pairs, say."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.evidence.rows import Row, family_of
from analysis.factors.sizes import SAME

FEWEST = 2  # amounts that make a curve
OF_THE_LINK = ("link", "vae_labels")


@dataclass(frozen=True)
class Amounts:
    """One link by an amount, and the same student and teacher behind others.

    points: rows by the amount, in ascending order; unit: what it counts. others: rows of links
    without an amount.
    """

    link: str
    unit: str
    points: dict[int, Row]
    others: list[Row]


def amounts_of(rows: Sequence[Row]) -> list[Amounts]:
    """Each link that stands at several amounts, where its rows have a student alone."""
    taught = [
        row
        for row in rows
        if row.corrected and row.alone and row.has_teacher and not row.from_labels_alone
        and not row.is_candidate and not row.made_by_method
    ]  # fmt: skip
    found: dict[tuple[object, ...], dict[int, Row]] = {}
    for row in taught:
        if row.amount:
            count, unit = row.amount
            found.setdefault((row["link"], unit, *_otherwise(row)), {})[count] = row
    return [
        Amounts(
            link=str(link),
            unit=str(unit),
            points={count: points[count] for count in sorted(points)},
            others=[row for row in taught if not row.amount and _otherwise(row) == same],
        )
        for (link, unit, *rest), points in found.items()
        if len(points) >= FEWEST and (same := tuple(rest))
    ]


def _otherwise(row: Row) -> tuple[object, ...]:
    """All that a row says but its link."""
    return *family_of(row), *(row[name] for name in SAME if name not in OF_THE_LINK)
