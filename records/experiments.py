"""The experiments that a study's records stand in: found, or made."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import text

from records.client import database
from records.reader import Database, Reader
from records.schema import ABOUT, LOOKS, SEEDS_PLANNED, experiment_names
from trainables.errors import BadInputError

if TYPE_CHECKING:  # most of two seconds
    from mlflow import MlflowClient

KIND = {"mlflow.experimentKind": "custom_model_development"}  # not the UI's "GenAI" mode


def open_study(
    client: "MlflowClient",
    space: str,
    about: str,
    seeds: int,
    artifact_root: str | None,
    choices: Mapping[str, Mapping[str, Any]] | None = None,
    looks: Sequence[int] = (),
) -> tuple[str, str]:
    """The ids of a space's experiments: of settings, and of trials.

    about: the question that the space answers; seeds: how many each setting is to have;
    choices: what verdicts and choices are made by, as tags that are written anew each time;
    artifact_root: where MLflow keeps pictures, None for the server's own place; looks: the seeds
    at each look of a study until decided. A study that was looked at once remains one that is:
    its tests count all its looks, however it is launched later.
    """
    tags = {
        ABOUT: about,
        "mlflow.note.content": about,  # until a report says more
        **KIND,
    }
    settings, trials = (
        open_experiment(client, name, tags, artifact_root) for name in experiment_names(space)
    )
    client.set_experiment_tag(settings, SEEDS_PLANNED, str(seeds))
    if looks:
        client.set_experiment_tag(settings, LOOKS, " ".join(map(str, looks)))
    for tag, values in (choices or {}).items():
        client.set_experiment_tag(settings, tag, json.dumps(dict(values)))
    return settings, trials


def open_experiment(
    client: "MlflowClient", name: str, tags: Mapping[str, str], artifact_root: str | None
) -> str:
    """The id of the experiment of that name; made with these tags where there is none.

    Raises BadInputError where it was deleted: MLflow keeps its name until it is purged.
    """
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        made = client.create_experiment(name, artifact_location=artifact_root, tags=dict(tags))
        return str(made)
    check_active(experiment)
    return str(experiment.experiment_id)


def recorded_spaces(reader: Reader) -> list[str]:
    """The names of all studies that are recorded there, and not deleted; sorted."""
    ending = experiment_names("")[1]
    if isinstance(reader, Database):
        query = "SELECT name FROM experiments WHERE lifecycle_stage = 'active'"
        with database(reader.tracking_uri).connect() as connection:
            names = [str(name) for (name,) in connection.execute(text(query))]
    else:
        names = [one.name for one in cast("MlflowClient", reader).search_experiments()]
    return sorted(name.removesuffix(ending) for name in names if name.endswith(ending))


def check_study(reader: Reader, space: str) -> None:
    """Raise BadInputError where an experiment of the space was deleted."""
    for name in experiment_names(space):
        if (experiment := reader.get_experiment_by_name(name)) is not None:
            check_active(experiment)


def check_active(experiment: Any) -> None:
    """Raise BadInputError for a deleted experiment."""
    if experiment.lifecycle_stage != "active":
        raise BadInputError(
            f"the MLflow experiment {experiment.name!r} was deleted there: restore it "
            f"(mlflow experiments restore -x {experiment.experiment_id}) or delete it for good"
        )
