"""Move a study's records between MLflow stores, loss-free:

    python -m study.records export --space grid --file grid.jsonl.gz
    python -m study.records import --file grid.jsonl.gz --tracking-uri http://HOST:5000

One JSON line an experiment and a run: tags, parameters, every metric's history, inputs, times.
(Our runs carry no MLflow artifacts.) An import that was stopped goes on with the same command.
"""

import gzip
import json
import os
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, Run

from analysis.bulk import RunRow, runs
from analysis.command import Results, TrackingUri, run_command
from analysis.records import experiment_names, open_client, open_records
from trainables.errors import BadInputError

FORMAT = 1
ORIGIN = "imported_from"  # a tag: the run's id where it was first recorded
BATCH = 1_000

Line = dict[str, Any]


class Direction(StrEnum):
    """Out of a store or into one."""

    EXPORT = "export"
    IMPORT = "import"


def export(client: MlflowClient, space: str) -> Iterator[Line]:
    """A study's records, line by line; the last line says how many there were.

    Raises BadInputError where nothing of the space is recorded.
    """
    count = 0
    yield {"format": FORMAT, "space": space}
    for name in experiment_names(space):
        experiment = client.get_experiment_by_name(name)
        if experiment is None:
            raise BadInputError(f"nothing of {space!r} is recorded there: no experiment {name!r}")
        yield {"experiment": name, "tags": experiment.tags}
        for row in sorted(runs(client, experiment.experiment_id), key=lambda row: row.started):
            count += 1
            yield {"in": name, **_as_line(client, client.get_run(row.run_id))}
    yield {"runs": count}


def _as_line(client: MlflowClient, run: Run) -> Line:
    histories = {
        name: [
            [point.step, point.value, point.timestamp]
            for point in client.get_metric_history(run.info.run_id, name)
        ]
        for name in sorted(run.data.metrics)
    }
    inputs = [
        {**vars_of(one.dataset), "tags": {tag.key: tag.value for tag in one.tags}}
        for one in (run.inputs.dataset_inputs if run.inputs else ())
    ]
    return {
        "origin": run.data.tags.get(ORIGIN, run.info.run_id),
        "status": run.info.status,
        "start": run.info.start_time,
        "end": run.info.end_time,
        "tags": dict(sorted(run.data.tags.items())),
        "parameters": dict(sorted(run.data.params.items())),
        "metrics": histories,
        "inputs": sorted(inputs, key=lambda one: (one["name"], one["digest"])),
    }


def vars_of(dataset: Dataset) -> Line:
    """A dataset input's fields."""
    names = ("name", "digest", "source_type", "source")
    return {name: getattr(dataset, name) for name in names}


def load(client: MlflowClient, lines: Iterable[Line]) -> tuple[int, int]:
    """Write exported lines into a store; (runs written, runs that were there already)."""
    experiments: dict[str, str] = {}
    there: dict[str, RunRow] = {}
    written = skipped = 0
    for line in lines:
        if "experiment" in line:
            name = line["experiment"]
            experiments[name] = _experiment(client, name, line["tags"])
            for run in runs(client, experiments[name]):
                there[run.tags.get(ORIGIN, run.run_id)] = run
        elif "in" in line:
            known = there.get(line["origin"])
            if known and known.status == line["status"]:
                skipped += 1
                continue
            if known:  # an import was stopped in the middle of it
                client.delete_run(known.run_id)
            _write(client, experiments[line["in"]], line)
            written += 1
    return written, skipped


def _experiment(client: MlflowClient, name: str, tags: dict[str, str]) -> str:
    experiment = client.get_experiment_by_name(name)
    found = experiment.experiment_id if experiment else client.create_experiment(name)
    for key, value in tags.items():
        client.set_experiment_tag(found, key, value)
    return str(found)


def _write(client: MlflowClient, experiment: str, line: Line) -> None:
    tags = {**line["tags"], ORIGIN: line["origin"]}
    run_id = client.create_run(experiment, line["start"], tags).info.run_id
    points = [
        Metric(name, value, timestamp, step)
        for name, history in line["metrics"].items()
        for step, value, timestamp in history
    ]
    parameters = [Param(name, value) for name, value in line["parameters"].items()]
    client.log_batch(run_id, points[:BATCH], parameters)
    for start in range(BATCH, len(points), BATCH):
        client.log_batch(run_id, points[start : start + BATCH])
    inputs = [
        DatasetInput(
            Dataset(**{name: value for name, value in one.items() if name != "tags"}),
            [InputTag(key, value) for key, value in one["tags"].items()],
        )
        for one in line["inputs"]
    ]
    if inputs:
        client.log_inputs(run_id, inputs)
    if line["end"] is None:
        client.update_run(run_id, status=line["status"])
    else:
        client.set_terminated(run_id, line["status"], line["end"])


def write_lines(path: Path, lines: Iterable[Line]) -> None:
    """JSON lines, compressed where the name ends in .gz; renamed into place when whole."""
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(gzip.compress(text, mtime=0) if path.suffix == ".gz" else text)
    temporary.replace(path)


def read_lines(path: Path) -> list[Line]:
    """The lines of an export. Raises BadInputError if it is not one, or not whole."""
    try:
        content = path.read_bytes()
        text = gzip.decompress(content) if path.suffix == ".gz" else content
        lines: list[Line] = [json.loads(line) for line in text.decode().splitlines()]
    except (OSError, EOFError, ValueError) as error:
        raise BadInputError(f"{path} is no export of records, or is cut short: {error}") from None
    if not lines or lines[0].get("format") != FORMAT:
        raise BadInputError(f"{path} is no export of format {FORMAT} (python -m study.records)")
    if lines[-1].get("runs") != sum("in" in line for line in lines):
        raise BadInputError(f"{path} is cut short after {len(lines)} lines: export it again")
    return lines


def records(
    direction: Annotated[Direction, typer.Argument(help="Out of MLflow, or into it.")],
    file: Annotated[Path, typer.Option(help="JSON lines; compressed if it ends in .gz.")],
    space: Annotated[str | None, typer.Option(help="What to export.")] = None,
    tracking_uri: TrackingUri = None,
    results: Results = Path("results"),
) -> int:
    """Export a space's records to a file, or import such a file."""
    if direction is Direction.EXPORT:
        if space is None:
            raise BadInputError("--space is missing: which one is to be exported?")
        write_lines(file, export(open_records(space, tracking_uri, results), space))
        print(file)
        return 0
    lines = read_lines(file)
    client = open_client(tracking_uri or f"sqlite:///{results.absolute() / 'mlflow.db'}")
    written, skipped = load(client, lines)
    print(f"{written} runs imported, {skipped} were there already")
    return 0


if __name__ == "__main__":
    raise SystemExit(run_command(records))
