"""Two settings of a study at equal seeds: the paired comparison and its verdict, as an object."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.evidence.differences import gaps
from analysis.evidence.family import judged
from analysis.evidence.rows import Row, rows_of
from analysis.evidence.statistics import untested
from analysis.evidence.texts import interval_text, level_text, p_text, verdict_phrase
from analysis.evidence.verdicts import Verdict, Word, verdicts
from analysis.side_by_side.names import names_of
from records.schema import Study
from trainables.data.measures import Measure
from trainables.errors import BadInputError, unknown
from trainables.settings import Setting


@dataclass(frozen=True, repr=False)
class PairedSettings:
    """A setting against another of its study, seed by seed on the test set.

    ours, theirs: their names; space: the study's; verdict: what the seeds say, as the only
    comparison of its family; seeds: a row a seed with `ours`, `theirs` and `difference`.
    reason: why nothing was tested, if it was not.
    """

    ours: str
    theirs: str
    space: str
    verdict: Verdict
    seeds: pd.DataFrame
    reason: str = ""

    @property
    def word(self) -> Word:
        """The verdict: better, worse, equivalent, undecided; empty where nothing was tested."""
        return self.verdict.word

    @property
    def n(self) -> int:
        """How many seeds both have."""
        return self.verdict.found.n

    @property
    def difference(self) -> float:
        """The mean of ours - theirs, in the measure's unit."""
        return self.verdict.found.mean

    @property
    def interval(self) -> tuple[float, float]:
        """The ends of its 95 % interval, paired t; NaN where there is none."""
        return self.verdict.found.low, self.verdict.found.high

    @property
    def p(self) -> float:
        """The p of the paired t test; NaN where there is none."""
        return self.verdict.p

    @property
    def measure(self) -> Measure:
        """What is compared."""
        return self.verdict.measure

    @property
    def is_same(self) -> bool:
        """Whether every seed has the same value, to the bit."""
        return bool((self.seeds["difference"] == 0).all())

    def __repr__(self) -> str:
        found, of = self.verdict.found, self.measure
        tested = [f"n = {found.n}"]
        if self.word:
            tested.insert(0, level_text(found.looks))
        if not math.isnan(self.p):
            text = p_text(self.p)
            tested.append(f"p {text}" if text.startswith("<") else f"p = {text}")
        phrase = "the same to the bit" if self.is_same else verdict_phrase(self.verdict)
        reason = f"; {self.reason}" if self.reason else ""
        return (
            f"{self.ours}\nagainst {self.theirs}:\n  {phrase}: Δ {of.title} "
            f"{interval_text(found, of)} ({', '.join(tested)}{reason})"
        )


def paired_settings(
    study: Study, ours: str | Setting, theirs: str | Setting, measure: str | None = None
) -> PairedSettings:
    """Compare two settings of a study, given as objects, by key, by name or by label.

    measure: on the test set, by name; None: the target's first.
    Raises BadInputError where one is not there, or there is nothing to compare.
    """
    rows = rows_of(study)
    mine, other = find(rows, ours, study.space), find(rows, theirs, study.space)
    if mine is other:
        raise BadInputError(f"{mine.planned.name} is given twice: give two settings")
    of = _measure(mine, measure)
    by_seed = gaps(mine, other, of)
    if not by_seed:
        lacks = "; ".join(
            f"{row.planned.name}: {row.lack()}" for row in (mine, other) if row.lack()
        )
        lacks = lacks or f"a setting that was only scored has no test {of.title}"
        raise BadInputError(
            f"{mine.planned.name} and {other.planned.name} have no seed in common with "
            f"test/{of.name}: {lacks}"
        )
    values = mine.values(f"test/{of.name}"), other.values(f"test/{of.name}")
    seeds = pd.DataFrame(
        {
            "ours": [values[0][seed] for seed in by_seed],
            "theirs": [values[1][seed] for seed in by_seed],
            "difference": [*by_seed.values()],
        },
        index=pd.Index([*by_seed], name="seed"),
    )
    every = names_of(row.planned for row in rows)
    names = every[mine.planned.key], every[other.planned.key]
    if mine.corrected and other.corrected:
        (verdict,) = judged([(mine, other)], of)
        return PairedSettings(*names, study.space, verdict, seeds)
    bare = untested([*by_seed.values()])
    (verdict,) = verdicts([bare], of, [0.0])
    reason = "attempts of the published protocol are no independent runs"
    return PairedSettings(*names, study.space, verdict, seeds, reason)


def find(rows: Sequence[Row], given: str | Setting, space: str) -> Row:
    """The row of a setting: an object, its key, its name, or its label in tables.

    Raises BadInputError with the nearest name, or with all that a label may mean.
    """
    by_key = {row.planned.key: row for row in rows}
    if isinstance(given, Setting):
        if given.key not in by_key:
            raise BadInputError(
                f"that Setting (key {given.key}) is none of {space}'s recorded ones"
            )
        return by_key[given.key]
    if given in by_key:
        return by_key[given]
    names = names_of(row.planned for row in rows)
    named: dict[str, list[Row]] = defaultdict(list)
    for key, row in by_key.items():
        for name in {names[key], row.planned.name, row.label, f"{row.label}, {row.tuning()}"}:
            named[name].append(row)
    reported = [row for row in named.get(given, []) if not row.is_candidate]
    found = reported or named.get(given, [])
    if len(found) > 1:
        which = "; ".join(names[row.planned.key] for row in found)
        raise BadInputError(f"{given!r} may be several settings of {space}: give one of: {which}")
    if not found:
        shown = {names[key] for key, row in by_key.items() if not row.is_candidate}
        raise unknown(f"setting of {space}", given, shown)
    return found[0]


def _measure(row: Row, name: str | None) -> Measure:
    measures = {one.name: one for one in row.domain.measures}
    if name is None:
        return row.domain.main
    if name not in measures:
        raise unknown(f"measure of {row.domain.name}", name, measures)
    return measures[name]
