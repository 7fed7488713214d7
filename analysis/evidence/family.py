"""The comparisons of a study that are counted together: each row with its student alone.

One family, used by every table, sentence and figure. The target's first measure is the primary
one: its differences are right with 95 % for the whole family, and so are its equivalences. A
second measure only claims something of rows that the first has decided: what it says of others is
an interval. Its p-values are corrected for all rows all the same: which of them the first decides
hangs on the seeds too, and over those alone 11 % of simulated studies claimed falsely. What was
chosen by validation and trained anew is a family by itself: it is the one claim of a study that
chooses.
"""

from collections.abc import Sequence

from analysis.evidence.differences import against, difference
from analysis.evidence.rows import Row
from analysis.evidence.verdicts import Verdict, margin_of, verdicts
from trainables.data.measures import Measure


class Family:
    """The verdicts on every corrected row of a study that learns from more than labels alone."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = [row for row in rows if is_compared(row)]
        self._verdicts: dict[tuple[str, str], Verdict] = {}
        self._judge([row for row in self.rows if not row.is_anew])
        self._judge([row for row in self.rows if row.is_anew])

    def _judge(self, tested: Sequence[Row]) -> None:
        """Verdicts on these rows, in each measure on those that the one before has decided."""
        claimed = {row.planned.key for row in tested}
        for measure in tested[0].domain.compared if tested else ():
            found = [difference(row, measure) for row in tested]
            levels = [row.alone.mean(f"test/{measure.name}") for row in tested if row.alone]
            margins = [margin_of(measure, level) for level in levels]
            for row, one in zip(tested, verdicts(found, measure, margins), strict=True):
                if row.planned.key in claimed:
                    self._verdicts[row.planned.key, measure.name] = one
                if not one.is_decided:
                    claimed.discard(row.planned.key)

    def verdict(self, row: Row, measure: Measure | None = None) -> Verdict | None:
        """On a row in a measure, the primary one if none is named; None where it is not tested."""
        return self._verdicts.get((row.planned.key, (measure or row.domain.main).name))


def is_compared(row: Row) -> bool:
    """Whether a row is one of the family: reported, corrected, and with a student alone."""
    return row.corrected and not row.is_candidate and not row.from_labels_alone and bool(row.alone)


def judged(pairs: Sequence[tuple[Row, Row]], measure: Measure) -> list[Verdict]:
    """The verdicts on other pairs of rows, ours and theirs, as a family of their own."""
    found = [against(ours, theirs, measure) for ours, theirs in pairs]
    levels = [theirs.mean(f"test/{measure.name}") for _, theirs in pairs]
    return verdicts(found, measure, [margin_of(measure, level) for level in levels])
