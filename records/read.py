"""The records of a space, read: every ended trial, every planned setting."""

import gc
from functools import partial
from typing import Any

from records.foreign import parsed
from records.foreign.parsed import checked
from records.reader import Reader
from records.runs import RunRow, runs
from records.schema import (
    ABOUT,
    PLACE,
    SETTING_KEY,
    TARGET,
    PlannedSetting,
    Record,
    Study,
    experiment_names,
)
from trainables.errors import BadInputError, harmless


def read(client: Reader, space: str) -> list[Record]:
    """All ended trials of a space; none where it was never launched.

    Where a key was recorded more than once (it should not be), a FINISHED run counts.
    """
    experiment = client.get_experiment_by_name(experiment_names(space)[1])
    if experiment is None:
        return []
    found: dict[str, Record] = {}
    for run in runs(client, experiment.experiment_id):
        record = checked(parsed.record, run)
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
    about = experiment.tags.get(ABOUT) or experiment.tags.get("mlflow.note.content", "")
    seeds, looks = checked(parsed.looks, experiment)
    finalists, contrasts = checked(parsed.beside, experiment)
    return Study(
        space=harmless(space),
        about=harmless(" ".join(about.split())),
        seeds=seeds,
        settings=planned,
        trials=trials,
        older=found - len(planned),
        looks=looks,
        finalists=finalists,
        contrasts=contrasts,
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
    return checked(parsed.looks, experiment)


def _settings(client: Reader, experiment: Any) -> tuple[int, list[PlannedSetting]]:
    """How many settings are recorded, and those in the format of today."""
    found = [run for run in runs(client, experiment.experiment_id) if _is_setting(run)]
    smallest = checked(parsed.matters, experiment)
    read_one = partial(parsed.planned, smallest=smallest)
    planned = [checked(read_one, run) for run in found if TARGET in run.tags]
    return len(found), sorted(planned, key=lambda setting: setting.place)


def _is_setting(run: RunRow) -> bool:
    """False where a launch was killed between making the run and filling it."""
    return {SETTING_KEY, PLACE} <= run.tags.keys() and bool(run.params)
