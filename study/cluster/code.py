"""What travels to every node of a cluster: this project's code, and what identifies it."""

import hashlib
import importlib.util
import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGES_SENT = ("study", "trainables", "search_spaces", "records", "analysis")


TRAVELS = ("STUDY_DATA", "STUDY_OFFLINE", "RAY_CHDIR_TO_TRIAL_DIR")


SENT = "RAY_JOB_CONFIG_JSON_ENV_VAR"  # set by `ray job submit`: what travels already


def runtime_env() -> dict[str, Any]:
    """What travels to every node: this project's code, and what its environment says here.

    Code as modules rather than a wheel that is installed: nothing is built, and a change made a
    minute ago is what runs on every node. What was sent by `ray job submit --working-dir` is on
    every node already.
    """
    sent = SENT in os.environ and "working_dir" in os.environ[SENT]
    root = Path(__file__).parent.parent
    modules = {} if sent else {"py_modules": [str(root / room) for room in PACKAGES_SENT]}
    return {**modules, "env_vars": {k: os.environ[k] for k in TRAVELS if k in os.environ}}


PACKAGES = ("torch", "ray")


def code_digest() -> str:
    """One hash of all source files of this project, as Python would import them here."""
    digest = hashlib.sha256()
    for room in PACKAGES_SENT:
        found = importlib.util.find_spec(room)
        for folder in (found.submodule_search_locations or ()) if found else ():
            for file in sorted(Path(folder).rglob("*.py")):
                digest.update(f"{room}/{file.relative_to(folder)}".encode() + file.read_bytes())
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Of Python and of the packages that train."""
    return {"Python": platform.python_version()} | {name: version(name) for name in PACKAGES}
