"""Run a study: python -m study.launch --space vae_lambda

The same command again runs only what is missing, with more --seeds or --settings what is new.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer
from filelock import FileLock, Timeout
from rich.console import Console

from analysis.command import Results, TrackingUri, run_command
from analysis.records import open_client, read, read_study, report_path
from analysis.rows import rows_of
from analysis.table import show
from search_spaces.catalogue import load, names
from search_spaces.space import Space
from study import messages
from study.journal import write_journal
from study.ledger import Ledger
from study.plan import Plan, Round
from study.progress import Progress
from study.record import Recorder
from study.resources import Resources, of_this_machine
from trainables.errors import BadInputError
from trainables.sources import DATASETS, ensure
from trainables.store import Store

out = Console(highlight=False)
ALL_DONE, SOME_FAILED, INTERRUPTED = 0, 1, 130
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
    gpus_per_worker: Annotated[float, typer.Option(help="GPUs of each worker; 0.5 shares.")] = 0,
    address: Annotated[
        str | None,
        typer.Option(envvar="RAY_ADDRESS", help="A running Ray cluster.  [default: start one]"),
    ] = None,
    retry_failed: Annotated[
        bool, typer.Option(help="Train again what FAILED for a reason of its own.")
    ] = False,
    tracking_uri: TrackingUri = None,
    results: Results = Path("results"),
    offline: Annotated[bool, typer.Option(help="Never fetch data.")] = False,
    dashboard: Annotated[bool, typer.Option(help="Ray's dashboard, on this machine.")] = True,
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
    chosen = load(space)
    searched = _searched(chosen, seeds, settings)
    resources = Resources(
        workers=workers,
        cpus_per_worker=cpus_per_worker,
        gpus_per_worker=gpus_per_worker,
        address=address,
        dashboard=dashboard,
    )
    count = resources.count(*of_this_machine()) if address is None else _join(resources)
    results = _writable(results)
    if offline:
        os.environ["STUDY_OFFLINE"] = "1"  # the workers inherit it
    uri = tracking_uri or f"sqlite:///{results / 'mlflow.db'}"
    with nullcontext() if plan else _lock(results, chosen):
        client = open_client(uri)
        ended = read(client, chosen.name)
        if retry_failed:
            ended = [record for record in ended if record.status == "FINISHED"]
        ledger = Ledger(ended)
        store = Store(results / "artifacts")
        todo = Plan(chosen, seeds or chosen.seeds, searched, store, ledger, count)
        if plan:
            messages.say_plan(todo, out)
            return ALL_DONE
        pictures = None if tracking_uri else str(results / "mlflow-artifacts")
        recorder = Recorder(client, chosen, todo.seeds, ledger, pictures)
        try:
            recorder.expect(todo.known_settings())
            code = _run(todo, recorder, resources)
        finally:
            recorder.close()
    out.print()
    recorded = read_study(client, chosen.name)
    show(recorded, rows_of(recorded), out, limit=ROWS_AT_THE_END, most=VIEWS_AT_THE_END)
    page = report_path(results, chosen.name)
    if todo.ledger.news or not page.exists():
        from analysis.report import write  # matplotlib takes a second to import

        out.print("drawing the figures and the report ...")
        write(recorded, client, store, page)
    write_journal(todo, results / "optuna" / f"{chosen.name}.journal")
    messages.say_where(chosen, uri, results, out)
    return code


def _run(todo: Plan, recorder: Recorder, resources: Resources) -> int:
    done, total = todo.trial_counts()
    out.print(f"[bold]{todo.space.name}[/bold]: {todo.space.about}", soft_wrap=True)
    out.print(f"{done} of {total} trials are recorded")
    if done == total and not todo.needed_artifacts():
        return _exit_code(todo, [], interrupted=False)
    for name in DATASETS:
        ensure(name, out.print)

    from study.tune import run, start_ray  # ray takes a second to import

    url = start_ray(resources, todo.workers)
    if url:
        out.print(f"Ray dashboard: http://{url} (its token: ray get-auth-token)")
    with Progress(out, done, total, todo.predicted_cost()) as progress:
        rounds = _announced(todo.rounds(), recorder)
        outcome = run(rounds, recorder, resources, todo.workers, todo.store.root, progress)
    return _exit_code(todo, outcome.errors, outcome.interrupted)


def _announced(rounds: Iterator[Round], recorder: Recorder) -> Iterator[Round]:
    """The rounds; what each asks for is in the records before it is trained."""
    for following in rounds:
        recorder.expect(following.expected)
        yield following


def _exit_code(todo: Plan, errors: list[str], interrupted: bool) -> int:
    done, total = todo.trial_counts()
    failed = todo.ledger.failed()
    if interrupted:
        out.print(f"interrupted: {done} of {total} trials recorded; the same command goes on")
        return INTERRUPTED
    if errors or done < total:
        out.print(f"{total - done} trials could not be trained; the same command tries again")
        for error in errors:
            out.print(f"  {error}", markup=False)
        return SOME_FAILED
    if failed:
        out.print(f"{len(failed)} trials failed for reasons of their own (--retry-failed: again)")
        return SOME_FAILED
    return ALL_DONE


def _searched(space: Space, seeds: int | None, settings: int | None) -> int | None:
    """How many settings each search is to ask for; refuses numbers that make no sense here."""
    for name, value in (("seeds", seeds), ("settings", settings)):
        if value is not None and value < 1:
            raise BadInputError(f"--{name} is {value}: give a whole number ≥ 1")
    if not space.searches and settings is not None:
        raise BadInputError(
            f"--settings is for spaces that search; {space.name} lists its "
            f"{len(space.settings)} settings: leave it away"
        )
    return settings


def _join(resources: Resources) -> int:
    from study.tune import join_cluster

    return join_cluster(resources)


def _writable(results: Path) -> Path:
    results = results.absolute()
    try:
        results.mkdir(parents=True, exist_ok=True)
        probe = results / f".probe-{os.getpid()}"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        raise BadInputError(
            f"cannot write to --results {results}: {error.strerror}; give a folder that you may "
            "write"
        ) from None
    return results


def _lock(results: Path, space: Space) -> FileLock:
    lock = FileLock(results / f"{space.name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise BadInputError(
            f"another launch of {space.name} is running with --results {results}: wait for it, "
            "or give another folder"
        ) from None
    return lock


def main() -> None:
    """Run as a command: exit code 2 and one line for bad input."""
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    sys.exit(run_command(launch))


if __name__ == "__main__":
    main()
