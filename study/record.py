"""Writing the records: one writer, one batch a trial, off the training path.

Runs are flat (MLflow's UI folds nested ones away and then draws no charts). A run is created,
filled and ended in one go, so a killed launch leaves at most one RUNNING run behind, which the
next launch, holding the study's lock, closes as KILLED.
"""

import json
import math
import statistics
import threading
import time
from collections import defaultdict
from queue import SimpleQueue

from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, Run

from analysis.records import (
    FAILURE,
    SEED,
    SETTING_KEY,
    SETTING_NAME,
    TRIAL_KEY,
    Record,
    experiment_names,
    runs,
)
from search_spaces.space import Space
from study.environment import describe
from study.ledger import Ledger
from trainables.errors import BadInputError
from trainables.identity import canonical
from trainables.settings import Trial
from trainables.student import TrialResult

BATCH = 1_000  # MLflow takes no more metrics in one call
FINALS = ("test/accuracy", "test/cross_entropy", "validation/accuracy", "validation/cross_entropy")


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
        self.client, self.space, self.seeds, self.ledger = client, space, seeds, ledger
        self.settings_experiment, self.trials_experiment = (
            self._experiment(name, artifact_root) for name in experiment_names(space.name)
        )
        self._close_stale_runs()
        self._by_setting: dict[str, dict[int, Record]] = defaultdict(dict)
        for record in ledger.records.values():
            self._by_setting[record.setting][record.seed] = record
        self._setting_runs: dict[str, tuple[str | None, int]] = {
            run.data.tags[SETTING_KEY]: (run.info.run_id, _seeds_in(run))
            for run in runs(client, self.settings_experiment)
            if SETTING_KEY in run.data.tags
        }
        self._queue: SimpleQueue[TrialResult | None] = SimpleQueue()
        self._broken: Exception | None = None
        self._thread = threading.Thread(target=self._write_all, name="recorder", daemon=True)
        self._thread.start()

    def add(self, result: TrialResult) -> None:
        """Take a result: in the ledger at once, written soon."""
        if self._broken:  # better to stop than to train for hours what nobody records
            raise self._broken
        self.ledger.add(_as_record(result))
        self._queue.put(result)

    def close(self) -> None:
        """Write what is left; raises what the writer met, if anything."""
        self._queue.put(None)
        self._thread.join()
        if self._broken:
            raise self._broken

    # ---- the writer's thread ----

    def _write_all(self) -> None:
        try:
            for setting in list(self._by_setting):  # a killed launch may have left one out
                self._write_setting(setting)
            while (result := self._queue.get()) is not None:
                self._write_trial(result)
                self._write_setting(result.trial.setting.key)
        except Exception as error:  # reported by close(): a thread has nobody to raise to
            self._broken = error

    def _write_trial(self, result: TrialResult) -> None:
        trial, record = result.trial, _as_record(result)
        ended = int(time.time() * 1000)
        tags = {
            TRIAL_KEY: record.key,
            SETTING_KEY: record.setting,
            SETTING_NAME: record.setting_name,
            SEED: str(record.seed),
            "definition": json.dumps(canonical(trial.setting), ensure_ascii=False),
            "device": result.device,
            "worker": result.worker,
            "mlflow.runName": f"{record.setting_name} seed={trial.seed}",
            **describe(),
        }
        if result.failure:
            tags[FAILURE] = result.failure
        run = self.client.create_run(
            self.trials_experiment, ended - int(result.seconds * 1000), tags
        )
        metrics = [
            Metric(name, value, ended, step)
            for name, values in result.history.items()
            for step, value in enumerate(values)
        ]
        metrics += [Metric(name, value, ended, 0) for name, value in _extras(result).items()]
        parameters = [Param(name, value) for name, value in record.parameters.items()]
        self.client.log_batch(run.info.run_id, metrics[:BATCH], parameters)
        for start in range(BATCH, len(metrics), BATCH):
            self.client.log_batch(run.info.run_id, metrics[start : start + BATCH])
        self.client.log_inputs(run.info.run_id, _datasets(trial))
        self.client.set_terminated(run.info.run_id, record.status, ended)
        self._by_setting[record.setting][record.seed] = record

    def _write_setting(self, setting: str) -> None:
        """Mean, std (ddof 1) and n of a setting, once all its seeds ended; again as n grows."""
        mine = self._by_setting[setting]
        run_id, written = self._setting_runs.get(setting, (None, 0))
        if written == len(mine) or any(seed not in mine for seed in range(self.seeds)):
            return
        finished = [record for record in mine.values() if record.status == "FINISHED"]
        first = next(iter(mine.values()))
        if run_id is None:
            tags = {SETTING_KEY: setting, "mlflow.runName": first.setting_name, **describe()}
            run_id = self.client.create_run(self.settings_experiment, tags=tags).info.run_id
        self._setting_runs[setting] = (run_id, len(mine))
        now = int(time.time() * 1000)
        values = {"n": float(len(finished)), "failed": float(len(mine) - len(finished))}
        if len(finished) == len(mine):  # never an average over survivors
            for metric in FINALS:
                seen = [r.metrics[metric] for r in finished if metric in r.metrics]
                if seen:
                    values[metric] = statistics.fmean(seen)
                if len(seen) > 1:
                    values[f"{metric}_std"] = statistics.stdev(seen)
        parameters = [Param(k, v) for k, v in first.parameters.items() if k != SEED]
        self.client.log_batch(
            run_id, [Metric(k, v, now, len(finished)) for k, v in values.items()], parameters
        )
        self.client.set_terminated(run_id, "FAILED" if values["failed"] else "FINISHED")

    # ---- opening ----

    def _experiment(self, name: str, artifact_root: str | None) -> str:
        experiment = self.client.get_experiment_by_name(name)
        if experiment is None:
            experiment_id = self.client.create_experiment(name, artifact_location=artifact_root)
            self.client.set_experiment_tag(experiment_id, "mlflow.note.content", self.space.about)
            # Model training, not the UI's newer "GenAI" mode.
            self.client.set_experiment_tag(
                experiment_id, "mlflow.experimentKind", "custom_model_development"
            )
            return str(experiment_id)
        if experiment.lifecycle_stage != "active":
            raise BadInputError(
                f"the MLflow experiment {name!r} was deleted there: restore it "
                f"(mlflow experiments restore -x {experiment.experiment_id}) or delete it for good"
            )
        return str(experiment.experiment_id)

    def _close_stale_runs(self) -> None:
        for experiment in (self.settings_experiment, self.trials_experiment):
            for run in runs(self.client, experiment):
                if run.info.status == "RUNNING":
                    self.client.set_terminated(run.info.run_id, "KILLED")


def _as_record(result: TrialResult) -> Record:
    trial = result.trial
    parameters = {name: str(value) for name, value in trial.setting.columns().items()}
    return Record(
        key=trial.key,
        setting=trial.setting.key,
        setting_name=trial.setting.name(),
        seed=trial.seed,
        status="FAILED" if result.failure else "FINISHED",
        metrics=result.final | _extras(result),
        parameters=parameters | {"seed": str(trial.seed)},
        failure=result.failure,
    )


def _seeds_in(setting_run: Run) -> int:
    metrics = setting_run.data.metrics
    return int(metrics.get("n", 0) + metrics.get("failed", 0))


def _extras(result: TrialResult) -> dict[str, float]:
    """What has no curve: the seconds of this member, and its teacher's quality."""
    facts = {f"teacher/{name}": value for name, value in result.facts.items()}
    facts = {name: value for name, value in facts.items() if math.isfinite(value)}
    return {"seconds": result.seconds, **facts}


def _datasets(trial: Trial) -> list[DatasetInput]:
    row = trial.setting.columns()
    used = [(row["student"], "training"), ("FashionMNIST-Test", "testing")]
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
