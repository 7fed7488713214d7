"""MLflow's pages over the records, open at the study that changed last: python -m study.ui

The server answers this machine only, and ends with this command.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import requests
import typer
from rich.console import Console

from records.cli import FAILED, INTERRUPTED, Results, TrackingUri, run_command
from records.client import is_database
from records.reader import read_only
from records.terminal import say
from study.watching.listing import recorded_studies
from trainables.errors import BadInputError

out = Console(highlight=False)
HERE = "127.0.0.1"
PORT = 5000
START_SECONDS = 120.0
END_SECONDS = 10.0
# Job execution off: 0.5 GB, not 2.6.
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}


def ui(
    port: Annotated[int, typer.Option(help="Of this machine.", min=1, max=65535)] = PORT,
    browser: Annotated[bool, typer.Option(help="Open a browser, if there is one.")] = True,
    tracking_uri: TrackingUri = None,
    results: Results = Path("results"),
) -> int:
    """Serve MLflow's pages on this machine, and open that of the last study; Ctrl-C ends it.

    Of records on a server nothing is served: its page is shown.
    """
    client = read_only("vae_lambda", tracking_uri, results)
    if not (studies := recorded_studies(client)):
        raise BadInputError(
            f"no study is recorded in {client.tracking_uri}: python -m study.launch --space ..."
        )
    from analysis.publish import page_of  # pandas, SciPy and statsmodels: a second

    last = studies[0]
    if not is_database(client.tracking_uri):
        _show(last.space, page_of(last.experiment, client.tracking_uri.rstrip("/")), browser)
        return 0
    _check_free(port)
    address = f"http://{HERE}:{port}"
    with _server(client.tracking_uri, port) as server:
        if not _answers(server, address):
            print(f"error: MLflow's server did not start at {address}", file=sys.stderr)
            return FAILED
        _show(last.space, page_of(last.experiment, address), browser)
        say(out, "(Ctrl-C ends the server)")
        server.wait()
    return FAILED  # it ended by itself


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HERE, port))
        except OSError as error:
            raise BadInputError(
                f"port {port} of this machine cannot be served: {error.strerror}; end what "
                "listens there, or give another --port"
            ) from None


@contextlib.contextmanager
def _server(records: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """MLflow's server, which ends with the block, however that ends, and its workers with it."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(INTERRUPTED))
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "mlflow", "server", "--workers", "1"),
            *("--host", HERE, "--port", str(port), "--backend-store-uri", records),
        ],
        env=os.environ | QUIET,
        start_new_session=True,
    )
    try:
        yield server
    finally:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(END_SECONDS)
        signal.signal(signal.SIGTERM, before)


def _answers(server: subprocess.Popen[bytes], address: str) -> bool:
    """Wait until it does; False where it ends before, or takes too long."""
    until = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < until:
        with contextlib.suppress(requests.RequestException):
            if requests.get(f"{address}/health", timeout=5).ok:
                return True
        time.sleep(0.2)
    return False


def _show(space: str, page: str, browser: bool) -> None:
    say(out, f"{space}: {page}")
    if browser and _has_screen():
        with contextlib.suppress(webbrowser.Error, OSError):
            webbrowser.open(page)


def _has_screen() -> bool:
    """Whether a browser would be a window: one for terminals would take this one."""
    named = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
    return named or sys.platform in ("darwin", "win32")


if __name__ == "__main__":
    sys.exit(run_command(ui))
