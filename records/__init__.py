"""The records in MLflow: what was planned and what came out, read and written in one place.

MLflow reads these at its import, so they are set here, before any module of this package.
"""

import os

for _name, _value in {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # two lines and a request a run otherwise
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",  # the default blocks a call for over 200 s
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
}.items():
    os.environ.setdefault(_name, _value)
