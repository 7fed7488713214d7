"""Run a study: python -m study.launch --space vae_lambda

The same command again runs only what is missing, with more --seeds or --settings what is new.
"""

import math
import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from requests import RequestException
from rich.console import Console

from analysis.evidence.rows import rows_of
from analysis.methods.comparison import transfer_views
from analysis.tables.console import show
from records.cli import INTERRUPTED, Results, Storage, TrackingUri, run_command
from records.client import open_client
from records.experiments import open_study
from records.read import read, read_study
from records.schema import Record, report_path
from search_spaces.base.catalogue import load, names
from search_spaces.base.space import Space
from study.cluster.resources import Node, Resources, of_this_machine
from study.planning.optuna_journal import write_journal
from study.planning.plan import Plan, check_counts
from study.planning.trial_index import TrialIndex
from study.recording.recorder import Recorder
from study.recording.spool import Spool, spool_of
from study.running import messages
from study.running.interrupts import on_interrupt
from study.running.lock import leading, locked
from study.running.progress import Progress
from study.running.run import ALL_DONE, fetch_data, has_work, run
from trainables.artifacts.store import open_store
from trainables.errors import BadInputError, Say

out = Console(highlight=False)
ROWS_AT_THE_END, VIEWS_AT_THE_END = 25, 2


def launch(
    space: Annotated[
        str | None, typer.Option(help="A built-in space, or the path of a file defining SPACE.")
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the built-in spaces.")] = False,
    plan: Annotated[
        bool, typer.Option("--plan", help="Say what would run and what it costs; start nothing.")
    ] = False,
    seeds: Annotated[
        int | None, typer.Option(help="Seeds a setting.  [default: the space's own]")
    ] = None,
    settings: Annotated[
        int | None, typer.Option(help="Settings to search.  [default: the space's own]")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Cohorts at a time.  [default: one a CPU, or one a GPU]")
    ] = None,
    cpus_per_worker: Annotated[int, typer.Option(help="CPUs, and torch threads, of each.")] = 1,
    gpus_per_worker: Annotated[
        float | None,
        typer.Option(
            help="GPUs of each worker, or a share 1/k.  [default: 1 where there are any]"
        ),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(
            envvar="RAY_ADDRESS", help="A running Ray cluster, HOST:PORT.  [default: start one]"
        ),
    ] = None,
    retry_failed: Annotated[
        bool, typer.Option(help="Train again what FAILED for a reason of its own.")
    ] = False,
    wait: Annotated[
        bool, typer.Option(help="Wait where another launch of this study is running.")
    ] = False,
    patience: Annotated[
        float, typer.Option(help="Seconds to wait at the end for records that do not answer.")
    ] = 300,
    tracking_uri: TrackingUri = None,
    results: Results = Path("results"),
    storage: Storage = None,
    offline: Annotated[bool, typer.Option(help="Never fetch data.")] = False,
    dashboard: Annotated[bool, typer.Option(help="Ray's dashboard, on this machine.")] = True,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Only what went wrong, and where the results are.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="What Ray, its workers and MLflow say, too.")
    ] = False,
) -> int:
    """Run a study, or what is missing of it, and show its table.

    Ends with 0 when all trials are recorded, 1 when some could not be trained, 2 for bad input,
    130 when interrupted.
    """
    if list_:
        messages.say_spaces(out)
        return ALL_DONE
    if space is None:
        raise BadInputError(f"--space is missing: give one of {', '.join(names())}, or a file")
    out.quiet = quiet
    if quiet and verbose:
        raise BadInputError("--quiet and --verbose: give one of them")
    chosen = load(space)
    check_counts(chosen, seeds, settings)
    if not 0 <= patience < math.inf:
        raise BadInputError(f"--patience is {patience:g}: give seconds ≥ 0")
    resources = Resources(
        workers=workers,
        cpus_per_worker=cpus_per_worker,
        gpus_per_worker=gpus_per_worker,
        address=address,
        dashboard=dashboard,
    )
    resources = resources.fit(of_this_machine() if address is None else _nodes_at(address))
    results = _writable(results)
    if offline:
        os.environ["STUDY_OFFLINE"] = "1"  # the workers inherit it
    uri = tracking_uri or f"sqlite:///{results / 'mlflow.db'}"
    folders = _folders(results, uri)
    with nullcontext() if plan else locked(folders, chosen.name, wait, _say):
        client = open_client(uri, verbose)
        trial_index = TrialIndex(_ended(client, chosen, retry_failed))
        store = open_store(storage, results)
        count = resources.workers or 1
        todo = Plan(chosen, seeds or chosen.seeds, settings, store, trial_index, count)
        if plan:
            messages.say_plan(todo, out)
            return ALL_DONE
        fetch_data(todo, _say)  # before anything is written
        if address and has_work(todo):
            _join(resources, todo, _say, verbose)
        pictures = None if tracking_uri else str(results / "mlflow-artifacts")
        experiments = open_study(client, chosen.name, chosen.about, todo.seeds, pictures)
        progress = Progress(out, verbose)
        with leading(client, experiments[0], wait, _say, lambda: progress.summary):
            spool = Spool(spool_of(results, chosen.name))
            recorder = Recorder(
                client, chosen, todo.seeds, trial_index, spool, experiments, progress.warn
            )
            code = run(todo, recorder, resources, progress, patience)
        if code != INTERRUPTED:
            _show(todo, client, results, uri)
    return code


def _say(line: str) -> None:
    """Print a line whole: paths in it are to be copied."""
    out.print(line, soft_wrap=True, markup=False)


def _folders(results: Path, uri: str) -> list[Path]:
    """Where a launch writes files: its results, and the records' database."""
    database = uri.removeprefix("sqlite:///")
    return [results] if database == uri else [results, Path(database).absolute().parent]


def _ended(client: MlflowClient, space: Space, retry_failed: bool) -> list[Record]:
    ended = read(client, space.name)
    return [record for record in ended if record.status == "FINISHED" or not retry_failed]


def _show(todo: Plan, client: MlflowClient, results: Path, uri: str) -> None:
    """The table, and where all the rest is."""
    space = todo.space
    out.print()
    recorded = read_study(client, space.name)
    rows = rows_of(recorded)
    show(recorded, rows, transfer_views(rows), out, limit=ROWS_AT_THE_END, most=VIEWS_AT_THE_END)
    page, pictures = report_path(results, space.name), results / "figures" / space.name
    if todo.trial_index.news or not page.exists():
        from analysis.mlflow_page.notes import write_notes
        from analysis.report import write  # matplotlib takes a second to import

        out.print("drawing the figures and the report ...")
        write(recorded, client, todo.store, page, pictures)
        try:
            write_notes(client, recorded, rows, page, pictures)
        except (MlflowException, RequestException, OSError) as error:  # all is recorded
            _say(f"MLflow's notes and pictures could not be written: {error}")
    write_journal(todo, results / "optuna" / f"{space.name}.journal")
    out.quiet = False
    messages.say_where(space, uri, results, todo.store.root, out)


def _nodes_at(address: str) -> list[Node]:
    from study.cluster.head import ask_nodes  # ray takes a second to import

    return ask_nodes(address)


def _join(resources: Resources, todo: Plan, say: Say, verbose: bool) -> None:
    from study.cluster.ray import join_cluster

    datasets = todo.space.domain.datasets
    join_cluster(resources, str(todo.store.root), datasets, say, verbose)


def _writable(results: Path) -> Path:
    results = results.absolute()
    try:
        results.mkdir(parents=True, exist_ok=True)
        probe = results / f".probe-{os.getpid()}"
        probe.write_text("")
        probe.unlink()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadInputError(
            f"cannot write to --results {results}: {reason}; give a folder that you may write"
        ) from None
    return results


def main() -> None:
    """Run as a command: one line and exit code 2 for bad input."""
    on_interrupt()
    sys.exit(run_command(launch))


if __name__ == "__main__":
    main()
