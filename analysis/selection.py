"""Which setting a study chooses: by validation alone. Test is read for the chosen one only."""

from collections.abc import Iterable

from analysis.evidence import summarise
from analysis.rows import Row

SCORE = "validation/accuracy"


def chosen(rows: Iterable[Row]) -> Row | None:
    """The setting of the best mean validation accuracy; None where nothing was held out.

    A setting with a failed or missing seed is not a candidate: its mean would be another's.
    """
    whole = [row for row in rows if row.values(SCORE) and not row.lack()]
    return max(whole, key=lambda r: summarise([*r.values(SCORE).values()]).mean, default=None)
