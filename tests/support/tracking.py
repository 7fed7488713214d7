"""A real MLflow server over a database of a folder, as a process that can be killed."""

import os
import signal
import subprocess
import sys
import time

import requests


class TrackingServer:
    """Serves while the block runs; stop and start again as the test likes."""

    def __init__(self, folder, port, *arguments, host="127.0.0.1", on=(), store="", **environment):
        self.folder, self.port = folder, port
        self.arguments, self.environment = arguments, environment
        self.uri, self.on = f"http://{host}:{port}", on
        self.store = store or f"sqlite:///{folder}/server.db"
        self.said = folder / "server.said"

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        """Start it, without waiting for its first answer."""
        self.process = subprocess.Popen(
            [
                *self.on, sys.executable, "-m", "mlflow", "server", "--workers", "1", "--port",
                str(self.port), "--backend-store-uri", self.store,
                "--artifacts-destination", str(self.folder / "files"), *self.arguments,
            ],
            stdout=self.said.open("w"), stderr=subprocess.STDOUT, start_new_session=True,
            env={
                **os.environ,
                "MLFLOW_DISABLE_TELEMETRY": "true",
                "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
                **self.environment,
            },
        )  # fmt: skip

    def stop(self):
        """SIGKILL to it and its workers."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def ask(self, path="/health", seconds=90):
        """Its first answer."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                return requests.get(self.uri + path, timeout=5)
            except requests.ConnectionError:
                assert time.monotonic() < deadline, self.said.read_text()
                time.sleep(0.2)
