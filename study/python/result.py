"""What a run of a study returns: it says what was done, and leads on to records and files."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trainables.settings.setting import Setting

if TYPE_CHECKING:
    import pandas as pd

    from analysis.publish import PairedSettings


@dataclass(frozen=True, repr=False)
class StudyResult:
    """What came out of a study, and where it stands.

    space: its name. code: 0 where all trials are recorded, 1 where some failed or could not be
        trained. total: its trials; done: those that have ended; failed: of these; trained: those
        that this run trained.
    table: a line a setting, with the columns that analysis.tables.columns names.
    answers: what the study supports, in sentences.
    records: the address of the MLflow records.
    artifacts: the folder of teachers, VAEs and logits.
    """

    space: str
    code: int
    total: int
    done: int
    failed: int
    trained: int
    table: "pd.DataFrame"
    answers: tuple[str, ...]
    records: str
    results: Path
    report: Path
    figures: Path
    artifacts: Path

    def __repr__(self) -> str:
        failed = f", {self.failed} failed" if self.failed else ""
        state = "complete" if self.code == 0 else "some trials failed or are missing"
        return (
            f"{self.space}: {self.done} of {self.total} trials recorded{failed}, {self.trained} "
            f"of them now (code {self.code}: {state})\n"
            f"report:  {self.report}\nrecords: {self.records}\n"
            "go on:   .trials(), .curves(), .compare(ours, theirs), .table"
        )

    def trials(self) -> "pd.DataFrame":
        """A row a trial: as `study.records` gives it."""
        from study.python.reading import records

        return records(self)

    def curves(self, *metrics: str) -> "pd.DataFrame":
        """A row a point of what was recorded in training: as `study.curves` gives it."""
        from study.python.reading import curves

        return curves(self, *metrics)

    def compare(
        self, ours: str | Setting, theirs: str | Setting, measure: str | None = None
    ) -> "PairedSettings":
        """Two of its settings at equal seeds: as `study.compare` gives it."""
        from study.python.reading import compare

        return compare(ours, theirs, space=self, measure=measure)
