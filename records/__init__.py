"""The records in MLflow: what was planned and what came out, read and written in one place.

schema       names of experiments and tags; Record, PlannedSetting, Study
client       a client that answers; the database behind it; which errors waiting can mend
reader       the same for reading alone, without MLflow where the database is at hand
experiments  the experiments of a study, found or made
folder       what stands where in the results folder
runs, read, write  all runs at once; the same as Records and a Study; lines as runs, in batches
choice       which setting is chosen: one rule for launch, table and report
jsonl, transfer  lines of JSON in a file; records as such lines, and back
cli, terminal/ options and exit codes that all commands share; what they print, at any width
foreign/     what others may have written, checked
"""

import os

# MLflow reads these at its import, so they are set before any module of this package.
for _name, _value in {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # two lines and a request a run otherwise
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",  # the default blocks a call for over 200 s
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
}.items():
    os.environ.setdefault(_name, _value)
