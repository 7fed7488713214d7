"""What is known of a study's trials: those found in the records, and those that ended since."""

from collections.abc import Iterable
from statistics import fmean

from records.schema import Record
from search_spaces.base.search import Search
from study.planning.optuna_search import Outcome
from trainables.data.domains import MEASURES
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

    def outcome(self, search: Search, setting: Setting) -> Outcome | None:
        """What a search is told of a setting: means over its seeds; None while one is missing."""
        keys = [Trial(setting=setting, seed=seed).key for seed in search.selection_seeds]
        found = [self.records[key] for key in keys if key in self.records]
        if len(found) < len(keys):
            return None
        group = search.rule.metric.partition("/")[0]
        names = {measure.name: f"{group}/{measure.name}" for measure in setting.domain.measures}
        if any(r.status == "FAILED" or not set(names.values()) <= set(r.metrics) for r in found):
            return Outcome(None)
        scores = {name: fmean(r.metrics[metric] for r in found) for name, metric in names.items()}
        pruned = [r for r in found if r.pruned]
        epochs = [int(r.metrics["epochs_trained"] / search.rule.parts) for r in pruned]
        return Outcome(scores, min(epochs, default=None))

    def best(
        self, candidates: Iterable[tuple[Search, Setting]], *, oracle: bool = False
    ) -> Setting | None:
        """The setting of the best score, the earliest of equals; pruned and failed ones aside.

        oracle: by the test set, as selection by test would choose.
        """
        best: tuple[float, Setting] | None = None
        for search, setting in candidates:
            scored = search.as_oracle(setting) if oracle else setting
            score = self._oracle_score(search, scored) if oracle else self._score(search, scored)
            if score is not None and (best is None or score > best[0]):
                best = (score, setting)
        return best[1] if best else None

    def _score(self, search: Search, setting: Setting) -> float | None:
        outcome = self.outcome(search, setting)
        if outcome is None or outcome.scores is None or outcome.pruned_at is not None:
            return None
        return MEASURES[search.rule.score].sign * outcome.scores[search.rule.score]

    def _oracle_score(self, search: Search, setting: Setting) -> float | None:
        keys = [Trial(setting=setting, seed=seed).key for seed in search.selection_seeds]
        found = [self.records[key] for key in keys if key in self.records]
        metric = setting.rule.metric if setting.rule else ""
        if len(found) < len(keys) or any(metric not in r.metrics for r in found):
            return None
        return MEASURES[search.rule.score].sign * fmean(r.metrics[metric] for r in found)

    def failed(self) -> list[Record]:
        """Trials that failed for a reason of their own."""
        return [record for record in self.records.values() if record.status == "FAILED"]
