"""What a launch's machine does meanwhile: CPU, memory, disk, network, GPUs.

MLflow's own monitor writes them to a run of their own, one a launch, in `<space> · launches`: it
needs a run that is RUNNING, and those of trials and settings are written once they have ended. It
samples every 10 seconds (MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL says otherwise) in a thread, and
gives up where the records do not answer; nothing that is trained or recorded waits for it.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec

import requests
import torch
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.system_metrics.system_metrics_monitor import SystemMetricsMonitor

from records.experiments import KIND, open_experiment
from study.recording.environment import describe
from trainables.errors import Say, one_line

LAST_SECONDS = 10.0  # for the last sample to be written
OUTAGES = (MlflowException, requests.RequestException, OSError)


def launches_of(space: str) -> str:
    """The experiment with a run for each launch that was measured."""
    return f"{space} · launches"


@contextmanager
def measured(client: MlflowClient, space: str, files: str | None, say: Say) -> Iterator[None]:
    """In the block this machine is measured, in a run that ends with the block.

    files: where MLflow keeps artifacts, None for the server's own place.
    """
    logging.getLogger("mlflow.system_metrics").setLevel(logging.ERROR)
    if torch.cuda.is_available() and find_spec("pynvml") is None:
        say("--system-metrics: GPUs are not measured without pip install nvidia-ml-py")
    try:
        place = open_experiment(client, launches_of(space), KIND, files)
        for left in client.search_runs([place], "status = 'RUNNING'"):  # its launch was killed
            client.set_terminated(left.info.run_id, "KILLED")
        tags = {"mlflow.runName": f"launch of {space}", **describe()}
        run = client.create_run(place, tags=tags).info.run_id
        monitor = SystemMetricsMonitor(run, tracking_uri=client.tracking_uri)
    except OUTAGES as error:
        say(f"--system-metrics: nothing is measured: {one_line(error)}")
        yield
        return
    monitor.start()
    status = "FAILED"
    try:
        yield
        status = "FINISHED"
    except KeyboardInterrupt:
        status = "KILLED"
        raise
    finally:
        _end(client, run, monitor, status)


def _end(client: MlflowClient, run: str, monitor: SystemMetricsMonitor, status: str) -> None:
    """Write the last sample, unless the records do not answer."""

    def finish() -> None:
        with suppress(*OUTAGES):
            monitor.finish()
            client.set_terminated(run, status)

    last = threading.Thread(target=finish, name="system metrics", daemon=True)
    last.start()
    last.join(LAST_SECONDS)
