"""What commands print, of invented and golden records, on a terminal of any width."""

import io
import os
import re
from contextlib import ExitStack
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from commands import call
from golden.make import open_golden
from invented import study
from invented_ways import MEANS, NOISE, fair
from rich.console import Console

from analysis.evidence.rows import rows_of
from analysis.methods.comparison import transfer_views
from analysis.objects import object_views, truth_of
from analysis.publish import said_so_far
from analysis.ranking.across import across_views
from analysis.ranking.ways import ways_of
from analysis.sections import answer, first_views
from analysis.side_by_side.formats import Form, written
from analysis.side_by_side.stores import Recorded
from analysis.side_by_side.studies import side_by_side
from analysis.tables.console import show, show_views
from analysis.tables.selection_views import selection_views
from analysis.tables.views import views
from records.read import read, read_study
from search_spaces import controls, labels, paper_table, regression_table
from search_spaces.smoke import SPACE
from search_spaces.transfer import transfer_methods_small
from study.launch import launch
from study.planning.plan import Plan
from study.planning.seeds import Seeds
from study.planning.trial_index import TrialIndex
from study.watching.leader import Leader, Standing
from study.watching.listing import Listed, as_table
from study.watching.overview import overview
from trainables.artifacts.store import Store

WIDTHS = (80, 100, 120, 200)
SPACES = (paper_table, controls, labels, transfer_methods_small, regression_table)
WITH_OWN_VIEWS = (paper_table, regression_table)
SAID = "search round 3 · 14/36 trials, 1 failed, best validation 0.670"
WORKER = ("student VAE (all labels) λ×T×seed (100) cohort 3/8", 0.35)
STANDING = Standing(SAID, 14, 36, 1, 0.416, 192.4, 12.345, [WORKER] * 6, 4)
LISTED = [
    Listed("transfer_methods_small", "1", 12_345, 678, 9, True, 0),
    Listed("grid", "2", 400, 0, 0, False, 0),
]


@cache
def golden():
    """The golden study, its rows, and its plan."""
    with TemporaryDirectory() as folder:
        client = open_golden(folder)
        found, index = read_study(client, "smoke"), TrialIndex(read(client, "smoke"))
    plan = Plan(SPACE, Seeds(SPACE.seeds), None, Store(Path("/nowhere")), index, 1)
    return found, rows_of(found), plan


@cache
def rows_of_space(module):
    """Accuracies that differ between settings and seeds, without end."""
    values = {
        one: [0.8 + 0.003 * (at % 7) + 0.001 * ((seed * (at + 2)) % 5) for seed in range(6)]
        for at, one in enumerate(module.SPACE.settings)
    }
    made = study(values, seeds=6)
    return rows_of(replace(made, contrasts=module.SPACE.contrasts_by_key))


@cache
def found_in(name):
    """The views of a subject."""
    if name == "objects":
        rows = golden()[1]
        return [*object_views(rows, truth_of("smoke", rows))]
    if name == "searches":
        rows = rows_of(fair())
        return [*first_views(rows), *selection_views(rows)]
    if name == "ranks":
        two = {f"fair_{n}": ways_of(rows_of(fair(MEANS, NOISE + n / 50))) for n in (1, 2)}
        return across_views(two)
    (module,) = (one for one in SPACES if one.SPACE.name == name)
    rows = rows_of_space(module)
    own = [*views(rows)] if module in WITH_OWN_VIEWS else []
    return [*own, *first_views(rows), *transfer_views(rows)]


def _table(console):
    made, rows, _ = golden()
    show(made, rows, answer(rows), [*first_views(rows), *transfer_views(rows)], console)


def _status(console):
    made, _, plan = golden()
    leader = Leader("host", os.getppid(), "t", 3, STANDING.says, STANDING)
    for who in (replace(leader, pid=1), None):
        console.print(overview(plan, who, said_so_far(made), console), crop=False)
    as_table(LISTED).show(console)


def _beside(console):
    made = golden()[0]
    trials = [replace(t, metrics={k: v * 0.99 for k, v in t.metrics.items()}) for t in made.trials]
    first, other = (
        Recorded(title, each, {row.planned.key: row for row in rows_of(each)})
        for title, each in (("before", made), ("after", replace(made, trials=trials)))
    )
    console.file.write(written([side_by_side(first, other)], Form.TEXT, console.width))


def _launch(*words, console):
    terminal = {"COLUMNS": str(console.width), "FORCE_COLOR": "1", "TERM": "xterm"}
    with ExitStack() as opened:
        opened.enter_context(patch.dict(os.environ, terminal))
        opened.enter_context(patch("study.launch.out", console))
        opened.enter_context(patch("trainables.cohorts.rates.speed_here", lambda: 0.5))
        console.file.write(call(launch, *words).err)


SUBJECTS = {
    "table": _table,
    "status": _status,
    "beside": _beside,
    "list": lambda console: _launch("--list", console=console),
    "plan": lambda console: _launch(
        *["--space", "vae_lambda", "--plan", "--workers", "2", "--gpus-per-worker", "0"],
        *("--results", "/nowhere/of/this/machine", "--tracking-uri", "sqlite:////none/m.db"),
        console=console,
    ),
    "errors": lambda console: _launch("--space", "vae_lamda", console=console),
}
SUBJECTS |= {
    name: partial(lambda console, name: show_views(found_in(name), console, 16), name=name)
    for name in (*(one.SPACE.name for one in SPACES), "searches", "ranks", "objects")
}


def screen(name, width):
    """What a terminal of so many columns shows of a subject."""
    console = Console(
        file=io.StringIO(), width=width, height=50, force_terminal=True, color_system=None
    )
    SUBJECTS[name](console)
    text = re.sub(r"\x1b\[[0-9;]*m", "", console.file.getvalue()).rstrip()
    return "".join(f"{line.rstrip()}\n" for line in text.split("\n"))


def screens(name):
    """All widths of a subject, as its golden file has them."""
    return "".join(f"{' ' + str(w) + ' columns ':═^{w}}\n{screen(name, w)}" for w in WIDTHS)
