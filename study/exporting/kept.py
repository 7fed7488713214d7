"""A student by itself, without what trained it: held to what was recorded."""

from collections.abc import Mapping

import torch

from study.exporting.networks import Leaving, leaving
from study.exporting.trained import Figures, Trained, check_figures, others
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
    figures = check_alone(wanted, stored)
    check_figures(figures, wanted)
    return Trained(weights, figures, workshop, was_kept=True)


def check_alone(wanted: Wanted, trained: Trained) -> Figures:
    """By name what is recorded of a student, and what it gives by itself.

    Raises StudyError where a method's student answers otherwise then.
    """
    recorded = wanted.student.record.metrics
    found = _measured(leaving("student", wanted, trained))
    figures = {name: (recorded[name], now) for name, now in found.items() if name in recorded}
    method, said = wanted.trial.setting.method, others(figures)
    if method and said:
        raise StudyError(
            f"{wanted.student.label} gives {said} by itself: the method {method.name!r} changes "
            "what it reads (a link, standardised pixels) or its layers, which does not leave with "
            "it: name another setting"
        )
    return figures


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
