"""A study's settings with their trials by seed: what every table, figure and sentence is made of.

Nothing is averaged over survivors: a setting with a failed trial gives no values, and what a
setting lacks it says, with the command that fills it.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from analysis.papers.tables import UNPRINTED, Printed, is_comparable, row_of
from records.schema import PlannedSetting, Record, Study
from trainables.data.domains import MEASURES, Domain, Measure, target_domain_of
from trainables.settings.columns import BROADCAST

NONE = "—"
NUMBERS = (
    "lambda",
    "temperature",
    "epochs",
    "batch_size",
    "learning_rate",
    "held_out",
    "labels",
    "student_parameters",
    "teacher_parameters",
)


@dataclass
class Row:
    """One setting: its parameters, its ended trials by seed, and the student alone beside it."""

    space: str
    planned: PlannedSetting
    seeds: int
    finished: dict[int, Record] = field(default_factory=dict)
    failed: dict[int, Record] = field(default_factory=dict)
    alone: "Row | None" = None

    def __getitem__(self, name: str) -> str:
        return self.planned.parameters[name]

    @property
    def parameters(self) -> dict[str, Any]:
        """The setting's columns, numbers as numbers."""
        return {
            name: _number(value) if name in NUMBERS else value
            for name, value in self.planned.parameters.items()
        }

    def number(self, name: str) -> float:
        """A parameter that is a number."""
        return float(self[name])

    @property
    def domain(self) -> Domain:
        """What its student must learn, and how that is measured."""
        return domain_named(self["student"])

    @property
    def test(self) -> str:
        """The recorded metric that results are compared by: "test/accuracy", say."""
        return f"test/{self.domain.main.name}"

    @property
    def validation(self) -> str:
        """The recorded metric of what was held out: "validation/accuracy", say."""
        return f"validation/{self.domain.main.name}"

    @property
    def is_candidate(self) -> bool:
        """True where the setting was only trained to be scored by a rule, not to be reported."""
        return self["rule"] != NONE

    @property
    def _rule(self) -> dict[str, Any]:
        rule: dict[str, Any] = self.planned.definition.get("rule") or {}
        return rule

    @property
    def score(self) -> str:
        """What its rule scores: "accuracy", say."""
        return str(self._rule.get("score", "accuracy"))

    @property
    def scored(self) -> Measure:
        """The same as a measure."""
        return MEASURES[self.score]

    @property
    def parts(self) -> int:
        """How many students a trial of it trains."""
        return int(self._rule.get("folds", 5)) if self["rule"] == "cross-validation" else 1

    @property
    def pruned(self) -> str | None:
        """When and why it was dropped before its last epoch, if it was."""
        return next((r.pruned for r in self.finished.values() if r.pruned), None)

    @property
    def corrected(self) -> bool:
        """True where each seed is a run of its own, so that intervals and tests make sense."""
        return self["protocol"] == "corrected"

    @property
    def method(self) -> str:
        """The other way to transfer that made the student, as it is named; "—" if none did."""
        return self.planned.parameters.get("method", NONE)

    @property
    def has_teacher(self) -> bool:
        """False for a student alone."""
        return self["teacher"] != NONE

    @property
    def from_labels_alone(self) -> bool:
        """True without a teacher, and for λ = 1, which gives the teacher no weight."""
        if self.method != NONE:
            return False
        weightless = self["loss"].startswith("lambda") and self.number("lambda") == 1.0
        return not self.has_teacher or weightless

    @property
    def link(self) -> str:
        """φ as tables name it: "VAE (small)" where the VAE knew the labels of Small alone."""
        labels = self["vae_labels"]
        return self["link"] if labels == NONE else f"{self['link']} ({labels})"

    @property
    def label(self) -> str:
        """The row in a few words: "MNIST-Big, φ VAE (all)"."""
        if self.method != NONE:
            return self.method
        student = self["student"].removeprefix("FashionMNIST-")
        loss = BROADCAST if self.broadcast else ""
        if not self.has_teacher:
            return f"{student} alone{loss}"
        link = "no φ" if self["link"] == "identity" else f"φ {self.link}"
        return f"{student} ← {self['teacher']}, {link}{loss}"

    def tuning(self, digits: int = 3) -> str:
        """λ, and T where there is one: "λ 0.72, T 1.5"."""
        found = f"λ {self.number('lambda'):.{digits}g}"
        if not self.domain.has_temperature:
            return found
        return f"{found}, T {self.number('temperature'):.{digits}g}"

    @property
    def broadcast(self) -> bool:
        """True for the loss of a regression as published: every answer against every value."""
        return self["loss"].endswith(BROADCAST)

    @property
    def printed(self) -> Printed | None:
        """The printed values, where this is a row of a published table."""
        return self._place_and_printed[1] if is_comparable(self.planned.parameters) else None

    @property
    def place(self) -> int:
        """The row's place in the published table; after it for rows that it lacks."""
        place, printed = self._place_and_printed
        return place if printed else UNPRINTED

    @property
    def _place_and_printed(self) -> tuple[int, Printed | None]:
        if self.method != NONE:
            return UNPRINTED, None
        return row_of(self["student"], self["teacher"], self["link"])

    def values(self, metric: str) -> dict[int, float]:
        """The metric's final values by seed; none if any seed failed."""
        if self.failed:
            return {}
        return {
            seed: record.metrics[metric]
            for seed, record in sorted(self.finished.items())
            if metric in record.metrics
        }

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
            said.append(f"{done}: {command} --seeds {self.seeds}")
        return "; ".join(said)


def domain_named(student: str) -> Domain:
    """The target of a student as records name it: "FashionMNIST-Small"."""
    return target_domain_of(student.rpartition("-")[0])


def _number(text: str) -> float | int:
    return int(text) if text.isdigit() else float(text)


def rows_of(study: Study) -> list[Row]:
    """A study's rows in its own order, each with the student alone that it is compared with."""
    rows = {p.key: Row(study.space, p, study.seeds) for p in study.settings}
    for record in study.trials:
        if row := rows.get(record.setting):
            ended = row.finished if record.status == "FINISHED" else row.failed
            ended[record.seed] = record
    bases: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows.values():
        if row.from_labels_alone:
            bases[_family(row)].append(row)
    for row in rows.values():
        candidates = bases[_family(row)]
        row.alone = min(candidates, key=lambda base: _distance(row, base), default=None)
    return list(rows.values())


def _family(row: Row) -> tuple[str, ...]:
    """What a row must share with the student alone that it is compared with."""
    broadcast = str(row.broadcast)
    return row["protocol"], row["student"], row["held_out"], row["rule"], broadcast


def _distance(row: Row, base: Row) -> tuple[bool, bool, int]:
    """A student without a teacher before one of λ = 1; of the same schedule before others."""
    same = all(row[n] == base[n] for n in ("epochs", "batch_size", "learning_rate"))
    return base.has_teacher, not same, base.planned.place
