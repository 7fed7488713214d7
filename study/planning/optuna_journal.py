"""The searches as Optuna studies in a journal file, for optuna-dashboard to open."""

import warnings
from pathlib import Path

import optuna
from optuna.exceptions import ExperimentalWarning
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from study.planning.plan import Plan


def write_journal(plan: Plan, path: Path) -> Path | None:
    """Write what is known of each search; its path, or None for a space without searches.

    Written anew each time, and renamed into place when whole: the records are in MLflow.
    """
    if not plan.searches:
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}")
    temporary.unlink(missing_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", ExperimentalWarning
        )  # Optuna marks journals as experimental
        storage = JournalStorage(JournalFileBackend(str(temporary)))
        for state in plan.searches:
            known = state.optuna_study
            study = optuna.create_study(
                study_name=state.search.title, storage=storage, directions=known.directions
            )
            study.add_trials([trial for trial in known.get_trials() if trial.state.is_finished()])
    return temporary.replace(path)
