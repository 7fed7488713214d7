"""A study's settings with their trials by seed: what every table, figure and sentence is made of.

Nothing is averaged over survivors: a setting with a failed trial gives no values, and what a
setting lacks it says, with the command that fills it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from analysis.evidence.setting import RecordedSetting
from analysis.evidence.statistics import Summary, summarise
from analysis.evidence.texts import NONE
from records.schema import Record, Study
from trainables.results import unpacked

MOST_LACKS = 10  # are said one by one


@dataclass
class Row(RecordedSetting):
    """One setting, its ended trials by seed, and the student alone beside it.

    seeds: how many the study plans for each setting; looks: how many at each look of a study until
    decided, none where the number is fixed. names_network, names_schedule, names_size: whether its
    label says which network the student is, by what schedule it learns, and from how many labels:
    where students of the study differ in that. finalists: how many of its search's candidates are
    scored again; again: of one of them, the row of that, and of the best listed setting the row
    that is trained anew.
    """

    space: str
    seeds: int
    finished: dict[int, Record] = field(default_factory=dict)
    failed: dict[int, Record] = field(default_factory=dict)
    alone: "Row | None" = None
    looks: tuple[int, ...] = ()
    names_network: bool = False
    names_schedule: bool = False
    names_size: bool = False
    finalists: int = 0
    again: "Row | None" = None

    @property
    def student(self) -> str:
        """The split, and its size where students differ in that: "Small of 300"."""
        return f"{self.split} of {self.labelled:,}" if self.names_size else self.split

    def label_of(self, student: str) -> str:
        """The row in a few words, with its network and schedule where students differ in that."""
        network = f"{self['student_network']}: " if self.names_network else ""
        named = self.names_schedule and self["schedule"] != NONE
        schedule = f" ({self['schedule']})" if named else ""
        anew = ", trained anew" if self.is_anew else ""
        return network + super().label_of(student) + schedule + anew

    @property
    def is_anew(self) -> bool:
        """True for a listed setting that was chosen by validation, trained with fresh seeds."""
        return self.first_seed > 0 and not self.is_candidate

    @property
    def first_seed(self) -> int:
        """The first of its seeds: 0 but for what chooses, and for what is trained anew."""
        return self.planned.seeds[0] if self.planned.seeds else 0

    @property
    def pruned(self) -> str | None:
        """When and why it was dropped before its last epoch, if it was."""
        return next((r.pruned for r in self.finished.values() if r.pruned), None)

    def values(self, metric: str) -> dict[int, float]:
        """The metric's final values by seed; none if any seed failed."""
        if self.failed:
            return {}
        return {
            seed: record.metrics[metric]
            for seed, record in sorted(self.finished.items())
            if metric in record.metrics
        }

    def summary(self, metric: str) -> Summary:
        """The metric's mean, deviation and interval over seeds; NaN where there are no values."""
        return summarise([*self.values(metric).values()])

    def mean(self, metric: str) -> float:
        """The metric's mean over seeds; NaN without values."""
        return self.summary(metric).mean

    def right(self) -> dict[int, np.ndarray]:
        """By seed, which objects of the test set it has right, 1 or 0 each; none if any failed.

        Empty too where seeds have test sets of their own, or where it is not recorded.
        """
        if self.failed or not self.corrected:
            return {}
        found = sorted(self.finished.items())
        return {seed: unpacked(record.answers) for seed, record in found if record.answers}

    @property
    def missing(self) -> list[int]:
        """Planned seeds that have not ended."""
        seeds = self.planned.seeds or range(self.seeds)
        return [s for s in seeds if s not in self.finished and s not in self.failed]

    def lack(self) -> str:
        """What the row lacks, why, and the command that fills it; empty where it is whole."""
        command = f"python -m study.launch --space {self.space}"
        said = []
        if self.failed:
            seed, record = min(self.failed.items())
            of = f"{len(self.failed)} of {len(self.failed) + len(self.finished)} seeds failed"
            said.append(f"{of} (seed {seed}: {record.failure}): {command} --retry-failed")
        if self.missing:
            counted = len(self.finished) + len(self.failed)
            planned = len(self.planned.seeds or range(self.seeds))
            done = f"{counted} of {planned} seeds have ended" if counted else "not run yet"
            said.append(f"{done}: {command} {seeds_option(self.seeds, self.looks)}")
        return "; ".join(said)


def seeds_option(seeds: int, looks: Sequence[int]) -> str:
    """What a launch is given to have as many seeds as a study."""
    return "--until-decided" if looks else f"--seeds {seeds}"


def rows_of(study: Study) -> list[Row]:
    """A study's rows in its own order, each with the student alone that it is compared with."""
    rows = {
        planned.key: Row(planned, study.space, study.seeds, looks=study.looks)
        for planned in study.settings
    }
    for planned in study.settings:
        rows[planned.key].finalists = study.finalists.get(planned.search or "", 0)
        if planned.again and planned.again in rows:
            rows[planned.again].again = rows[planned.key]
    several, scheduled = (
        len({row[column] for row in rows.values()}) > 1
        for column in ("student_network", "schedule")
    )
    sizes: dict[str, set[int]] = defaultdict(set)
    for mine in rows.values():
        sizes[mine.split].add(mine.labelled)
    for mine in rows.values():
        mine.names_network, mine.names_schedule = several, scheduled
        mine.names_size = len(sizes[mine.split]) > 1
    for record in study.trials:
        if row := rows.get(record.setting):
            ended = row.finished if record.status == "FINISHED" else row.failed
            ended[record.seed] = record
    bases: dict[tuple[str | bool, ...], list[Row]] = defaultdict(list)
    for row in rows.values():
        if row.from_labels_alone:
            bases[family_of(row)].append(row)
    for row in rows.values():
        candidates = bases[family_of(row)]
        row.alone = min(candidates, key=lambda base: _distance(row, base), default=None)
    return list(rows.values())


def family_of(row: Row) -> tuple[str | bool, ...]:
    """What a row shares with the student alone that it is compared with: first how many labels."""
    same = ("student_objects", "protocol", "student", "student_network", "held_out", "rule")
    return *(row[name] for name in same), row.broadcast


def _distance(row: Row, base: Row) -> tuple[bool, bool, int]:
    """A student without a teacher before one of λ = 1; of the same schedule before others."""
    schedule = ("epochs", "batch_size", "learning_rate", "schedule")
    same = all(row[name] == base[name] for name in schedule)
    return base.has_teacher, not same, base.planned.place


def lacks(rows: Sequence[Row]) -> list[str]:
    """What rows are short of, with the command that fills them; the first few, and how many."""
    found = [f"{row.planned.name}: {row.lack()}" for row in rows if row.lack()]
    more = len(found) - MOST_LACKS
    return found[:MOST_LACKS] + ([f"... and {more} more settings lack trials"] if more > 0 else [])
