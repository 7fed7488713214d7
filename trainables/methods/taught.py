"""What methods with a teacher share: what they can learn from it, and the objective's numbers."""

import torch
from torch import Tensor

from trainables.data.task import Classes
from trainables.errors import BadInputError
from trainables.methods.method_run import MethodRun
from trainables.objectives.objective import ANY, TEMPERATURE, Objective
from trainables.teacher import Teacher


def check_taught(name: str, teacher: Teacher | None, objective: Objective) -> None:
    """Raise BadInputError unless a method can learn this teacher's answers by this objective.

    teacher: None where the method trains its own.
    """
    if teacher and (teacher.classes is not None or teacher.schedule.normalise):
        raise BadInputError(
            f"{name} makes inputs for its teacher, and learns its answers, as they are: leave "
            "Teacher.classes and normalise of its schedule away"
        )
    reads_features = objective.student_features or objective.teacher_features
    of_classes = objective.task in (ANY, Classes.kind)
    if TEMPERATURE not in objective.numbers() or reads_features or not of_classes:
        raise BadInputError(
            f"{name} learns a teacher's answers at the objective's temperature, and "
            f"{objective.name} has none, or reads features too: give "
            "Distillation(hard_label_weight=0.5, temperature=4), say"
        )


def numbers_of(run: MethodRun) -> dict[str, Tensor]:
    """What the setting's objective computes with, by name, one value a member: [N]."""
    given, members = run.setting.objective.numbers(), len(run.trials)
    return {
        name: torch.full((members,), value, device=run.device) for name, value in given.items()
    }
