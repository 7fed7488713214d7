"""The records in MLflow, read: names of experiments and tags, and runs as a pandas table.

A space has two experiments: `<space>` with a run for each setting, `<space> · trials` with a
run for each trial. A trial is done when a FINISHED run bears its key.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from mlflow import MlflowClient
from mlflow.entities import Run, ViewType
from mlflow.exceptions import MlflowException

from trainables.errors import BadInputError

TRIAL_KEY, SETTING_KEY, SETTING_NAME = "trial", "setting", "setting_name"
SEED, FAILURE = "seed", "failure"
PAGE = 1_000


def experiment_names(space: str) -> tuple[str, str]:
    """The experiments of a space: one run a setting, one run a trial."""
    return space, f"{space} · trials"


def open_client(tracking_uri: str) -> MlflowClient:
    """A client that was seen to answer; creates a sqlite database that is not there yet.

    Raises BadInputError with the address and the reason where nothing answers.
    """
    for chatty in ("mlflow", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    if tracking_uri.startswith("sqlite:///"):
        Path(tracking_uri.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    try:
        client = MlflowClient(tracking_uri)
        client.search_experiments(max_results=1)
    except (MlflowException, OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0][:200]
        raise BadInputError(
            f"no MLflow records at {tracking_uri}: {reason}; start the server, or give "
            "--tracking-uri sqlite:///FILE or http://HOST:PORT"
        ) from None
    return client


@dataclass(frozen=True)
class Record:
    """One trial as recorded: its final metrics if FINISHED, its reason if FAILED."""

    key: str
    setting: str
    setting_name: str
    seed: int
    status: str
    metrics: dict[str, float]
    parameters: dict[str, str]
    failure: str | None


def read(client: MlflowClient, space: str) -> list[Record]:
    """All ended trials of a space; none where it was never launched.

    Where a key was recorded more than once (it should not be), a FINISHED run counts.
    """
    experiment = client.get_experiment_by_name(experiment_names(space)[1])
    if experiment is None:
        return []
    found: dict[str, Record] = {}
    for run in runs(client, experiment.experiment_id):
        record = _record(run)
        if record and (record.status == "FINISHED" or record.key not in found):
            found[record.key] = record
    return list(found.values())


def runs(client: MlflowClient, experiment_id: str) -> Iterator[Run]:
    """Every run of an experiment that is not deleted, page by page."""
    token: str | None = None
    while True:
        page = client.search_runs(
            [experiment_id], run_view_type=ViewType.ACTIVE_ONLY, max_results=PAGE, page_token=token
        )
        yield from page
        token = page.token
        if not token:
            return


def _record(run: Run) -> Record | None:
    tags = run.data.tags
    if run.info.status not in ("FINISHED", "FAILED") or TRIAL_KEY not in tags:
        return None
    return Record(
        key=tags[TRIAL_KEY],
        setting=tags[SETTING_KEY],
        setting_name=tags.get(SETTING_NAME, tags[SETTING_KEY]),
        seed=int(tags[SEED]),
        status=run.info.status,
        metrics=dict(run.data.metrics),
        parameters=dict(run.data.params),
        failure=tags.get(FAILURE),
    )


def frame(records: list[Record]) -> pd.DataFrame:
    """One row a trial: its parameters (as strings), final metrics, setting, seed and status."""
    rows = [
        {**r.parameters, **r.metrics, "setting": r.setting, "seed": r.seed, "status": r.status}
        for r in records
    ]
    return pd.DataFrame(rows)
