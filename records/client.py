"""Which errors of the records' store are outages: waiting, or trying again, can mend them."""

import requests
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import OperationalError

LASTING = {"INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST", "INVALID_STATE", "BAD_REQUEST"}


def may_pass(error: BaseException) -> bool:
    """True for what waiting can mend: no connection, a locked database, a full disk."""
    if isinstance(error, MlflowException):
        return error.error_code not in LASTING
    return isinstance(error, OSError | requests.RequestException | OperationalError)
