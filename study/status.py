"""How far a study is, from any shell or machine: python -m study.status --space vae_lambda --watch

Without --space, all studies of the results folder, a line each.
"""

import contextlib
import gc
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console, Group
from rich.live import Live

from records.cli import Results, Storage, TrackingUri, run_command
from records.read import read, read_study
from records.reader import Reader, read_only
from records.schema import experiment_names
from records.terminal import say
from search_spaces import names
from search_spaces.base.catalogue import load
from search_spaces.base.space import Space
from study.cluster.dashboard import door_of
from study.planning.plan import Plan, check_counts
from study.planning.seeds import Seeds
from study.planning.trial_index import TrialIndex
from study.recording.spool import Spool, spool_of
from study.watching.counts import counts
from study.watching.leader import Leader, leader_of
from study.watching.listing import as_table, recorded_studies
from study.watching.overview import overview
from study.watching.verdicts import VerdictsSoFar
from trainables.artifacts.store import Store, open_store
from trainables.errors import BadInputError

if TYPE_CHECKING:
    from analysis.publish import Said

out = Console(highlight=False)
MOST_SHOWN = 20
WATCH_SECONDS = 2.0
REST, LONGEST_REST = 4, 15.0  # times as long as looking took; seconds, at most


def status(
    space: Annotated[
        str | None,
        typer.Option(
            help="A built-in space, or the path of a file.",
            show_default="list all studies",
            autocompletion=names,
        ),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Again and again, until it ends.")
    ] = False,
    seeds: Annotated[int | None, typer.Option(help="As given to the launch.")] = None,
    settings: Annotated[int | None, typer.Option(help="As given to the launch.")] = None,
    tracking_uri: TrackingUri = None,
    results: Results = Path("results"),
    storage: Storage = None,
) -> int:
    """Say what of a study is done, running, failed or missing, and what its seeds say so far."""
    if space is None:
        return _list(watch, tracking_uri, results)
    chosen = load(space)
    check_counts(chosen, seeds, settings)
    client = read_only(chosen.name, tracking_uri, results)
    seen = _Seen(client, chosen, seeds, settings, open_store(storage, results))
    plan = seen.watch() if watch else seen.once()
    if any(one.missing or one.unknown for one in counts(plan)):
        say(out, f"what is missing: python -m study.launch --space {space} goes on")
    if waiting := len(Spool(spool_of(results, chosen.name)).read()):
        say(out, f"{waiting} results are kept in {results}: the next launch records them")
    failed = plan.trial_index.failed()
    for record in failed[:MOST_SHOWN]:
        say(out, f"failed: {record.setting_name} seed={record.seed}: {record.failure}")
    if len(failed) > MOST_SHOWN:
        say(out, f"... and {len(failed) - MOST_SHOWN} more")
    return 0


def _list(watch: bool, tracking_uri: str | None, results: Path) -> int:
    if watch:
        raise BadInputError("--watch is for one study: give --space, too")
    studies = recorded_studies(read_only("vae_lambda", tracking_uri, results))
    if studies:
        as_table(studies).show(out)
    else:
        say(out, f"no study is recorded in {tracking_uri or results}")
    return 0


class _Seen:
    """A study that is looked at: once, or until its launch has ended."""

    def __init__(
        self, client: Reader, space: Space, seeds: int | None, settings: int | None, store: Store
    ) -> None:
        self.client, self.space, self.store = client, space, store
        self.seeds, self.settings = seeds, settings
        experiment = client.get_experiment_by_name(experiment_names(space.name)[0])
        if experiment is None:
            raise BadInputError(
                f"nothing of {space.name!r} is recorded there: "
                f"python -m study.launch --space {space.name}"
            )
        self.experiment = str(experiment.experiment_id)
        self._verdicts = VerdictsSoFar(self._judge)

    def once(self) -> Plan:
        """Print it; what is planned."""
        plan = self._plan()
        out.print(self._overview(plan, self._leader(), last=True), crop=False)
        return plan

    def watch(self) -> Plan:
        """Show it until no launch is running; Ctrl-C ends the looking, not the study."""
        plan = self._plan()
        with (
            contextlib.suppress(KeyboardInterrupt),
            Live(console=out, auto_refresh=False) as live,
        ):
            while True:
                began, leader = time.monotonic(), self._leader()
                plan = self._plan()
                shown = self._overview(plan, leader, last=not leader, on_one_screen=True)
                live.update(shown, refresh=True)
                if not leader:
                    break
                gc.unfreeze()  # read_study keeps what it reads, for commands that end
                took = time.monotonic() - began
                time.sleep(max(WATCH_SECONDS, min(REST * took, LONGEST_REST)))
        return plan

    def _plan(self) -> Plan:
        trial_index = TrialIndex(read(self.client, self.space.name))
        given = Seeds(self.seeds, for_all=True) if self.seeds else None
        wanted = given or Seeds.as_recorded(self.client, self.space)
        return Plan(self.space, wanted, self.settings, self.store, trial_index, workers=1)

    def _leader(self) -> Leader | None:
        leader = leader_of(self.client, self.experiment)
        return None if leader is None or leader.gone else leader

    def _judge(self) -> list["Said"]:
        from analysis.publish import said_so_far  # pandas, SciPy and statsmodels: a second

        return said_so_far(read_study(self.client, self.space.name))

    def _overview(
        self, plan: Plan, leader: Leader | None, *, last: bool, on_one_screen: bool = False
    ) -> Group:
        ended = len(plan.trial_index.records), len(plan.trial_index.failed())
        return overview(
            plan,
            leader,
            self._verdicts(ended, at_once=last) if any(ended) else (),
            out,
            dashboard=door_of(leader) if leader and out.is_terminal else None,
            on_one_screen=on_one_screen and out.is_terminal,
        )


if __name__ == "__main__":
    raise SystemExit(run_command(status))
