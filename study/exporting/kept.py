"""A student by itself, without what trained it: held to what was recorded."""

from collections.abc import Mapping

import torch

from study.exporting.networks import Leaving, leaving
from study.exporting.trained import Trained, check_figures, others
from study.exporting.wanted import Wanted
from trainables.artifacts.workshop import STUDENT
from trainables.cohorts.kinds import open_workshop
from trainables.errors import StudyError
from trainables.objectives.metrics import classified, deviating

BLOCK = 1_000


def kept_student(wanted: Wanted) -> Trained | None:
    """The stored student; None where its study kept none.

    Raises StudyError where it gives other figures than are recorded.
    """
    workshop = open_workshop(wanted.plan.store.root)
    if not workshop.store.has(STUDENT, wanted.trial.key):
        return None
    weights = workshop.store.load(STUDENT, wanted.trial.key).tensors
    stored = Trained(weights, {}, workshop, was_kept=True)
    check_alone(wanted, stored)
    figures = figures_alone(wanted, stored)
    check_figures(figures, wanted)
    return Trained(weights, figures, workshop, was_kept=True)


def check_alone(wanted: Wanted, trained: Trained) -> None:
    """Raise StudyError where a method's student answers otherwise once it is by itself."""
    method, said = wanted.trial.setting.method, others(figures_alone(wanted, trained))
    if method and said:
        raise StudyError(
            f"{wanted.student.label} gives {said} by itself: the method {method.name!r} changes "
            "what it reads (a link, standardised pixels) or its layers, which does not leave with "
            "it: name another setting"
        )


def figures_alone(wanted: Wanted, trained: Trained) -> dict[str, tuple[float, float]]:
    """By name what is recorded of a student, and what it gives by itself."""
    recorded = wanted.student.record.metrics
    found = _measured(leaving("student", wanted, trained))
    return {name: (recorded[name], now) for name, now in found.items() if name in recorded}


@torch.no_grad()
def _measured(given: Leaving) -> Mapping[str, float]:
    """What it gives on its test set, by recorded names."""
    answers = torch.cat([given.module(block) for block in given.objects.split(BLOCK)])
    truth = given.test.labels
    if given.classes:
        found = classified(answers.unsqueeze(0), truth.unsqueeze(0))._asdict()
    else:
        found = deviating(answers.view(1, -1, 1), truth.float().unsqueeze(0))._asdict()
    return {f"test/{name}": float(value[0]) for name, value in found.items()}
