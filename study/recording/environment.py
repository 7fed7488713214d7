"""What a record says of the machine and the code behind it."""

import os
import platform
import subprocess
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from records.schema import COMMIT

PACKAGES = ("torch", "ray", "optuna", "mlflow", "distillation-study")


@lru_cache(maxsize=1)
def describe() -> dict[str, str]:
    """Tags for every record: the launch's host, versions, commit; whether files were changed."""
    commit = _git("rev-parse", "HEAD") or "unknown"
    dirty = "unknown" if commit == "unknown" else str(bool(_git("status", "--porcelain")))
    tags = {
        "host": platform.node(),
        "python": platform.python_version(),
        COMMIT: commit,
        "dirty": dirty.lower(),
        "cpu": _cpu(),
    }
    return tags | {f"version.{package}": version(package) for package in PACKAGES}


def _cpu() -> str:
    """The processor's name, and how many of its threads this process may use."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:  # not Linux
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    name = names[0] if names else platform.processor() or platform.machine()
    return f"{name} × {len(os.sched_getaffinity(0))}"


def _git(*arguments: str) -> str:
    """What git says of this code; nothing where it is no clone."""
    command = ["git", "-C", str(Path(__file__).parent), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except OSError:  # no git on this machine
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
