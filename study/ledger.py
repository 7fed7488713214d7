"""What is known of a study's trials: those found in the records, and those that ended since."""

from collections.abc import Iterable

from analysis.records import Record
from trainables.settings import Setting, Trial


class Ledger:
    """Ended trials by key: finished, or failed for a reason of their own."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.records = {record.key: record for record in records}
        self.news = 0  # trials that ended since

    def add(self, record: Record) -> None:
        """One more trial has ended."""
        self.records[record.key] = record
        self.news += 1

    def is_done(self, trial: Trial) -> bool:
        """True if the trial has ended and need not be trained."""
        return trial.key in self.records

    def scores(self, setting: Setting, metric: str, seeds: Iterable[int]) -> list[float] | None:
        """The metric's final values over seeds; None where one failed or is missing."""
        found = [self.records.get(Trial(setting=setting, seed=seed).key) for seed in seeds]
        values = [r.metrics.get(metric) for r in found if r and r.status == "FINISHED"]
        if len(values) < len(found) or None in values:
            return None
        return [value for value in values if value is not None]

    def failed(self) -> list[Record]:
        """Trials that failed for a reason of their own."""
        return [record for record in self.records.values() if record.status == "FAILED"]
