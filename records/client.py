"""The way to MLflow: a client that answers, the database behind it, and what waiting can mend."""

import logging
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import requests
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError

from trainables.checks import check_name
from trainables.errors import BadInputError, one_line

if TYPE_CHECKING:  # most of two seconds: where a client is opened
    from mlflow import MlflowClient

SQLITE = "sqlite:///"
SCHEMES = ("sqlite", "postgresql", "mysql", "mssql")  # of MLflow's own stores

# Errors that MLflow would answer with again, however long one waits.
LASTING = {"INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST", "INVALID_STATE", "BAD_REQUEST"}


def open_client(tracking_uri: str, verbose: bool = False) -> "MlflowClient":
    """A client that was seen to answer; creates a sqlite database that is not there yet.

    verbose: MLflow's own lines are shown.
    Raises BadInputError with the address and the reason where nothing answers.
    """
    from mlflow import MlflowClient

    for chatty in () if verbose else ("mlflow", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)  # it raises as well
    try:
        if tracking_uri.startswith(SQLITE):
            Path(tracking_uri.removeprefix(SQLITE)).parent.mkdir(parents=True, exist_ok=True)
        client = MlflowClient(tracking_uri)
        client.search_experiments(max_results=1)
    except Exception as error:  # MLflow's, SQLAlchemy's, alembic's, a driver's that is not there
        raise BadInputError(
            f"no MLflow records at {tracking_uri}: {one_line(error)}; start the server, or give "
            "--tracking-uri sqlite:///FILE or http://HOST:PORT"
        ) from None
    return client


def open_records(space: str, tracking_uri: str | None, results: Path) -> "MlflowClient":
    """The client of a command for recorded studies, at their address.

    Raises BadInputError where nothing is recorded.
    """
    return open_client(address_of(space, tracking_uri, results))


def address_of(space: str, tracking_uri: str | None, results: Path) -> str:
    """Where records are: on the server, or in the results folder's database.

    Raises BadInputError where there is neither.
    """
    check_name("a space's name", space)
    database = results.absolute() / "mlflow.db"
    if tracking_uri and tracking_uri.startswith(SQLITE):
        named = Path(tracking_uri.removeprefix(SQLITE))
        if not named.exists():  # MLflow would make an empty one
            raise BadInputError(f"no MLflow records at {tracking_uri}: there is no file {named}")
    if tracking_uri is None and not database.exists():
        raise BadInputError(
            f"no records in {results}: launch a study first (python -m study.launch --space "
            f"{space}), or give --results or --tracking-uri"
        )
    return tracking_uri or f"{SQLITE}{database}"


def is_database(uri: str) -> bool:
    """True where MLflow's tables can be read and written to, without a server between."""
    return uri.split(":")[0].split("+")[0] in SCHEMES


@lru_cache(maxsize=4)
def database(uri: str) -> Engine:
    """Connections to MLflow's tables."""
    return create_engine(uri)


def may_pass(error: BaseException) -> bool:
    """True for what waiting can mend: no connection, a locked database, a full disk."""
    if "mlflow" in sys.modules:
        from mlflow.exceptions import MlflowException

        if isinstance(error, MlflowException):
            return error.error_code not in LASTING
    return isinstance(error, OSError | requests.RequestException | OperationalError)
