"""Run a study: python -m study.launch --space vae_lambda

The same command again runs only what is missing, with more --seeds or --settings what is new.
"""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from records.cli import Results, Storage, TrackingUri, run_command
from records.terminal import say
from search_spaces import about, names
from trainables.errors import BadInputError

out = Console(highlight=False)


def launch(
    space: Annotated[
        str | None,
        typer.Option(
            help="A built-in space, or the path of a file defining SPACE.", autocompletion=names
        ),
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the built-in spaces.")] = False,
    plan: Annotated[
        bool, typer.Option("--plan", help="Say what would run and what it costs; start nothing.")
    ] = False,
    seeds: Annotated[
        int | None, typer.Option(help="Seeds a setting.", show_default="the space's own")
    ] = None,
    until_decided: Annotated[
        bool,
        typer.Option(
            "--until-decided", help="Look at 10 seeds, and give more to what is undecided."
        ),
    ] = False,
    max_seeds: Annotated[
        int | None,
        typer.Option(help="Seeds a setting, at most, until decided.", show_default="80"),
    ] = None,
    max_minutes: Annotated[
        float | None, typer.Option(help="Begin no look later than this.", show_default="no limit")
    ] = None,
    settings: Annotated[
        int | None, typer.Option(help="Settings to search.", show_default="the space's own")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Cohorts at a time.", show_default="one a CPU, or one a GPU")
    ] = None,
    cpus_per_worker: Annotated[int, typer.Option(help="CPUs, and torch threads, of each.")] = 1,
    gpus_per_worker: Annotated[
        float | None,
        typer.Option(
            help="GPUs of each worker, or a share 1/k.", show_default="1 where there are any"
        ),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(
            envvar="RAY_ADDRESS",
            help="A running Ray cluster, HOST:PORT.",
            show_default="start one",
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
    stall_minutes: Annotated[
        float,
        typer.Option(help="End a cohort that makes no progress for so long; 0: never."),
    ] = 30,
    tracking_uri: TrackingUri = None,
    results: Results = Path("results"),
    storage: Storage = None,
    offline: Annotated[bool, typer.Option(help="Never fetch data.")] = False,
    dashboard: Annotated[bool, typer.Option(help="Ray's dashboard, on this machine.")] = True,
    system_metrics: Annotated[
        bool,
        typer.Option(
            "--system-metrics", help="Record this machine's CPU, memory and GPUs in MLflow, too."
        ),
    ] = False,
    on_end: Annotated[
        str | None,
        typer.Option(
            metavar="COMMAND",
            help="For the shell, at the end however it ends; it is given the end as JSON.",
        ),
    ] = None,
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
        for name in names():
            say(out, Text.assemble((name, "bold"), f": {about(name)}"))
        return 0
    if space is None:
        raise BadInputError(f"--space is missing: give one of {', '.join(names())}, or a file")
    # Here, so that --help, --list and the shell's completion do not wait seconds for torch.
    from records.reader import open_reader
    from study.running import messages
    from study.running.interrupts import interruptible, unhurried
    from study.running.looks import Looks
    from study.running.ray_death import restart_process, restarted
    from study.running.request import Request
    from study.running.study import run_study
    from study.watching.on_end import OnEnd
    from trainables.cohorts.rates import speed_here

    end = OnEnd(on_end, results, unhurried)
    asked: dict[str, Any] = {
        "seeds": seeds,
        "until_decided": until_decided,
        "max_seeds": max_seeds,
        "max_minutes": max_minutes,
        "settings": settings,
        "workers": workers,
        "cpus_per_worker": cpus_per_worker,
        "gpus_per_worker": gpus_per_worker,
        "address": address,
        "stall_minutes": stall_minutes,
        "retry_failed": retry_failed,
        "tracking_uri": tracking_uri,
        "results": results,
        "storage": storage,
        "dashboard": dashboard,
    }
    with interruptible(end.run):
        if plan:
            request = Request.checked(space, **asked)
            reader = open_reader(request.records, verbose)
            todo = request.plan(reader)
            looks = Looks(todo, reader)
            looks.catch_up()
            messages.say_plan(todo, looks, out, speed_here())
            return 0
        with end.at_errors():
            result = run_study(
                space,
                **asked,
                wait=wait or restarted(),
                patience=patience,
                offline=offline,
                quiet=quiet,
                verbose=verbose,
                system_metrics=system_metrics,
                on_ray_death=restart_process,
                begins=end.begins,
            )
        end.run(result.code, result)
        return result.code


if __name__ == "__main__":
    sys.exit(run_command(launch))
