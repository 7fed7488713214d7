"""Writing the records: one writer, one batch a trial, off the training path.

Runs are flat (MLflow's UI folds nested ones away and then draws no charts). A trial's run is
created, filled and ended in one go, so a killed launch leaves at most one RUNNING run behind,
which the next launch, holding the study's lock, closes as KILLED.
"""

import json
import math
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from queue import SimpleQueue

from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param

from analysis.records import (
    ARTIFACT,
    DEFINITION,
    FAILURE,
    PRUNED,
    RELIABILITY,
    SEED,
    SEEDS_PLANNED,
    SETTING_KEY,
    SETTING_NAME,
    TRIAL_KEY,
    Record,
    experiment_names,
)
from search_spaces.space import Space
from study.environment import describe
from study.experiments import open_experiment
from study.ledger import Ledger
from study.plan import Expected
from study.setting_runs import SettingRuns, definition_of, parameters_of
from trainables.artifacts import logits_for
from trainables.member import TrialResult
from trainables.settings import Trial

BATCH = 1_000  # MLflow takes no more metrics in one call


class Recorder:
    """Writes what ends to the two experiments of a study, and to the ledger."""

    def __init__(
        self,
        client: MlflowClient,
        space: Space,
        seeds: int,
        ledger: Ledger,
        artifact_root: str | None,
    ) -> None:
        self.client, self.space, self.ledger = client, space, ledger
        tags = {
            "mlflow.note.content": space.about,
            "mlflow.experimentKind": "custom_model_development",  # not the UI's "GenAI" mode
        }
        settings_experiment, self.trials_experiment = (
            open_experiment(client, name, tags, artifact_root)
            for name in experiment_names(space.name)
        )
        client.set_experiment_tag(settings_experiment, SEEDS_PLANNED, str(seeds))
        self._close_stale_runs()
        selection = {search.name: search.selection_seeds for search in space.searches}
        self.settings = SettingRuns(client, settings_experiment, seeds, selection)
        self._by_setting: dict[str, dict[int, Record]] = defaultdict(dict)
        for record in ledger.records.values():
            self._by_setting[record.setting][record.seed] = record
        self._queue: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._broken: Exception | None = None
        self._thread = threading.Thread(target=self._write_all, name="recorder", daemon=True)
        self._thread.start()

    def expect(self, expected: Iterable[Expected]) -> None:
        """These settings are to be trained."""
        for one in expected:
            self._queue.put(partial(self._write_setting, one))

    def add(self, result: TrialResult) -> None:
        """Take a result: in the ledger at once, written soon."""
        if self._broken:  # better to stop than to train for hours what nobody records
            raise self._broken
        if self.ledger.is_done(result.trial):
            return  # trained again as company of one that was missing
        record = _as_record(result)
        self.ledger.add(record)
        self._queue.put(partial(self._write_trial, result, record))

    def close(self) -> None:
        """Write what is left; raises what the writer met, if anything."""
        self._queue.put(None)
        self._thread.join()
        if self._broken:
            raise self._broken

    # ---- the writer's thread ----

    def _write_all(self) -> None:
        try:
            while write := self._queue.get():
                write()
        except Exception as error:  # reported by close(): a thread has nobody to raise to
            self._broken = error

    def _write_setting(self, expected: Expected) -> None:
        self.settings.expect(expected)
        key = expected.setting.key
        # A killed launch may have left a summary out.
        self.settings.summarise(key, self._by_setting[key].values())

    def _write_trial(self, result: TrialResult, record: Record) -> None:
        ended = int(time.time() * 1000)
        started = ended - int(result.seconds * 1000)
        run = self.client.create_run(self.trials_experiment, started, record.tags)
        metrics = [
            Metric(name, value, ended, step)
            for name, values in result.history.items()
            for step, value in enumerate(values)
        ]
        curveless = [Metric(n, v, ended, 0) for n, v in record.metrics.items()]
        metrics += [metric for metric in curveless if metric.key not in result.history]
        parameters = [Param(name, value) for name, value in record.parameters.items()]
        self.client.log_batch(run.info.run_id, metrics[:BATCH], parameters)
        for start in range(BATCH, len(metrics), BATCH):
            self.client.log_batch(run.info.run_id, metrics[start : start + BATCH])
        self.client.log_inputs(run.info.run_id, _datasets(result.trial))
        self.client.set_terminated(run.info.run_id, record.status, ended)
        self._by_setting[record.setting][record.seed] = record
        self.settings.summarise(record.setting, self._by_setting[record.setting].values())

    # ---- opening ----

    def _close_stale_runs(self) -> None:
        stale = self.client.search_runs([self.trials_experiment], "status = 'RUNNING'")
        for run in stale:
            self.client.set_terminated(run.info.run_id, "KILLED")


def _as_record(result: TrialResult) -> Record:
    trial = result.trial
    facts = {name: value for name, value in result.facts.items() if math.isfinite(value)}
    return Record(
        key=trial.key,
        setting=trial.setting.key,
        setting_name=trial.setting.name(),
        seed=trial.seed,
        status="FAILED" if result.failure else "FINISHED",
        metrics={**result.final, "seconds": result.seconds, **facts},
        parameters=parameters_of(trial.setting) | {SEED: str(trial.seed)},
        tags=_tags(result),
    )


def _tags(result: TrialResult) -> dict[str, str]:
    trial, name = result.trial, result.trial.setting.name()
    tags = {
        TRIAL_KEY: trial.key,
        SETTING_KEY: trial.setting.key,
        SETTING_NAME: name,
        SEED: str(trial.seed),
        DEFINITION: definition_of(trial.setting),
        "device": result.device,
        "worker": result.worker,
        "mlflow.runName": f"{name} seed={trial.seed}",
        **describe(),
    }
    for name, reliability in result.reliability.items():
        tags[f"{RELIABILITY}.{name}"] = json.dumps(reliability._asdict())
    if logits := logits_for(trial):
        for artifact in (logits, *logits.needs):  # with a rule of several parts: the first's
            tags[f"{ARTIFACT}.{artifact.kind}"] = artifact.key
    if result.failure:
        tags[FAILURE] = result.failure
    if result.pruned:
        tags[PRUNED] = result.pruned
    return tags


def _datasets(trial: Trial) -> list[DatasetInput]:
    row = trial.setting.columns()
    used = [(row["student"], "training")]
    if trial.setting.reads_test:
        used.append(("FashionMNIST-Test", "testing"))
    if trial.setting.teacher:
        used.append((row["teacher"], "teacher"))
    return [
        DatasetInput(
            Dataset(
                name=name,
                digest=f"seed-{trial.network_seed}",
                source_type="code",
                source=f"trainables.datasets, split of seed {trial.network_seed}",
            ),
            [InputTag("mlflow.data.context", context)],
        )
        for name, context in used
    ]
