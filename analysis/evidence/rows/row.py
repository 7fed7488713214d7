"""A setting with its trials by seed.

Nothing is averaged over survivors: a setting with a failed trial gives no values, and what a
setting lacks it says, with the command that fills it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from analysis.evidence.setting import RecordedSetting
from analysis.evidence.statistics import Summary, summarise
from analysis.evidence.texts import NONE
from records.schema import Record, Study
from trainables.objectives.metrics import unpacked


@dataclass
class Row(RecordedSetting):
    """One setting, its ended trials by seed, and the student alone beside it.

    seeds: how many the study plans for each setting; looks: how many at each look of a study until
    decided, none where the number is fixed. names_network, names_schedule, names_size: whether its
    label says which network the student is, by what schedule it learns, and from how many labels:
    where students of the study differ in that. names_epochs: whether it says how many epochs,
    where nothing else tells it from another row. finalists: how many of its search's candidates
    are scored again; again: of one of them, the row of that, and of the best listed setting the
    row that is trained anew. option: what a launch is given to have as many seeds as the study.
    nested: where it is what a nested search reports, the name of that; its trials are then of the
    settings chosen for each seed, whose candidates are `choices`, by seed. contrasts: the rows
    that the space compares it with, beside the student alone.
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
    names_epochs: bool = False
    finalists: int = 0
    again: "Row | None" = None
    option: str = ""
    nested: str = ""
    choices: dict[int, "Row"] = field(default_factory=dict)
    contrasts: list["Row"] = field(default_factory=list)

    @property
    def student(self) -> str:
        """The same with its size, where students differ in that: "Small of 300"."""
        return self.seen_split + (f" of {self.labelled:,}" if self.names_size else "")

    def label_of(self, student: str) -> str:
        """The row in a few words, with its network and schedule where students differ in that."""
        network = f"{self['student_network']}: " if self.names_network else ""
        named = self.names_schedule and self["schedule"] != NONE
        schedule = f" ({self['schedule']})" if named else ""
        anew = ", trained anew" if self.is_anew else ""
        within = ", tuned within each seed" if self.nested else ""
        return network + super().label_of(student) + schedule + self.epochs_note + anew + within

    @property
    def epochs_note(self) -> str:
        """What a label says of the epochs, if anything: ", 81 epochs"."""
        return f", {self['epochs']} epochs" if self.names_epochs else ""

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

    def teacher_right(self) -> dict[int, np.ndarray]:
        """By seed, which objects of the test set its teacher has right through the link.

        Empty as `right` is, and where a teacher was made before that was kept.
        """
        if self.failed or not self.corrected:
            return {}
        told = {seed: one.teacher_answers for seed, one in sorted(self.finished.items())}
        return {seed: unpacked(text) for seed, text in told.items() if text}

    @property
    def planned_seeds(self) -> Sequence[int]:
        """Its own, else the study's."""
        return self.planned.seeds or range(self.seeds)

    @property
    def missing(self) -> list[int]:
        """Planned seeds that have not ended."""
        return [s for s in self.planned_seeds if s not in self.finished and s not in self.failed]

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
            planned = len(self.planned_seeds)
            done = f"{counted} of {planned} seeds have ended" if counted else "not run yet"
            said.append(f"{done}: {command} {self.option}".strip())
        return "; ".join(said)


def seeds_option(study: Study) -> str:
    """What a launch is given to have as many seeds as a study; nothing where settings have numbers
    of their own, which --seeds would change.
    """
    if study.looks and study.seeds == study.looks[0]:
        return "--until-decided"
    own = [one.seeds for one in study.settings if one.search is None and one.again is None]
    if any(seeds and not seeds[0] and len(seeds) != study.seeds for seeds in own):
        return ""
    return f"--seeds {study.seeds}"
