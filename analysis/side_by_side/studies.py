"""Two studies side by side: equal settings paired seed by seed.

A setting of one study is that of the other which has the same key; else the same name, and the
same in every recorded column: a key changes with what it is the hash of, its format too.

Two questions are asked of each pair. Is all that was recorded the same to the bit? Seconds are
left out: they are the machine's. And where it is not, has the first measure moved beyond luck of
the seed? That is the paired t test at equal seeds, with Holm's correction over all settings of
the pair of studies. The comparison is made once, however often either study was looked at.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property

from analysis.evidence.rows import Row
from analysis.evidence.statistics import Comparison, compare, untested
from analysis.evidence.verdicts import Verdict, Word, margin_of, verdicts
from analysis.side_by_side.exact import differences, figures_of
from analysis.side_by_side.names import names_of
from analysis.side_by_side.stores import Recorded
from records.schema import Record
from trainables.errors import BadInputError


@dataclass
class Pair:
    """A setting in both studies.

    first, other: its rows there; by: "key" or "name"; name: as the first study has it.
    new: figures that the first study records nowhere.
    verdict: other against first in the first measure; None for a candidate, only scored.
    """

    first: Row
    other: Row
    by: str
    new: Set[str] = frozenset()
    name: str = ""
    verdict: Verdict | None = None

    @cached_property
    def seeds(self) -> list[int]:
        """Those with which it has ended in both."""
        return sorted(set(_ended(self.first)) & set(_ended(self.other)))

    @cached_property
    def alone(self) -> int:
        """How many trials have ended in one of the studies only."""
        return len(set(_ended(self.first)) ^ set(_ended(self.other)))

    @cached_property
    def differing(self) -> dict[int, dict[str, float]]:
        """By seed what differs there: names of figures, with the absolute difference."""
        first, other = _ended(self.first), _ended(self.other)
        found = {seed: differences(first[seed], other[seed], self.new) for seed in self.seeds}
        return {seed: what for seed, what in found.items() if what}

    @property
    def copied(self) -> int:
        """In how many seeds both have one run of MLflow: a copy, which was not trained again."""
        first, other = _ended(self.first), _ended(self.other)
        return sum(first[seed].run_id == other[seed].run_id for seed in self.seeds)

    @property
    def figures(self) -> dict[str, float]:
        """The figures that differ in any seed, with the largest difference of each."""
        every = [item for what in self.differing.values() for item in what.items()]
        return {name: max(gap for n, gap in every if n == name) for name in dict(every)}

    @property
    def is_same(self) -> bool:
        """Whether all is the same to the bit in every seed of both."""
        return bool(self.seeds) and not self.differing

    @property
    def has_moved(self) -> bool:
        """Whether the first measure moved beyond luck."""
        return self.verdict is not None and self.verdict.word in (Word.BETTER, Word.WORSE)


@dataclass(frozen=True)
class SideBySide:
    """Two studies: pairs in the first one's order, and the keys of settings that only one has.

    new: figures that only the other records: they are named, and are no differences.
    """

    first: Recorded
    other: Recorded
    pairs: list[Pair]
    only_first: list[str] = field(default_factory=list)
    only_other: list[str] = field(default_factory=list)
    new: Set[str] = frozenset()

    @property
    def reported(self) -> list[Pair]:
        """The settings with a verdict."""
        return [pair for pair in self.pairs if pair.verdict]

    @property
    def trials(self) -> tuple[int, int, int]:
        """How many trials both have, how many of them are the same, how many only one has."""
        both = sum(len(pair.seeds) for pair in self.pairs)
        differ = sum(len(pair.differing) for pair in self.pairs)
        return both, both - differ, sum(pair.alone for pair in self.pairs)

    @property
    def is_same(self) -> bool:
        """Whether both have the same settings and trials, and all is the same to the bit."""
        both, same, alone = self.trials
        return both == same and not (alone or self.only_first or self.only_other)


def side_by_side(first: Recorded, other: Recorded) -> SideBySide:
    """The other study beside the first.

    Raises BadInputError where they have no setting in common.
    """
    pairs = _paired(first.rows, other.rows)
    if not any(pair.seeds for pair in pairs):
        what = "no trial" if pairs else "no setting"
        raise BadInputError(
            f"{first.title} and {other.title} have {what} in common: compare spaces that share "
            "settings, or one space in two folders"
        )
    _judge([pair for pair in pairs if not pair.first.is_candidate])
    names = names_of(row.planned for row in first.rows.values())
    new = _figures(pair.other for pair in pairs) - _figures(pair.first for pair in pairs)
    for pair in pairs:
        pair.new, pair.name = new, names[pair.first.planned.key]
    paired = {row.planned.key for pair in pairs for row in (pair.first, pair.other)}
    lacks, adds = ([key for key in each.rows if key not in paired] for each in (first, other))
    return SideBySide(first, other, pairs, lacks, adds, new)


def _figures(rows: Iterable[Row]) -> Set[str]:
    return {name for row in rows for record in _ended(row).values() for name in figures_of(record)}


def _ended(row: Row) -> dict[int, Record]:
    return row.finished | row.failed


def _paired(first: Mapping[str, Row], other: Mapping[str, Row]) -> list[Pair]:
    """By key; of what is left by name and columns, where no second row agrees in them."""
    pairs = [Pair(row, other[key], "key") for key, row in first.items() if key in other]
    left = [row for key, row in first.items() if key not in other]
    right = [row for key, row in other.items() if key not in first]
    for row in left:
        found = [one for one in right if _agree(row, one)]
        if len(found) == 1 and sum(_agree(found[0], one) for one in left) == 1:
            pairs.append(Pair(row, found[0], "name"))
    return sorted(pairs, key=lambda pair: pair.first.planned.place)


def _agree(one: Row, other: Row) -> bool:
    """Whether two rows have one name, and the same in every column that both record."""
    mine, theirs = one.planned.parameters, other.planned.parameters
    same = all(mine[column] == theirs[column] for column in mine.keys() & theirs.keys())
    return same and one.planned.name == other.planned.name


def _judge(pairs: Sequence[Pair]) -> None:
    """Verdicts on reported settings: one family, or one a measure where targets differ."""
    by_measure: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        by_measure[pair.first.domain.main.name].append(pair)
    for mine in by_measure.values():
        measure, metric = mine[0].first.domain.main, mine[0].first.test
        margins = [margin_of(pair.first.domain.main, pair.first.mean(metric)) for pair in mine]
        found = [_compared(pair, metric) for pair in mine]
        for pair, verdict in zip(mine, verdicts(found, measure, margins), strict=True):
            pair.verdict = verdict


def _compared(pair: Pair, metric: str) -> Comparison:
    """Other against first; the mean alone under `published`: its attempts are not independent."""
    ours, theirs = pair.other.values(metric), pair.first.values(metric)
    if not pair.first.corrected:
        return untested([ours[seed] - theirs[seed] for seed in ours if seed in theirs])
    higher = pair.first.domain.main.higher_is_better
    return compare(ours, theirs, higher_is_better=higher)
