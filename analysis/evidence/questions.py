"""What a study until decided has not decided yet, and how many seeds the next look needs."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from analysis.evidence.family import Family
from analysis.evidence.nested import nested
from analysis.evidence.rows import Row
from analysis.evidence.selection import alone_of, alone_verdicts, tuned, tuning_verdicts
from analysis.evidence.verdicts import Verdict


class Question(NamedTuple):
    """A comparison of two rows, and what the seeds say of it so far."""

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
    def keys(self) -> set[str]:
        """Of its two settings."""
        return {self.ours.planned.key, self.theirs.planned.key}


def questions(rows: Sequence[Row]) -> Iterator[Question]:
    """What is judged of a study: each row against its student alone, and what searches chose
    against what they varied; each once.
    """
    family = Family(rows)
    for row in family.rows:
        verdict = family.verdict(row)
        if row.alone and verdict:
            yield Question(row, row.alone, verdict)
    searches = tuned(rows)
    if not searches:
        return
    alone = alone_verdicts(searches, family)
    tuning = tuning_verdicts([*searches, *nested(rows)])[: len(searches)]
    for one, to_alone, to_fixed in zip(searches, alone, tuning, strict=True):
        for other, verdict in ((alone_of(one, searches), to_alone), (one.fixed, to_fixed)):
            if not one.final or not other or other is one.final:
                continue
            if verdict is not family.verdict(one.final):
                yield Question(one.final, other, verdict)


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
