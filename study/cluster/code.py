"""What travels to every node of a cluster: this project's code, and what identifies it."""

import hashlib
import importlib.util
import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]  # the folder that holds the packages
PACKAGES_SENT = ("study", "trainables", "search_spaces", "records", "analysis")
VARIABLES_SENT = ("STUDY_DATA", "STUDY_OFFLINE", "RAY_CHDIR_TO_TRIAL_DIR")
JOB_CONFIG = "RAY_JOB_CONFIG_JSON_ENV_VAR"  # set by `ray job submit`: what travels already
SAME_EVERYWHERE = ("torch", "ray")  # the packages that train must have one version


def runtime_env() -> dict[str, Any]:
    """What travels to every node: this project's code, and what its environment says here.

    Code as modules rather than a wheel that is installed: nothing is built, and a change made a
    minute ago is what runs on every node. What was sent by `ray job submit --working-dir` is on
    every node already.
    """
    modules = {"py_modules": [str(ROOT / name) for name in PACKAGES_SENT]}
    if "working_dir" in os.environ.get(JOB_CONFIG, ""):
        modules = {}
    return {
        **modules,
        "env_vars": {name: os.environ[name] for name in VARIABLES_SENT if name in os.environ},
    }


def code_digest() -> str:
    """One hash of all source files of this project, as Python would import them here.

    By import rather than from ROOT: a node may import another copy than the one that was sent.
    """
    digest = hashlib.sha256()
    for name in PACKAGES_SENT:
        found = importlib.util.find_spec(name)
        for folder in (found.submodule_search_locations or ()) if found else ():
            for file in sorted(Path(folder).rglob("*.py")):
                digest.update(f"{name}/{file.relative_to(folder)}".encode() + file.read_bytes())
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Of Python and of the packages that train."""
    return {"Python": platform.python_version()} | {
        name: version(name) for name in SAME_EVERYWHERE
    }
