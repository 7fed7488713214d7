"""Every comparison that a study's tables and sentences judge, and what its next look needs.

One list, made of the functions that tables and sentences take their verdicts from: so a look at a
study until decided sees the same families as a reader. Which they are is in docs/reading.md, and
which three are judged by the seeds there are and ask for none: classes, agreement with teachers,
and what is level with the best of ways tuned alike.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from analysis.audits import fashion
from analysis.comparisons.contrasts import contrasts
from analysis.evidence.family import Family
from analysis.evidence.nested import Nested, nested
from analysis.evidence.rows import Row
from analysis.evidence.searched import Tuned
from analysis.evidence.selection import alone_of, alone_verdicts, tuned, tuning_verdicts
from analysis.evidence.verdicts import Verdict
from analysis.factors.ladder import beyond, ladders, tuned_against_tuned
from analysis.methods.pairs import adapted, against_teachers, matched


class Question(NamedTuple):
    """A comparison of two rows, and what the seeds say of it so far.

    family: the comparisons that it is corrected for together with it, in a word or two.
    theirs: ours, where a row is compared with what it recorded itself on the way.
    """

    family: str
    ours: Row
    theirs: Row
    verdict: Verdict

    @property
    def has_failed(self) -> bool:
        """True where a failed seed leaves no values to compare."""
        return bool(self.ours.failed or self.theirs.failed)

    @property
    def is_open(self) -> bool:
        """True where more seeds may settle it: neither decided, nor without values to compare."""
        return not (self.verdict.is_decided or self.has_failed)

    @property
    def is_of_reported(self) -> bool:
        """True where both are reported with the same seeds, each a run of its own."""
        both = self.ours, self.theirs
        reported = all(row.corrected and not row.is_candidate for row in both)
        return reported and self.ours.first_seed == self.theirs.first_seed

    @property
    def text(self) -> str:
        """Which two are compared, in which family, by how many seeds so far."""
        ours, theirs = self.ours.label, self.theirs.label
        return f"{ours} against {theirs} ({self.family}, n = {self.verdict.found.n})"

    @property
    def keys(self) -> set[str]:
        """Of its two settings."""
        return {self.ours.planned.key, self.theirs.planned.key}


def questions(rows: Sequence[Row]) -> list[Question]:
    """What is judged of a study in its first measure, family by family."""
    family = Family(rows)
    found = chain(
        _alone(family),
        _searched(rows, family),
        (Question("contrasts", *one) for one in contrasts(rows)),
        _ladders(rows),
        _methods(rows),
        (Question("labels of a VAE", *one) for one in fashion.label_leaks(rows)),
    )
    return [one for one in found if one.is_of_reported]


def _alone(family: Family) -> Iterator[Question]:
    for row in family.rows:
        if row.alone and (verdict := family.verdict(row)):
            yield Question("anew" if row.is_anew else "alone", row, row.alone, verdict)


def _searched(rows: Sequence[Row], family: Family) -> Iterator[Question]:
    """What searches chose against what they varied, and against students alone tuned as they."""
    searches, procedures = tuned(rows), nested(rows)
    for one, verdict in zip(searches, alone_verdicts(searches, family), strict=True):
        other = alone_of(one, searches)
        if one.final and other and other is not one.final and other is not one.final.alone:
            yield Question("tuned alone", one.final, other, verdict)
    both: list[Tuned | Nested] = [*searches, *procedures]
    for each, verdict in zip(both, tuning_verdicts(both), strict=True):
        if each.final and each.fixed and each.fixed is not each.final:
            yield Question("tuning", each.final, each.fixed, verdict)
    for ours, theirs, verdict in tuned_against_tuned(rows):
        if ours.final and theirs.final:
            yield Question("tuned against tuned", ours.final, theirs.final, verdict)


def _ladders(rows: Sequence[Row]) -> Iterator[Question]:
    """Each teacher's row against its controls."""
    if found := ladders(rows):
        by_key = {row.planned.key: row for row in rows}
        for (ours, theirs), verdict in beyond(found, found[0].taught.domain.main).items():
            yield Question("ladder", by_key[ours], by_key[theirs], verdict)


def _methods(rows: Sequence[Row]) -> Iterator[Question]:
    """Methods beside the same student without them, beside teachers, and without adaptation."""
    for one in matched(rows):
        yield Question("without it", *one)
    for ours, own, verdict in against_teachers(rows):
        yield Question(f"beside {own.label}", ours, own, verdict)
    for change in adapted(rows):
        yield Question("adaptation", change.row, change.bare, change.verdict)


def seeds_wanted(asked: Iterable[Question]) -> dict[str, int]:
    """How many seeds the next look at what is open needs, by the key of a setting.

    Nothing is wanted where the last look was made.
    """
    wanted: dict[str, int] = defaultdict(int)
    for one in asked:
        if not one.is_open:
            continue
        # Before the first look there is no error, and n counts the seeds that there are.
        made = 0 if math.isnan(one.verdict.found.error) else one.verdict.found.n
        following = next((n for n in one.ours.looks if n > made), 0)
        for row in (one.ours, one.theirs):
            wanted[row.planned.key] = max(wanted[row.planned.key], following)
    return dict(wanted)
