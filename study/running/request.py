"""What a study is asked to do: checked before anything starts, with its open numbers decided."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from records.folder import database_uri
from records.read import read
from records.reader import Reader
from search_spaces.base.catalogue import load
from search_spaces.base.space import Space
from study.cluster.resources import Node, Resources, of_this_machine
from study.planning.plan import Plan, check_counts
from study.planning.seeds import Seeds, check_looks, seeds_of
from study.planning.trial_index import TrialIndex
from trainables.artifacts.store import open_store
from trainables.errors import BadInputError


@dataclass(frozen=True, kw_only=True)
class Request:
    """A space with all that determines what is planned for it, and where.

    minutes: within which a study until decided begins its looks; None: no limit.
    settings: of each search; None is the search's own number.
    records: the address of the MLflow records.
    storage: where artifacts are kept; None is the results folder.
    """

    space: Space
    seeds: Seeds
    minutes: float | None
    settings: int | None
    resources: Resources
    retry_failed: bool
    results: Path
    records: str
    storage: str | None

    @classmethod
    def checked(
        cls,
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
        dashboard: bool = True,
        stall_minutes: float = 30,
        retry_failed: bool = False,
        tracking_uri: str | None = None,
        results: str | Path = "results",
        storage: str | None = None,
    ) -> "Request":
        """A request out of the launch command's options, None where one was left away.

        Raises BadInputError for whatever is not given as it should be.
        """
        chosen = space if isinstance(space, Space) else load(str(space))
        check_counts(chosen, seeds, settings)
        check_looks(seeds, max_seeds, max_minutes, until_decided=until_decided)
        resources = Resources(
            workers=workers,
            cpus_per_worker=cpus_per_worker,
            gpus_per_worker=gpus_per_worker,
            address=address,
            dashboard=dashboard,
            stall_minutes=stall_minutes,
        )
        resources = resources.fit(of_this_machine() if address is None else _nodes_at(address))
        folder = _writable(Path(results))
        return cls(
            space=chosen,
            seeds=seeds_of(chosen, seeds, max_seeds, until_decided=until_decided),
            minutes=max_minutes,
            settings=settings,
            resources=resources,
            retry_failed=retry_failed,
            results=folder,
            records=tracking_uri or database_uri(folder),
            storage=storage,
        )

    @property
    def folders(self) -> list[Path]:
        """Where files are written: the results, and the records' database."""
        database = self.records.removeprefix("sqlite:///")
        if database == self.records:
            return [self.results]
        return [self.results, Path(database).absolute().parent]

    def plan(self, client: Reader) -> Plan:
        """What is done and what is missing, by the records as they are now."""
        ended = [
            record
            for record in read(client, self.space.name)
            if record.status == "FINISHED" or not self.retry_failed
        ]
        store = open_store(self.storage, self.results)
        workers = self.resources.workers or 1
        seeds = self.seeds.after(client, self.space)
        return Plan(self.space, seeds, self.settings, store, TrialIndex(ended), workers)


def _nodes_at(address: str) -> list[Node]:
    from study.cluster.head import ask_nodes  # ray takes a second to import

    return ask_nodes(address)


def _writable(results: Path) -> Path:
    """The folder, which is not made here: a plan leaves nothing behind."""
    results = results.absolute()
    try:
        with suppress(FileNotFoundError):
            results.lstat()  # which refuses names that no folder can have
        there = next(at for at in (results, *results.parents) if os.path.lexists(at))
        with TemporaryFile(dir=there):  # without a name, and gone
            pass
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadInputError(
            f"cannot write to --results {results}: {reason}; give a folder that you may write"
        ) from None
    return results
