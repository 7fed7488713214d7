"""A study's records as JSON lines, and such lines as records: to move them between stores."""

from collections.abc import Iterable, Iterator

from mlflow import MlflowClient

from records.experiments import open_experiment
from records.jsonl import FORMAT, Line
from records.runs import RunRow, histories, runs
from records.schema import SEEDS_PLANNED, SETTING_KEY, TRIAL_KEY, experiment_names
from records.write import write_runs
from trainables.errors import BadInputError

ORIGIN = "imported_from"  # a tag: the run's id where it was first recorded
DATASET = ("name", "digest", "source_type", "source", "schema", "profile")  # of a run's input


def export(client: MlflowClient, space: str) -> Iterator[Line]:
    """A study's records, line by line; the last line says how many runs there were.

    Raises BadInputError where nothing of the space is recorded.
    """
    count = running = 0
    yield {"format": FORMAT, "space": space}
    for name in experiment_names(space):
        experiment = client.get_experiment_by_name(name)
        if experiment is None:
            raise BadInputError(f"nothing of {space!r} is recorded there: no experiment {name!r}")
        yield {"experiment": name, "tags": dict(sorted(experiment.tags.items()))}
        for row in sorted(runs(client, experiment.experiment_id), key=_order):
            if row.status == "RUNNING":  # no record yet: it may be half written
                running += 1
                continue
            count += 1
            yield {"in": name, **_as_line(client, row)}
    yield {"runs": count, "running": running}


def _order(row: RunRow) -> tuple[int, str, str, str]:
    tags = row.tags
    return row.started, tags.get(SETTING_KEY, ""), tags.get(TRIAL_KEY, ""), row.run_id


def _as_line(client: MlflowClient, row: RunRow) -> Line:
    inputs = client.get_run(row.run_id).inputs
    used = [
        {name: getattr(one.dataset, name) for name in DATASET if getattr(one.dataset, name)}
        | {"tags": {tag.key: tag.value for tag in one.tags}}
        for one in (inputs.dataset_inputs if inputs else ())
    ]
    return {
        "origin": row.tags.get(ORIGIN, row.run_id),
        "status": row.status,
        "start": row.started,
        "end": row.ended,
        "tags": {key: value for key, value in sorted(row.tags.items()) if key != ORIGIN},
        "parameters": dict(sorted(row.params.items())),
        "metrics": {
            name: [[point.step, point.value, point.timestamp] for point in points]
            for name, points in histories(client, row.run_id, sorted(row.metrics)).items()
        },
        "inputs": sorted(used, key=lambda one: (one["name"], one["digest"])),
    }


def load(
    client: MlflowClient, lines: Iterable[Line], artifact_root: str | None = None
) -> tuple[int, int]:
    """Write exported lines into a store; (runs written, runs that were there already)."""
    experiments: dict[str, str] = {}
    there: dict[str, RunRow] = {}
    written = skipped = 0
    for line in lines:
        if "experiment" in line:
            name = line["experiment"]
            experiments[name] = _experiment(client, name, line["tags"], artifact_root)
            for row in runs(client, experiments[name]):
                origin = row.tags.get(ORIGIN, row.run_id)
                there |= dict.fromkeys(_names(row.tags, row.status, origin), row)
        elif "in" in line:
            names = _names(line["tags"], line["status"], line["origin"])
            known = next((there[name] for name in names if name in there), None)
            if known and _reached(known.tags, known.status, known.metrics) >= _reached(
                line["tags"],
                line["status"],
                {name: max(points)[1] for name, points in line["metrics"].items()},
            ):
                skipped += 1
                continue
            if known:  # half written by an import that was stopped, or an older state
                client.delete_run(known.run_id)
            tags = {**line["tags"], ORIGIN: line["origin"]}
            write_runs(client, experiments[line["in"]], [{**line, "tags": tags}])
            written += 1
    return written, skipped


def _names(tags: dict[str, str], status: str, origin: str) -> list[str]:
    """What a run is known by, in any store: one run a setting, one FINISHED run a trial."""
    if TRIAL_KEY in tags:
        return [tags[TRIAL_KEY], origin] if status == "FINISHED" else [origin]
    return [tags.get(SETTING_KEY, origin)]


def _reached(tags: dict[str, str], status: str, metrics: dict[str, float]) -> tuple[float, ...]:
    """How far a run has come; a setting's run goes on as its seeds end."""
    if status == "RUNNING":
        return (-1,)
    if TRIAL_KEY in tags:
        return (status != "KILLED",)
    return metrics.get("n", 0), metrics.get("failed", 0), status != "SCHEDULED"


def _experiment(
    client: MlflowClient, name: str, tags: dict[str, str], artifact_root: str | None
) -> str:
    found = open_experiment(client, name, tags, artifact_root)
    known = client.get_experiment(found).tags
    wanted = tags | known
    if SEEDS_PLANNED in tags:
        wanted[SEEDS_PLANNED] = str(max(int(t.get(SEEDS_PLANNED, 0)) for t in (tags, known)))
    for key, value in wanted.items():
        if known.get(key) != value:
            client.set_experiment_tag(found, key, value)
    return found
