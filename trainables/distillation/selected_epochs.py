"""Students whose number of epochs is selected by a part of their objects, held out at first.

Each is trained twice: without that part, to find the epoch that is best on it, then anew for so
many epochs on all objects. The student alone and all that it is compared with get the same.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

from trainables.distillation.requirements import selecting
from trainables.networks.stack import Report
from trainables.results import TrialResult
from trainables.schedule import selected_epoch
from trainables.settings.trial import Trial

FACT = "selected_epochs"  # how many epochs were selected
Train = Callable[[Sequence[Trial], Report], list[TrialResult]]
"""Trains trials of one cohort key; results in their order."""


def train_selected(trials: Sequence[Trial], train: Train, report: Report) -> list[TrialResult]:
    """The results of trials of one cohort key, in their order; training is reported as halves."""
    first = train([selecting(trial) for trial in trials], lambda done: report(done / 2))
    groups: dict[int, list[Trial]] = defaultdict(list)
    found: dict[str, TrialResult] = {}
    seconds = {}
    for trial, result in zip(trials, first, strict=True):
        seconds[trial.key] = result.seconds
        if result.failure:  # it would fail again
            found[trial.key] = replace(result, trial=trial)
        else:
            groups[_epochs_of(trial, result)].append(trial)
    for epochs, mine in groups.items():
        last = train([_for_epochs(trial, epochs) for trial in mine], lambda _: report(0.5))
        for trial, result in zip(mine, last, strict=True):
            found[trial.key] = replace(
                result,
                trial=trial,
                epochs=epochs,
                facts=result.facts | {FACT: float(epochs)},
                seconds=result.seconds + seconds[trial.key],
            )
    return [found[trial.key] for trial in trials]


def _epochs_of(trial: Trial, result: TrialResult) -> int:
    setting = trial.setting
    named = setting.schedule.select_by or setting.target.main.name
    measure = next(one for one in setting.target.measures if one.name == named)
    curve = result.history[f"validation/{measure.name}"]
    return 1 + selected_epoch(curve, higher_is_better=measure.higher_is_better)


def _for_epochs(trial: Trial, epochs: int) -> Trial:
    setting = trial.setting
    schedule = replace(setting.schedule, epochs=epochs, select_epoch=False, select_by="")
    return replace(trial, setting=replace(setting, schedule=schedule))
