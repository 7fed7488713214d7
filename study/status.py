"""How far a study is, from any shell or machine: python -m study.status --space vae_lambda"""

import contextlib
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from statistics import fmean
from typing import Annotated

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from records.cli import Results, Storage, TrackingUri, run_command
from records.read import read
from records.reader import Reader, read_only
from records.schema import experiment_names
from search_spaces import names
from search_spaces.base.catalogue import load
from study.planning.plan import Plan, check_counts
from study.planning.search_state import SearchState
from study.planning.seeds import Seeds
from study.planning.trial_index import TrialIndex
from study.recording.spool import Spool, spool_of
from study.running.lock import leader_of
from trainables.artifacts.store import open_store
from trainables.data.measures import Measure
from trainables.errors import BadInputError
from trainables.settings.trial import Trial

out = Console(highlight=False)
MOST_SHOWN = 20
WATCH_SECONDS = 2.0


@dataclass(frozen=True)
class Count:
    """Trials of one part of a study; `unknown`: those whose settings are not known yet."""

    part: str
    done: int
    failed: int
    missing: int
    unknown: int = 0


def counts(plan: Plan) -> list[Count]:
    """Of the listed settings, and of each search: its candidates, its finalists, its choice."""
    found = []
    if plan.space.settings:
        found.append(_count(plan, "listed settings", plan.listed_trials()))
    if plan.space.anew:
        anew = plan.listed_choice
        found.append(_count(plan, "the best, anew", anew.trials(), anew.unknown_trials()))
    for name, states in groupby(plan.searches, key=lambda state: state.search.name):
        found += _of_search(plan, name, [*states])
    return found


def _of_search(plan: Plan, name: str, states: Sequence[SearchState]) -> list[Count]:
    """states: one, or of a nested search one a seed."""
    asked = [trial for one in states for trial in one.trials(one.asked)]
    again = [trial for one in states for trial in one.trials_again(one.finalists())]
    finals = [trial for one in states for trial in plan.finals(one)]
    found = [
        _count(plan, f"search {name}", asked, sum(one.unknown_candidates for one in states)),
        _count(plan, f"finalists of {name}", again, sum(s.unknown_finalists for s in states)),
        _count(plan, f"chosen by {name}", finals, sum(plan.unknown_finals(s) for s in states)),
    ]
    return [one for one in found if states[0].most_finalists or one is not found[1]]


def _count(plan: Plan, part: str, trials: list[Trial], unknown: int = 0) -> Count:
    records = [plan.trial_index.records.get(key) for key in {trial.key for trial in trials}]
    failed = sum(record is not None and record.status == "FAILED" for record in records)
    missing = sum(record is None for record in records)
    return Count(part, len(records) - failed - missing, failed, missing, unknown)


def status(
    space: Annotated[
        str,
        typer.Option(help="A built-in space, or the path of a file.", autocompletion=names),
    ],
    watch: Annotated[
        bool, typer.Option("--watch", help="Again and again, until it ends.")
    ] = False,
    seeds: Annotated[int | None, typer.Option(help="As given to the launch.")] = None,
    settings: Annotated[int | None, typer.Option(help="As given to the launch.")] = None,
    tracking_uri: TrackingUri = None,
    results: Results = Path("results"),
    storage: Storage = None,
) -> int:
    """Say what of a study is done, running, failed or missing, and why."""
    chosen = load(space)
    check_counts(chosen, seeds, settings)
    client = read_only(chosen.name, tracking_uri, results)
    store = open_store(storage, results)

    def read_plan() -> Plan:
        trial_index = TrialIndex(read(client, chosen.name))
        wanted = Seeds(seeds, for_all=True) if seeds else Seeds.as_recorded(client, chosen)
        return Plan(chosen, wanted, settings, store, trial_index, workers=1)

    plan = _watch(client, read_plan) if watch else read_plan()
    if not watch:
        out.print(_overview(client, plan))
    if any(one.missing or one.unknown for one in counts(plan)):
        out.print(f"what is missing: python -m study.launch --space {space} goes on")
    if waiting := len(Spool(spool_of(results, chosen.name)).read()):
        out.print(f"{waiting} results are kept in {results}: the next launch records them")
    failed = plan.trial_index.failed()
    for record in failed[:MOST_SHOWN]:
        line = f"failed: {record.setting_name} seed={record.seed}: {record.failure}"
        out.print(line, soft_wrap=True, markup=False)
    if len(failed) > MOST_SHOWN:
        out.print(f"... and {len(failed) - MOST_SHOWN} more")
    return 0


def _watch(client: Reader, read_plan: Callable[[], Plan]) -> Plan:
    """Show the study until no launch is running; Ctrl-C ends the looking, not the study."""
    plan = read_plan()
    with (
        contextlib.suppress(KeyboardInterrupt),
        Live(_overview(client, plan), console=out, auto_refresh=False) as live,
    ):
        while _leads(client, plan.space.name):
            time.sleep(WATCH_SECONDS)
            plan = read_plan()
            live.update(_overview(client, plan), refresh=True)
    return plan


def _overview(client: Reader, plan: Plan) -> Group:
    """Who runs it and how far it is, trials by part, and the best of each φ."""
    shown = Table("", "done", "failed", "missing", "not known yet", box=None)
    for one in counts(plan):
        figures = (one.done, one.failed, one.missing, one.unknown)
        shown.add_row(one.part, *(str(figure or "") for figure in figures))
    main = plan.space.target.main
    scores = best_by_link(plan.trial_index, main).items()
    best = ", ".join(f"{link} {main.text(score)}" for link, score in scores)
    return Group(
        f"[bold]{plan.space.name}[/bold]: {plan.space.about}",
        Text(_running(client, plan.space.name)),
        shown,
        *([f"best validation {main.title}, mean over seeds, by φ: {best}"] if best else []),
    )


def best_by_link(trial_index: TrialIndex, main: Measure) -> dict[str, float]:
    """The best setting's mean validation score for each φ; one seed alone is luck."""
    name, better = f"validation/{main.name}", max if main.higher_is_better else min
    scores: dict[tuple[str, str], list[float]] = defaultdict(list)
    for record in trial_index.records.values():
        if name in record.metrics and not record.pruned:
            scores[record.parameters["link"], record.setting].append(record.metrics[name])
    best: dict[str, float] = {}
    for (link, _), found in sorted(scores.items()):
        if len(found) > 1:
            best[link] = better(fmean(found), best.get(link, fmean(found)))
    return best


def _leads(client: Reader, space: str) -> bool:
    experiment = client.get_experiment_by_name(experiment_names(space)[0])
    leader = leader_of(client, experiment.experiment_id) if experiment else None
    return leader is not None and not leader.gone


def _running(client: Reader, space: str) -> str:
    experiment = client.get_experiment_by_name(experiment_names(space)[0])
    if experiment is None:
        raise BadInputError(
            f"nothing of {space!r} is recorded there: python -m study.launch --space {space}"
        )
    leader = leader_of(client, experiment.experiment_id)
    if leader is None or leader.gone:
        return (
            "no launch is running; the same command as before goes on where something is missing"
        )
    return f"running on {leader.host} (process {leader.pid}): {leader.says or 'starting'}"


if __name__ == "__main__":
    raise SystemExit(run_command(status))
