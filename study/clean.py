"""Remove what a study no longer needs: python -m study.clean --space vae_lambda

Runs that failed, were killed, or left RUNNING by a dead launch; artifacts that no record and no
planned trial refers to; files that were set aside. It shows what, and asks.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from mlflow import MlflowClient
from rich.console import Console

from records.cli import Results, Storage, TrackingUri, run_command
from records.client import open_records
from records.read import read
from records.runs import RunRow, runs
from records.schema import ARTIFACT, ARTIFACTS, SETTING_NAME, TRIAL_KEY, experiment_names
from records.terminal import say
from search_spaces import names
from search_spaces.base.catalogue import load
from search_spaces.base.space import Space
from study.planning.plan import Plan
from study.planning.seeds import Seeds
from study.planning.trial_index import TrialIndex
from study.running.lock import locked
from study.watching.leader import leader_of
from trainables.artifacts.store import Store, open_store
from trainables.errors import BadInputError

out = Console(highlight=False)
MOST_SHOWN = 10
LEFT_OVER = ("FAILED", "KILLED", "RUNNING")


@dataclass(frozen=True)
class Waste:
    """What can go: runs of the trials' experiment, and files."""

    runs: list[RunRow]
    files: list[Path]

    @property
    def size(self) -> int:
        """Bytes of the files."""
        return sum(file.stat().st_size for file in self.files)


def find(client: MlflowClient, space: Space, store: Store) -> Waste:
    """What nothing needs any more. Artifacts are shared, so every study of the records counts."""
    mine = client.get_experiment_by_name(experiment_names(space.name)[1])
    left = [
        row
        for row in (runs(client, mine.experiment_id) if mine else ())
        if row.status in LEFT_OVER
    ]
    known = [space, *(load(name) for name in names() if name != space.name)]
    kept = {
        key for one in known if _is_recorded(client, one) for key in _planned(client, one, store)
    }
    for experiment in client.search_experiments():
        kept |= {key for row in runs(client, experiment.experiment_id) for key in _named(row)}
    files = [
        file
        for file in sorted(store.root.glob("*/*"))
        if file.name.partition(".")[0] not in kept or file.suffix == ".wrong"
    ]
    return Waste(left, files)


def _is_recorded(client: MlflowClient, space: Space) -> bool:
    return client.get_experiment_by_name(space.name) is not None


def _named(row: RunRow) -> Iterable[str]:
    """The artifacts that a record refers to, and its student where that is kept."""
    single = [value for name, value in row.tags.items() if name.startswith(f"{ARTIFACT}.")]
    student = [row.tags[TRIAL_KEY]] if TRIAL_KEY in row.tags else []
    return [*row.tags.get(ARTIFACTS, "").split(), *single, *student]


def _planned(client: MlflowClient, space: Space, store: Store) -> Iterable[str]:
    """The artifacts behind all that a space plans, done or not."""
    seeds = Seeds.as_recorded(client, space)
    plan = Plan(space, seeds, None, store, TrialIndex(read(client, space.name)), workers=1)
    return {artifact.key for artifact in plan.all_artifacts()}


def clean(
    space: Annotated[
        str,
        typer.Option(help="A built-in space, or the path of a file.", autocompletion=names),
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    tracking_uri: TrackingUri = None,
    results: Results = Path("results"),
    storage: Storage = None,
) -> int:
    """Show what a study no longer needs, ask, and remove it."""
    chosen, results = load(space), results.absolute()
    client = open_records(chosen.name, tracking_uri, results)
    if not _is_recorded(client, chosen):
        raise BadInputError(f"nothing of {chosen.name!r} is recorded there: there is no waste")
    with locked([results], chosen.name, wait=False, say=partial(say, out)):
        _refuse_if_led(client, chosen)
        waste = find(client, chosen, open_store(storage, results))
        _show(waste)
        if not (waste.runs or waste.files):
            return 0
        if not yes and not typer.confirm("remove them?"):
            say(out, "nothing was removed")
            return 0
        for row in waste.runs:
            client.delete_run(row.run_id)
        for file in waste.files:
            with suppress(FileNotFoundError):
                file.unlink()
    say(out, f"removed; the next launch of {chosen.name} trains what failed again")
    return 0


def _refuse_if_led(client: MlflowClient, space: Space) -> None:
    experiment = client.get_experiment_by_name(space.name)
    leader = leader_of(client, experiment.experiment_id) if experiment else None
    if leader and not leader.gone:
        raise BadInputError(
            f"a launch of {space.name} runs on {leader.host} (process {leader.pid}): stop it first"
        )


def _show(waste: Waste) -> None:
    for row in waste.runs[:MOST_SHOWN]:
        why = row.tags.get("failure", "its launch was stopped")
        name = row.tags.get(SETTING_NAME, row.run_id)
        say(out, f"{row.status}: {name}: {why}")
    if len(waste.runs) > MOST_SHOWN:
        say(out, f"... and {len(waste.runs) - MOST_SHOWN} more")
    for file in waste.files[:MOST_SHOWN]:
        say(out, f"no record refers to {file}")
    if len(waste.files) > MOST_SHOWN:
        say(out, f"... and {len(waste.files) - MOST_SHOWN} more")
    say(out, f"{len(waste.runs)} runs and {len(waste.files)} files ({waste.size / 1e6:,.1f} MB)")


if __name__ == "__main__":
    raise SystemExit(run_command(clean))
