"""Controls of a teacher's row: what its student learns of less and less of the teacher.

λ and T are the row's own in all of them: a soft label weighs the same, only what it says differs.
"""

from dataclasses import replace

from trainables.objectives import ClassMeans, ClassShuffle, Distillation, LabelSmoothing
from trainables.settings import Setting, alone

MOST_EPOCHS = 100  # among which validation selects: twice what the rows have


def controls_of(taught: Setting) -> tuple[Setting, ...]:
    """The teacher's class means, and its answers exchanged within a class."""
    objective = taught.objective
    assert isinstance(objective, Distillation)
    weight, temperature = objective.hard_label_weight, objective.temperature
    return tuple(
        replace(taught, objective=kind(hard_label_weight=weight, temperature=temperature))
        for kind in (ClassMeans, ClassShuffle)
    )


def by_untrained(taught: Setting) -> Setting:
    """The same student of the teacher's network as it is drawn, under the same link."""
    assert taught.teacher
    return replace(taught, teacher=replace(taught.teacher, trained=False))


def smoothed(taught: Setting) -> Setting:
    """Uniform soft labels of the same weight, at T = 1: label smoothing with ε = 1 - λ."""
    objective = taught.objective
    assert isinstance(objective, Distillation)
    amount = 1 - objective.hard_label_weight
    return replace(alone(taught), objective=LabelSmoothing(amount=amount))


def selected_alone(setting: Setting, by: str) -> Setting:
    """The student alone, its number of epochs selected by a measure of validation."""
    student = alone(setting)
    schedule = replace(student.schedule, epochs=MOST_EPOCHS, select_epoch=True, select_by=by)
    return replace(student, schedule=schedule)
