"""Published against corrected: what a printed table says, beside its rows run here.

audit.py          what an audit comes to
bike_sharing.py   Table 5, the regression
fashion.py        Table 3, the nine rows of garments

An audit is a function of a study's rows; it is None where the study does not hold what it needs.
"""

from collections.abc import Sequence

from analysis.audits import bike_sharing, fashion
from analysis.audits.audit import Audit
from analysis.evidence.rows import Row

__all__ = ["AUDITS", "Audit", "audit"]

AUDITS = (bike_sharing.audit, fashion.audit)


def audit(rows: Sequence[Row]) -> Audit | None:
    """The first audit that a study's rows can be held to; None where there is none."""
    found = (one(rows) for one in AUDITS)
    return next((one for one in found if one), None)
