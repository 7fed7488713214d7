"""Reading records without MLflow, whose import takes longer than all that a table or a plan needs.

Where MLflow's tables are at hand, and are those that we know, they are asked for the experiments
of a space too, as records/runs.py asks them for runs. Everything else is MLflow's own client's:
a server, and a database of another version, which it refuses with its reason.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

from sqlalchemy import RowMapping, text
from sqlalchemy.exc import SQLAlchemyError

from records.client import SQLITE, address_of, database, is_database, open_client

if TYPE_CHECKING:
    from mlflow import MlflowClient

REVISION = "dc11669786a5"  # of the tables that MLflow 3.17 makes; a test compares them
EXPERIMENT = (
    "SELECT experiment_id, name, lifecycle_stage FROM experiments "
    "WHERE workspace = 'default' AND {column} = :value"
)


class Reader(Protocol):
    """What records are read through: a Database, or MLflow's client."""

    @property
    def tracking_uri(self) -> str:
        """The address of the records."""

    def get_experiment(self, experiment_id: str) -> Any:
        """The experiment of that id: its id, name, tags and lifecycle_stage."""

    def get_experiment_by_name(self, name: str) -> Any:
        """The experiment of that name, deleted or not; None where there is none."""


class ExperimentRow(NamedTuple):
    """An experiment as recorded."""

    experiment_id: str
    name: str
    lifecycle_stage: str
    tags: dict[str, str]


class Database:
    """MLflow's database, read: what its client would say of experiments."""

    def __init__(self, tracking_uri: str) -> None:
        self.tracking_uri = tracking_uri

    def get_experiment(self, experiment_id: str) -> ExperimentRow | None:
        """The experiment of that id."""
        return self._experiment("experiment_id", int(experiment_id))

    def get_experiment_by_name(self, name: str) -> ExperimentRow | None:
        """The experiment of that name, deleted or not; None where there is none."""
        return self._experiment("name", name)

    def _experiment(self, column: str, value: int | str) -> ExperimentRow | None:
        if _is_missing(self.tracking_uri):
            return None
        with database(self.tracking_uri).connect() as connection:

            def ask(query: str, value: int | str) -> list[RowMapping]:
                return list(connection.execute(text(query), {"value": value}).mappings())

            found = ask(EXPERIMENT.format(column=column), value)
            if not found:
                return None
            key = found[0]["experiment_id"]
            tags = ask("SELECT key, value FROM experiment_tags WHERE experiment_id = :value", key)
        return ExperimentRow(
            str(key),
            found[0]["name"],
            found[0]["lifecycle_stage"],
            {tag["key"]: tag["value"] for tag in tags},
        )


def open_reader(tracking_uri: str, verbose: bool = False) -> Reader:
    """What reads the records at this address; makes nothing where there is no database yet.

    Raises BadInputError with the address and the reason where nothing answers.
    """
    if is_database(tracking_uri) and (_is_missing(tracking_uri) or _is_known(tracking_uri)):
        return Database(tracking_uri)
    return open_client(tracking_uri, verbose)


def client_of(reader: Reader, verbose: bool = False) -> "MlflowClient":
    """MlflowClient for what this reads: to write it, too; makes a sqlite database if need be."""
    if isinstance(reader, Database):
        return open_client(reader.tracking_uri, verbose)
    return cast("MlflowClient", reader)


def read_only(space: str, tracking_uri: str | None, results: Path) -> Reader:
    """For a command that reads: of the server, or of the results folder's database.

    Raises BadInputError where there is neither.
    """
    return open_reader(address_of(space, tracking_uri, results))


def _is_missing(tracking_uri: str) -> bool:
    if not tracking_uri.startswith(SQLITE):
        return False
    return not Path(tracking_uri.removeprefix(SQLITE)).exists()


def _is_known(tracking_uri: str) -> bool:
    """True where the tables are of the revision that this project reads and writes."""
    try:
        with database(tracking_uri).connect() as connection:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except (SQLAlchemyError, ImportError):  # damaged, away, no driver: MLflow says what it is
        return False
    return bool(found == REVISION)
