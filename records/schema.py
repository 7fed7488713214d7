"""The records in MLflow, read: what was planned, and what came out.

A space has two experiments: `<space>` with a run for each setting, there from the moment the
setting is planned, and `<space> · trials` with a run for each trial. A trial is done when a
FINISHED run bears its key.
"""

import gc
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlflow import MlflowClient

from records.runs import RunRow, runs
from trainables.checks import check_name
from trainables.errors import BadInputError

# Tags of runs; RELIABILITY and ARTIFACT are followed by ".student", ".vae" and the like.
TRIAL_KEY, SETTING_KEY, SETTING_NAME, DEFINITION = "trial", "setting", "setting_name", "definition"
SEED, FAILURE, PRUNED = "seed", "failure", "pruned"
PLACE, ASKED, SEARCH = "place", "asked", "search"
RELIABILITY, ARTIFACT, ARTIFACTS = "reliability", "artifact", "artifacts"
SELECTION_SEEDS = "selection_seeds"  # of a setting that a search asked for: "1000:1002"
SEEDS_PLANNED, ABOUT = "seeds", "about"  # tags of the experiments


SQLITE = "sqlite:///"


def experiment_names(space: str) -> tuple[str, str]:
    """The experiments of a space: one run a setting, one run a trial."""
    return space, f"{space} · trials"


def report_path(results: Path, space: str) -> Path:
    """Where a study's report stands."""
    return results / "reports" / f"{space}.html"


def open_client(tracking_uri: str, verbose: bool = False) -> MlflowClient:
    """A client that was seen to answer; creates a sqlite database that is not there yet.

    verbose: MLflow's own lines are shown.
    Raises BadInputError with the address and the reason where nothing answers.
    """
    for chatty in () if verbose else ("mlflow", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)  # it raises as well
    try:
        if tracking_uri.startswith(SQLITE):
            Path(tracking_uri.removeprefix(SQLITE)).parent.mkdir(parents=True, exist_ok=True)
        client = MlflowClient(tracking_uri)
        client.search_experiments(max_results=1)
    except Exception as error:  # MLflow's, SQLAlchemy's, alembic's, a driver's that is not there
        reason = str(error).strip().splitlines()[0][:200]
        raise BadInputError(
            f"no MLflow records at {tracking_uri}: {reason}; start the server, or give "
            "--tracking-uri sqlite:///FILE or http://HOST:PORT"
        ) from None
    return client


def open_records(space: str, tracking_uri: str | None, results: Path) -> MlflowClient:
    """The client of a command that reads: of the server, or of the results folder's database.

    Raises BadInputError where there is neither.
    """
    check_name("a space's name", space)
    database = results.absolute() / "mlflow.db"
    if tracking_uri and tracking_uri.startswith(SQLITE):
        named = Path(tracking_uri.removeprefix(SQLITE))
        if not named.exists():  # MLflow would make an empty one
            raise BadInputError(f"no MLflow records at {tracking_uri}: there is no file {named}")
    if tracking_uri is None and not database.exists():
        raise BadInputError(
            f"no records in {results}: launch a study first (python -m study.launch --space "
            f"{space}), or give --results or --tracking-uri"
        )
    return open_client(tracking_uri or f"sqlite:///{database}")


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
    tags: dict[str, str]
    run_id: str = ""
    ended: int = 0  # ms since 1970, UTC

    @property
    def failure(self) -> str | None:
        """Why it failed, if it did."""
        return self.tags.get(FAILURE)

    @property
    def pruned(self) -> str | None:
        """When and why it was dropped before its last epoch, if it was."""
        return self.tags.get(PRUNED)

    def reliability(self, of: str) -> dict[str, list[float]] | None:
        """The reliability of "student" or "teacher": count, confidence, accuracy by bin."""
        text = self.tags.get(f"{RELIABILITY}.{of}")
        return json.loads(text) if text else None


@dataclass(frozen=True)
class PlannedSetting:
    """A setting that a study holds, trained or not.

    search, asked: which search asked for it, and as its which, if any did; seeds: those that it
        is scored with (else the study's own).
    """

    key: str
    name: str
    parameters: dict[str, str]
    place: int
    asked: int | None
    definition: dict[str, Any]
    search: str | None = None
    seeds: range | None = None


@dataclass(frozen=True)
class Study:
    """All that is recorded of a space: its question, what was planned, what ended.

    seeds: how many each setting was planned to have.
    """

    space: str
    about: str
    seeds: int
    settings: list[PlannedSetting]
    trials: list[Record]


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


def read_study(client: MlflowClient, space: str) -> Study:
    """The whole record of a space.

    Raises BadInputError where nothing of it is recorded.
    """
    experiment = client.get_experiment_by_name(experiment_names(space)[0])
    if experiment is None:
        raise BadInputError(
            f"nothing of {space!r} is recorded there (no experiment of that name): "
            f"python -m study.launch --space {space}"
        )
    planned = [_planned(run) for run in runs(client, experiment.experiment_id)]
    trials = read(client, space)
    gc.freeze()  # they stay to the end: 10,000 trials in the collector's rounds cost seconds
    return Study(
        space=space,
        about=experiment.tags.get(ABOUT) or experiment.tags.get("mlflow.note.content", ""),
        seeds=int(experiment.tags.get(SEEDS_PLANNED, 0)),
        settings=sorted((p for p in planned if p), key=lambda p: p.place),
        trials=trials,
    )


def _record(run: RunRow) -> Record | None:
    tags = run.tags
    if run.status not in ("FINISHED", "FAILED") or TRIAL_KEY not in tags:
        return None
    return Record(
        key=tags[TRIAL_KEY],
        setting=tags[SETTING_KEY],
        setting_name=tags.get(SETTING_NAME, tags[SETTING_KEY]),
        seed=int(tags[SEED]),
        status=run.status,
        metrics=run.metrics,
        parameters=run.params,
        tags=tags,
        run_id=run.run_id,
        ended=run.ended or 0,
    )


def _planned(run: RunRow) -> PlannedSetting | None:
    tags = run.tags
    if SETTING_KEY not in tags or PLACE not in tags or not run.params:
        return None  # a launch was killed between making the run and filling it
    return PlannedSetting(
        key=tags[SETTING_KEY],
        name=tags.get(SETTING_NAME, tags.get("mlflow.runName", tags[SETTING_KEY])),
        parameters=run.params,
        place=int(tags[PLACE]),
        asked=int(tags[ASKED]) if ASKED in tags else None,
        definition=json.loads(tags[DEFINITION]),
        search=tags.get(SEARCH),
        seeds=range(*map(int, tags[SELECTION_SEEDS].split(":")))
        if SELECTION_SEEDS in tags
        else None,
    )
