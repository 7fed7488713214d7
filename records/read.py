"""The records of a space, read: every ended trial, every planned setting."""

import gc
import json
from collections.abc import Mapping, Sequence
from typing import Any

from records.reader import Reader
from records.runs import RunRow, runs
from records.schema import (
    ABOUT,
    AGAIN,
    ASKED,
    CONTRASTS,
    DEFINITION,
    FINALISTS,
    LOOKS,
    MATTERS,
    PLACE,
    SEARCH,
    SEARCHED,
    SEED,
    SEEDS_PLANNED,
    SELECTION_SEEDS,
    SETTING_KEY,
    SETTING_NAME,
    TARGET,
    TRIAL_KEY,
    PlannedSetting,
    Record,
    Searched,
    Study,
    experiment_names,
)
from trainables.data.domain import Described
from trainables.errors import BadInputError


def read(client: Reader, space: str) -> list[Record]:
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


def read_study(client: Reader, space: str) -> Study:
    """The whole record of a space.

    Raises BadInputError where nothing of it is recorded.
    """
    experiment = client.get_experiment_by_name(experiment_names(space)[0])
    if experiment is None:
        raise BadInputError(
            f"nothing of {space!r} is recorded there (no experiment of that name): "
            f"python -m study.launch --space {space}"
        )
    found, planned = _settings(client, experiment)
    trials = read(client, space)
    gc.freeze()  # they stay to the end: 10,000 trials in the collector's rounds cost seconds
    return Study(
        space=space,
        about=experiment.tags.get(ABOUT) or experiment.tags.get("mlflow.note.content", ""),
        seeds=int(experiment.tags.get(SEEDS_PLANNED, 0)),
        settings=planned,
        trials=trials,
        older=found - len(planned),
        looks=_looks(experiment.tags),
        finalists=json.loads(experiment.tags.get(FINALISTS, "{}")),
        contrasts=json.loads(experiment.tags.get(CONTRASTS, "{}")),
    )


def recorded_settings(client: Reader, space: str) -> list[PlannedSetting]:
    """The settings that are recorded of a space, in its order; none of one never launched."""
    experiment = client.get_experiment_by_name(experiment_names(space)[0])
    return _settings(client, experiment)[1] if experiment else []


def recorded_looks(client: Reader, space: str) -> tuple[int, tuple[int, ...]]:
    """How many seeds the last launch planned for each setting; and the seeds at each look, none of
    a study that was never launched until decided.
    """
    experiment = client.get_experiment_by_name(experiment_names(space)[0])
    if experiment is None:
        return 0, ()
    return int(experiment.tags.get(SEEDS_PLANNED, 0)), _looks(experiment.tags)


def _looks(tags: Mapping[str, str]) -> tuple[int, ...]:
    return tuple(map(int, tags.get(LOOKS, "").split()))


def _settings(client: Reader, experiment: Any) -> tuple[int, list[PlannedSetting]]:
    """How many settings are recorded, and those in the format of today."""
    found = [run for run in runs(client, experiment.experiment_id) if _is_setting(run)]
    matters = json.loads(experiment.tags.get(MATTERS, "{}"))
    planned = [_planned(run, matters) for run in found if TARGET in run.tags]
    return len(found), sorted(planned, key=lambda setting: setting.place)


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


def _seeds(tags: Mapping[str, str]) -> Sequence[int] | None:
    if SELECTION_SEEDS not in tags:
        return None
    text = tags[SELECTION_SEEDS]
    if ":" in text:
        return range(*map(int, text.split(":")))
    return tuple(map(int, text.split(",")))


def _is_setting(run: RunRow) -> bool:
    """False where a launch was killed between making the run and filling it."""
    return {SETTING_KEY, PLACE} <= run.tags.keys() and bool(run.params)


def _planned(run: RunRow, matters: Mapping[str, float]) -> PlannedSetting:
    tags = run.tags
    return PlannedSetting(
        key=tags[SETTING_KEY],
        name=tags.get(SETTING_NAME, tags.get("mlflow.runName", tags[SETTING_KEY])),
        parameters=run.params,
        place=int(tags[PLACE]),
        asked=int(tags[ASKED]) if ASKED in tags else None,
        definition=json.loads(tags[DEFINITION]),
        target=Described.from_plain(json.loads(tags[TARGET])).with_matters(matters),
        search=tags.get(SEARCH),
        seeds=_seeds(tags),
        searched=Searched(**json.loads(tags.get(SEARCHED, "{}"))),
        again=tags.get(AGAIN),
    )
