"""A study as a function: plan what is missing, train it, record it, show what came out."""

import math
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from rich.console import Console

from records.experiments import check_study, open_study
from records.folder import figures_folder, mlflow_files, report_path
from records.reader import client_of, open_reader
from records.schema import CONTRASTS, FINALISTS, MATTERS
from records.terminal import say
from search_spaces.base.space import Space
from study import RAY_CAME_FIRST
from study.cluster.local_ray import LocalRay
from study.cluster.resources import Resources
from study.planning.plan import Plan
from study.python.options import typed
from study.python.result import StudyResult
from study.recording.spool import Spool, spool_of
from study.running import messages
from study.running.lock import is_file, leading, locked
from study.running.looks import Looks
from study.running.progress import Progress
from study.running.ray_death import OnRayDeath
from study.running.request import Request
from study.running.run import fetch_data, has_work, run
from trainables.errors import BadInputError, Say

OFFLINE = "STUDY_OFFLINE"


@typed
def run_study(
    space: str | Path | Space,
    *,
    seeds: int | None = None,
    until_decided: bool = False,
    max_seeds: int | None = None,
    max_minutes: float | None = None,
    settings: int | None = None,
    workers: int | None = None,
    cpus_per_worker: int = 1,
    gpus_per_worker: float | None = None,
    address: str | None = None,
    retry_failed: bool = False,
    wait: bool = False,
    patience: float = 300,
    stall_minutes: float = 30,
    tracking_uri: str | None = None,
    results: str | Path = "results",
    storage: str | None = None,
    offline: bool = False,
    dashboard: bool = True,
    quiet: bool = False,
    verbose: bool = False,
    system_metrics: bool = False,
    on_ray_death: OnRayDeath | None = None,
    begins: Callable[[Plan], None] | None = None,
) -> StudyResult:
    """Run a study, or what is missing of it, and show its table.

    space: a built-in space's name, the path of a file that defines SPACE, or a Space.
    on_ray_death: called where the Ray of this machine dies; None raises StudyError.
    begins: called with what is planned once nothing can be refused any more.
    The others are the options of `python -m study.launch`, which says what they are; errors call
    them by their names there. Ray is started, or joined at `address`, and left at the end. It is
    `run` of `from study import run`; in a notebook the bar is a widget where ipywidgets is there.

    Raises BadInputError before anything starts, StudyError where not all could be recorded, and
    KeyboardInterrupt once it has stopped in good order. After any of them, as after a kill, the
    same call goes on.
    """
    if quiet and verbose:
        raise BadInputError("--quiet and --verbose: give one of them")
    if not 0 <= patience < math.inf:
        raise BadInputError(f"--patience is {patience:g}: give seconds ≥ 0")
    if RAY_CAME_FIRST:  # its own processes would want a token that it does not send
        raise BadInputError("ray was imported before study, which sets it up: import study first")
    if "ray" in sys.modules and sys.modules["ray"].is_initialized():
        raise BadInputError("Ray runs in this process already: call ray.shutdown() before a study")
    asked = Request.checked(
        space,
        seeds=seeds,
        until_decided=until_decided,
        max_seeds=max_seeds,
        max_minutes=max_minutes,
        settings=settings,
        workers=workers,
        cpus_per_worker=cpus_per_worker,
        gpus_per_worker=gpus_per_worker,
        address=address,
        dashboard=dashboard,
        stall_minutes=stall_minutes,
        retry_failed=retry_failed,
        tracking_uri=tracking_uri,
        results=results,
        storage=storage,
    )
    name, results = asked.space.name, asked.results
    console = Console(quiet=quiet)
    tell = partial(say, console)
    with ExitStack() as held:
        held.enter_context(locked(asked.folders, name, wait, tell))
        held.enter_context(_offline(offline))
        local_ray = LocalRay(asked.resources, verbose)
        held.callback(local_ray.end)
        reader = open_reader(asked.records, verbose)
        check_study(reader, name)
        todo = asked.plan(reader)
        looks = Looks(todo, reader, asked.minutes)
        looks.catch_up()
        if has_work(todo):  # before anything is written
            fetch_data(todo, tell)
            if address:
                _join(asked.resources, todo, tell, verbose)
            if is_file(asked.records):  # of others one is led first, which may be refused
                local_ray.begin()
        # Here, since they import MLflow, which takes as long as Ray's start.
        from study.recording.recorder import Recorder
        from study.recording.system_metrics import measured

        client = client_of(reader, verbose)
        files = None if tracking_uri else str(mlflow_files(results))
        choices = {
            FINALISTS: {search.name: search.finalists for search in asked.space.searches},
            MATTERS: asked.space.matters,
            CONTRASTS: asked.space.contrasts_by_key,
        }
        usual, looks_planned = todo.seeds.usual, todo.seeds.looks
        experiments = open_study(
            client, name, asked.space.about, usual, files, choices, looks_planned
        )
        progress = Progress(console, verbose)
        with leading(client, experiments[0], wait, tell, lambda: progress.standing):
            recorder = Recorder(
                client,
                asked.space,
                todo.seeds.usual,
                todo.trial_index,
                Spool(spool_of(results, name)),
                experiments,
                progress.warn,
            )
            if begins:
                begins(todo)
            if system_metrics and has_work(todo):
                held.enter_context(measured(client, name, files, progress.warn))
            code = run(todo, recorder, local_ray, progress, patience, on_ray_death, looks)
        from analysis.publish import publish  # pandas, SciPy and statsmodels: a second
        from study.planning.optuna_journal import write_journal

        published = publish(
            client,
            name,
            todo.store,
            results,
            console,
            news=todo.trial_index.news > 0,
            domain=asked.space.target,
        )
        write_journal(todo, results / "optuna" / f"{name}.journal")
    console.quiet = False
    messages.say_where(asked.space, asked.records, results, todo.store.root, console)
    done, total = todo.trial_counts()
    return StudyResult(
        space=name,
        code=code,
        total=total,
        done=done,
        failed=len(todo.trial_index.failed()),
        trained=todo.trial_index.news,
        table=published.table,
        answers=published.answers,
        records=asked.records,
        results=results,
        report=report_path(results, name),
        figures=figures_folder(results, name),
        artifacts=todo.store.root,
    )


def _join(resources: Resources, todo: Plan, say: Say, verbose: bool) -> None:
    from study.cluster.checks import check_nodes  # ray takes a second to import
    from study.cluster.ray import join_cluster

    join_cluster(resources, verbose)
    check_nodes(str(todo.store.root), todo.space.domains, say)


@contextmanager
def _offline(offline: bool) -> Iterator[None]:
    """Never fetch data in the block, nor in workers, which inherit the environment."""
    before = os.environ.get(OFFLINE)
    if offline:
        os.environ[OFFLINE] = "1"
    try:
        yield
    finally:
        if offline and before is None:
            del os.environ[OFFLINE]
