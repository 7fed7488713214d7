"""Run a study: python -m study.launch --space vae_lambda

The same command again runs only what is missing, with more --seeds or --settings what is new.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

from study import environment

environment.prepare()  # before anything imports ray or mlflow

import typer  # noqa: E402
from filelock import FileLock, Timeout  # noqa: E402
from rich.console import Console  # noqa: E402

from analysis.table import show  # noqa: E402
from search_spaces.catalogue import load, names  # noqa: E402
from search_spaces.space import Space  # noqa: E402
from study.command import run_command  # noqa: E402
from study.plan import Plan  # noqa: E402
from study.progress import Progress  # noqa: E402
from study.record import Recorder, open_client  # noqa: E402
from trainables.cohort import cost  # noqa: E402
from trainables.errors import BadInputError  # noqa: E402
from trainables.sources import ensure  # noqa: E402
from trainables.store import Store  # noqa: E402

out = Console(highlight=False)
ALL_DONE, SOME_FAILED, INTERRUPTED = 0, 1, 130
ROWS_AT_THE_END = 25


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
    tracking_uri: Annotated[
        str | None,
        typer.Option(
            envvar="MLFLOW_TRACKING_URI", help="MLflow.  [default: sqlite in the results folder]"
        ),
    ] = None,
    results: Annotated[
        Path, typer.Option(envvar="STUDY_RESULTS", help="Records and artifacts.")
    ] = Path("results"),
    offline: Annotated[bool, typer.Option(help="Never fetch data.")] = False,
    dashboard: Annotated[bool, typer.Option(help="Ray's dashboard, on this machine.")] = True,
) -> int:
    """Run a study, or what is missing of it, and show its table.

    Ends with 0 when all trials are recorded, 1 when some could not be trained, 2 for bad input,
    130 when interrupted.
    """
    if list_:
        return _list_spaces()
    if space is None:
        raise BadInputError(f"--space is missing: give one of {', '.join(names())}, or a file")
    chosen = load(space)
    searched = _check_numbers(chosen, seeds, settings, workers, cpus_per_worker, gpus_per_worker)
    results = _writable(results)
    if offline:
        os.environ["STUDY_OFFLINE"] = "1"  # the workers inherit it
    uri = tracking_uri or f"sqlite:///{results / 'mlflow.db'}"
    with _lock(results, chosen):
        client = open_client(uri)
        root = None if tracking_uri else str(results / "mlflow-artifacts")
        recorder = Recorder(client, chosen, seeds or chosen.seeds, root)
        store = Store(results / "artifacts")
        count = workers or _default_workers(gpus_per_worker)
        todo = Plan(chosen, seeds or chosen.seeds, searched, store, recorder, count)
        try:
            if plan:
                return _say_plan(todo)
            code = _run(todo, cpus_per_worker, gpus_per_worker, address, dashboard)
        finally:
            recorder.close()
        out.print()
        show(client, chosen.name, out, limit=ROWS_AT_THE_END)
        _say_where(chosen, uri, results, custom=tracking_uri is not None)
        return code


def _run(todo: Plan, cpus: int, gpus: float, address: str | None, dashboard: bool) -> int:
    done, total = todo.trial_counts()
    out.print(f"[bold]{todo.space.name}[/bold]: {todo.space.about}", soft_wrap=True)
    out.print(f"{done} of {total} trials are recorded")
    if done == total:
        return _exit_code(todo, [], interrupted=False)
    for name in ("FashionMNIST", "MNIST"):
        ensure(name, out.print)

    from study.tune import Resources, run, start_ray  # ray takes a second to import

    resources = Resources(todo.workers, cpus, gpus, address, dashboard)
    url = start_ray(resources)
    if url and dashboard:
        out.print(f"Ray dashboard: http://{url} (token: ray get-auth-token)")
    with Progress(out, done, total, todo.predicted_cost()) as progress:
        outcome = run(todo.rounds(), todo.recorder, resources, todo.store.root, progress)
    return _exit_code(todo, outcome.errors, outcome.interrupted)


def _exit_code(todo: Plan, errors: list[str], interrupted: bool) -> int:
    done, total = todo.trial_counts()
    failed = sum(record.status == "FAILED" for record in todo.recorder.records.values())
    if interrupted:
        out.print(f"interrupted: {done} of {total} trials recorded; the same command goes on")
        return INTERRUPTED
    if errors or done < total:
        out.print(f"{total - done} trials could not be trained; the same command tries again")
        for error in errors:
            out.print(f"  {error}", markup=False)
        return SOME_FAILED
    if failed:
        out.print(f"{failed} trials failed for reasons of their own (see the table)")
        return SOME_FAILED
    return ALL_DONE


def _say_plan(todo: Plan) -> int:
    done, total = todo.trial_counts()
    out.print(f"[bold]{todo.space.name}[/bold]: {todo.space.about}")
    for number, level in enumerate(todo.needed_artifacts(), start=1):
        for kind in sorted({artifact.kind for artifact in level}):
            mine = [artifact for artifact in level if artifact.kind == kind]
            out.print(f"artifacts, level {number}: {len(mine)} {kind} to make, "
                      f"{sum(map(cost, mine)):,.0f} GFLOP")
    out.print(f"trials: {done} done, {total - done} missing")
    seconds = todo.predicted_cost() / (NOMINAL_RATE * todo.workers)
    out.print(f"predicted: {todo.predicted_cost():,.0f} GFLOP, about {seconds / 60:.1f} min with "
              f"{todo.workers} workers of {NOMINAL_RATE:g} GFLOP/s; nothing was started")
    return ALL_DONE


NOMINAL_RATE = 80.0  # GFLOP/s of one core in these trainings, measured on a Zen 5 server core


def _say_where(space: Space, uri: str, results: Path, custom: bool) -> None:
    flag = f" --tracking-uri {uri}" if custom else ""
    folder = "" if results == Path("results").resolve() else f" --results {results}"
    out.print(f"\nrecords: {uri}\nartifacts: {results / 'artifacts'}", soft_wrap=True)
    out.print(f"table:   python -m analysis.table --space {space.name}{flag or folder}",
              soft_wrap=True)
    if not uri.startswith("http"):
        out.print(f"compare: mlflow ui --backend-store-uri {uri}\n"
                  "         then http://127.0.0.1:5000/#/experiments?workflowType=machine_learning",
                  soft_wrap=True)


def _list_spaces() -> int:
    for name in names():
        space = load(name)
        size = len(space.settings) + (space.search.settings if space.search else 0)
        out.print(f"[bold]{name}[/bold] ({size} settings × {space.seeds} seeds): {space.about}")
    return ALL_DONE


def _check_numbers(
    space: Space,
    seeds: int | None,
    settings: int | None,
    workers: int | None,
    cpus_per_worker: int,
    gpus_per_worker: float,
) -> int:
    """Refuse numbers that make no sense here; the number of settings to search."""
    for name, value in (("seeds", seeds), ("settings", settings), ("workers", workers),
                        ("cpus-per-worker", cpus_per_worker)):
        if value is not None and value < 1:
            raise BadInputError(f"--{name} is {value}: give a whole number ≥ 1")
    if gpus_per_worker < 0:
        raise BadInputError(f"--gpus-per-worker is {gpus_per_worker:g}: give a number ≥ 0")
    if settings is not None and space.search is None:
        raise BadInputError(
            f"--settings is for spaces that search; {space.name} lists its "
            f"{len(space.settings)} settings: leave it away"
        )
    return settings or (space.search.settings if space.search else 0)


def _default_workers(gpus_per_worker: float) -> int:
    if gpus_per_worker:
        import torch

        return max(1, int(torch.cuda.device_count() / gpus_per_worker))
    return len(os.sched_getaffinity(0))


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


def _lock(results: Path, space: Space) -> Any:
    lock = FileLock(results / f"{space.name}.lock")
    try:
        return lock.acquire(timeout=0)
    except Timeout:
        raise BadInputError(
            f"another launch of {space.name} is running with --results {results}: wait for it, "
            "or give another folder"
        ) from None


def main() -> None:
    """Run as a command: exit code 2 and one line for bad input."""
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    sys.exit(run_command(launch))


if __name__ == "__main__":
    main()
