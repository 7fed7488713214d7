"""What is known of a study's trials: those found in the records, and those that ended since."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from records.choice import Candidate
from records.schema import Record
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial


class TrialIndex:
    """Ended trials by key: finished, pruned, or failed for a reason of their own."""

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

    def candidate(self, setting: Setting, seeds: Collection[int]) -> Candidate:
        """A setting with those of its trials that have ended, to be scored by these seeds."""
        keys = {seed: Trial(setting=setting, seed=seed).key for seed in seeds}
        ended = {seed: self.records[key] for seed, key in keys.items() if key in self.records}
        return Candidate(ended, seeds)

    def seeds_of(self) -> dict[str, set[int]]:
        """The seeds whose trials have ended, by the keys of settings."""
        found: dict[str, set[int]] = defaultdict(set)
        for record in self.records.values():
            found[record.setting].add(record.seed)
        return found

    def failed(self) -> list[Record]:
        """Trials that failed for a reason of their own."""
        return [record for record in self.records.values() if record.status == "FAILED"]
