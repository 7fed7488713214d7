"""What the launch command says before and after the work."""

import sys
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.text import Text

from records.folder import database_uri, report_path
from records.terminal import say
from search_spaces.base.space import Space
from study.planning.plan import Plan
from study.planning.predicted import predicted_work
from study.running.looks import Looks
from trainables.cohorts.kinds import cost
from trainables.cohorts.rates import PRODUCTS, nominal_seconds

MOST_SHOWN = 20  # undecided comparisons, one by one
START_UP = 15  # seconds of a launch before it trains, and after


def say_plan(todo: Plan, looks: Looks, out: Console, speed: float) -> None:
    """What would run: artifacts and trials, done and missing, and the predicted cost.

    looks: those that are made already, of a study until decided. speed: of a core, as a multiple
    of the one of RATES.
    """
    done, total = todo.trial_counts()
    say(out, Text.assemble((todo.space.name, "bold"), f": {todo.space.about}"))
    for number, level in enumerate(todo.needed_artifacts(), start=1):
        for kind in sorted({artifact.kind for artifact in level}):
            mine = [artifact for artifact in level if artifact.kind == kind]
            work = sum(cost(artifact) for artifact in mine)
            line = f"artifacts, level {number}: {len(mine)} {kind} to make, {work:,.0f} GFLOP"
            say(out, line)
    say(out, f"trials: {done} done, {total - done} missing")
    for network in todo.space.one_by_one():
        say(out, f"{network} is no chain of known layers: its members are called one by one")
    if looks.judged:
        looks.say(partial(say, out))
        undecided = looks.judged.undecided
        for one in undecided[:MOST_SHOWN]:
            say(out, f"undecided: {one}")
        if more := len(undecided[MOST_SHOWN:]):
            say(out, f"... and {more} more")
    elif todo.seeds.looks:
        first = todo.seeds.usual
        say(out, f"the first look has {first} seeds: what it leaves undecided gets more")
    missing = predicted_work(todo)
    seconds = START_UP + nominal_seconds(missing) / todo.workers / speed
    many = "worker" if todo.workers == 1 else f"{todo.workers} workers"
    say(
        out,
        f"predicted: {missing.total():,.0f} GFLOP, {_duration(seconds)} with {many} as fast as "
        f"this core is now ({PRODUCTS * speed:,.0f} GFLOP/s of products); nothing was started",
    )


def _duration(seconds: float) -> str:
    """About so long, to two digits: "some 40 s", "some 12 min", "some 3.5 h"."""
    if seconds < 100:
        return f"some {seconds:.0f} s"
    return f"some {seconds / 60:.0f} min" if seconds < 6000 else f"some {seconds / 3600:.1f} h"


def say_where(space: Space, uri: str, results: Path, artifacts: Path, out: Console) -> None:
    """Where the records are, and the commands for the table and the MLflow UI.

    Each on a line of its own, which can be copied whole: only the terminal may break it.
    """
    python = _python()
    local = uri == database_uri(results)
    flag = "" if results == Path("results").resolve() else f" --results {results}"
    flag = flag if local else f" --tracking-uri {uri}"
    lines = [
        f"records: {uri}",
        f"artifacts: {artifacts}",
        f"table:   {python} -m analysis.table --space {space.name}{flag}",
        f"report:  {report_path(results, space.name)}",
    ]
    lines.append(f"MLflow:  {python} -m study.ui{flag}")
    out.print("\n" + "\n".join(lines), soft_wrap=True, markup=False)


def _python() -> str:
    """Name this interpreter as a user would type it here: .venv/bin/python, say."""
    try:
        return str(Path(sys.executable).relative_to(Path.cwd()))
    except ValueError:
        return "python"
