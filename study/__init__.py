"""A study, run: space → plan → cohorts → records → table.

launch.py status.py ui.py export.py clean.py records.py preflight.py   commands; __main__.py: all
planning/    what is missing, and what the searches ask for next
running/     a study as a function, its rounds on Ray Tune, its display, its lock
recording/   results on their way into MLflow
watching/    what is seen of it, while it runs and at its end
cluster/     Ray, here or on many machines
exporting/   a student on its way out: a file, its card, a version in MLflow
python/      from Python: `from study import run, records, curves, compare, export`

Ray reads the variables below at its import, so they are set before any module of this package.
"""

import os
import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from study.exporting.export import export_part as export
    from study.python.reading import compare, curves, records
    from study.running.study import run_study as run

__all__ = ["compare", "curves", "export", "records", "run"]

RAY_CAME_FIRST = "ray" in sys.modules and "RAY_AUTH_MODE" not in os.environ

for _name, _value in {
    "RAY_AUTH_MODE": "token",  # ray makes the token itself; without it anyone may submit code
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_CHDIR_TO_TRIAL_DIR": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # silences a warning about CPU-only workers
    "RAY_COLOR_PREFIX": "0",  # what it says of a lost node goes to files as well
    "RAY_AIR_NEW_OUTPUT": "0",  # with verbose=0 the old output is silent, the new one is not
    "TUNE_DISABLE_SIGINT_HANDLER": "1",  # study.running.interrupts has its own
    "TUNE_GLOBAL_CHECKPOINT_S": "1e9",  # of its state, which nobody reads: a launch plans anew
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",  # MLflow is the record; these only cost time
}.items():
    os.environ.setdefault(_name, _value)

_PYTHON = {
    "run": ("study.running.study", "run_study"),
    "records": ("study.python.reading", "records"),
    "curves": ("study.python.reading", "curves"),
    "compare": ("study.python.reading", "compare"),
    "export": ("study.exporting.export", "export_part"),
}


def __getattr__(name: str) -> Any:
    """Python's own names, imported when they are asked for: commands need none of them."""
    if name not in _PYTHON:
        raise AttributeError(f"module 'study' has no attribute {name!r}")
    module, function = _PYTHON[name]
    return getattr(import_module(module), function)


class _Study(ModuleType):
    """Keeps `records` and `export` the functions, once their commands' modules were imported."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in _PYTHON:
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Study
