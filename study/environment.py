"""What must be set before ray and mlflow are imported, and what a record says of this machine."""

import os
import platform
import subprocess
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

DEFAULTS = {
    "RAY_AUTH_MODE": "token",  # ray makes the token itself; without it anyone may submit code
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_CHDIR_TO_TRIAL_DIR": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # silences a warning about CPU-only workers
    "RAY_AIR_NEW_OUTPUT": "0",  # with verbose=0 the old output is silent, the new one is not
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",  # MLflow is the record; these only cost time
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",  # the default blocks a call for over 200 s
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
}
PACKAGES = ("torch", "ray", "optuna", "mlflow", "distillation-study")


def prepare() -> None:
    """Set what the user has not set; call before importing ray or mlflow."""
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)


@lru_cache(maxsize=1)
def describe() -> dict[str, str]:
    """Tags for every record: host, versions, commit, and whether the tree was clean."""
    root = Path(__file__).parent.parent
    commit = _git(root, "rev-parse", "HEAD") or "unknown"
    dirty = "unknown" if commit == "unknown" else str(bool(_git(root, "status", "--porcelain")))
    tags = {
        "host": platform.node(),
        "python": platform.python_version(),
        "mlflow.source.git.commit": commit,
        "dirty": dirty.lower(),
    }
    return tags | {f"version.{package}": version(package) for package in PACKAGES}


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except OSError:  # no git on this machine
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
