"""A teacher's row and its controls: the same student, its soft labels carry less of the teacher.

Which rows are controls of which follows from what they say of themselves: what their soft labels
carry, under which link, λ and T. Students alone that nothing holds back stand beside them: trained
by other schedules than the row's, selected or searched.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

from analysis.evidence.differences import gaps
from analysis.evidence.family import Family, judged
from analysis.evidence.rows import Row, family_of
from analysis.evidence.searched import Tuned
from analysis.evidence.selection import same_schedule, tuned
from analysis.evidence.verdicts import Verdict, Word
from analysis.factors.inversion import Interval, share
from trainables.data.measures import Measure
from trainables.objectives.controls import LADDER, UNTRAINED

BY_TEACHER = ("teacher", "teacher_network")
BY_LINK = ("link", "vae_labels", "lambda", "temperature")


@dataclass(frozen=True)
class Ladder:
    """A teacher's row, its controls by what they carry, and students alone to beat.

    alone: the student alone of its schedule; others: those of other schedules.
    """

    taught: Row
    alone: Row
    controls: list[Row]
    others: list[Row]

    @property
    def rivals(self) -> list[Row]:
        """All that the row must beat, if what its teacher says of an object is worth anything."""
        return [*self.others, *self.controls]

    @property
    def rungs(self) -> list[Row]:
        """All of it, in the order of what they carry."""
        return [*self.rivals, self.taught]

    def share(self, row: Row, measure: Measure, family: Family) -> Interval | None:
        """The share of the teacher's gain that a row reaches; None where none is shown."""
        verdict = family.verdict(self.taught, measure)
        if verdict is None or verdict.word != Word.BETTER:
            return None
        mine, whole = (gaps(one, self.alone, measure) for one in (row, self.taught))
        return share(mine, whole, self.taught.looks, self.taught.first_seed)


def ladders(rows: Sequence[Row]) -> list[Ladder]:
    """The ladder of every teacher's row that has a control with a teacher."""
    found, below = [], [row for row in rows if row.is_control]
    for row in rows:
        controls = [other for other in below if _is_control_of(other, row)]
        if row.alone and any(control.has_teacher for control in controls):
            others = [other for other in rows if _is_alone_beside(other, row)]
            controls.sort(key=_rung)
            found.append(Ladder(row, row.alone, controls, others))
    return found


def _rung(control: Row) -> int:
    """Its place on the ladder; what a user's objective carries stands below the teacher itself."""
    known = control.carries in LADDER
    return LADDER.index(control.carries) if known else len(LADDER) - 1


def _is_control_of(row: Row, taught: Row) -> bool:
    usual = taught.has_teacher and not taught.made_by_method and not taught.unusual_objective
    if not usual or taught.is_control or not _is_beside(row, taught):
        return False
    if not same_schedule(row, taught):
        return False
    if not row.has_teacher:
        return True
    same = BY_LINK if row.carries == UNTRAINED else (*BY_LINK, *BY_TEACHER)
    return all(row[name] == taught[name] for name in (*same, "teacher_network"))


def _is_alone_beside(row: Row, taught: Row) -> bool:
    other = row.from_labels_alone and not row.has_teacher and row is not taught.alone
    return other and _is_beside(row, taught)


def _is_beside(row: Row, taught: Row) -> bool:
    """Whether both are reported students that learn from the same labels."""
    reported = all(one.corrected and not one.is_candidate for one in (row, taught))
    return reported and family_of(row) == family_of(taught)


def beyond(found: Sequence[Ladder], measure: Measure) -> dict[tuple[str, str], Verdict]:
    """Each teacher's row against its rivals, by the keys of both: one family."""
    pairs = [(one.taught, rival) for one in found for rival in one.rivals]
    said = judged(pairs, measure)
    keys = [(taught.planned.key, rival.planned.key) for taught, rival in pairs]
    return dict(zip(keys, said, strict=True))


def tuned_against_tuned(rows: Sequence[Row]) -> list[tuple[Tuned, Tuned, Verdict]]:
    """The choice of each search for a taught student against those for students alone of the same
    labels, with the verdicts: one family.
    """
    found = [
        (ours, theirs, pair)
        for ours, theirs in permutations(tuned(rows), 2)
        if (pair := _finals(ours, theirs))
    ]
    if not found:
        return []
    said = judged([pair for _, _, pair in found], found[0][0].main)
    return [(*one[:2], verdict) for one, verdict in zip(found, said, strict=True)]


def _finals(ours: Tuned, theirs: Tuned) -> tuple[Row, Row] | None:
    """What both chose, where the one is taught, and the other alone."""
    one, other = ours.final, theirs.final
    if one is None or other is None or one.from_labels_alone or not other.from_labels_alone:
        return None
    return (one, other) if family_of(one) == family_of(other) else None
