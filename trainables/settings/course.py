"""Numbers of a setting that change while it is trained, at given epochs: a course.

Only what differs by member within a stack can change: the numbers of the objective, the
learning rate and the weight decay.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from trainables.errors import BadInputError
from trainables.objectives.objective import Objective
from trainables.schedule import Schedule

Numbers = Mapping[str, float]
"""Values by path: {"objective.temperature": 2.0, "schedule.learning_rate": 1e-3}."""


@dataclass(frozen=True, init=False)
class Course:
    """What numbers are after so many epochs, until they change again; before, as the setting says.

    changes: by the number of epochs after which they come, {10: {"objective.temperature": 2}}.

    Raises BadInputError for what is no such mapping. Whether numbers of these paths can change is
    checked by the setting (see check_course).
    """

    changes: tuple[tuple[int, tuple[tuple[str, float], ...]], ...]

    def __init__(self, changes: Mapping[int, Numbers]) -> None:
        try:
            plain = tuple(
                (after, tuple((path, float(value)) for path, value in sorted(numbers.items())))
                for after, numbers in sorted(changes.items())
            )
        except (AttributeError, TypeError, ValueError):
            plain = ()
        if not plain or not all(type(after) is int and numbers for after, numbers in plain):
            raise BadInputError(
                f"Course({changes!r}): give numbers by path, by the epochs after which they come: "
                'Course({10: {"objective.temperature": 2.0}})'
            )
        object.__setattr__(self, "changes", plain)

    def after(self, epochs: int) -> dict[str, float]:
        """What changes after so many epochs; nothing after most."""
        return next((dict(numbers) for at, numbers in self.changes if at == epochs), {})

    @property
    def label(self) -> str:
        """As tables say it."""
        return f"{len(self.changes)} changes" if len(self.changes) > 1 else "1 change"


def changed(
    objective: Objective, schedule: Schedule, numbers: Numbers
) -> tuple[Objective, Schedule]:
    """The same with these numbers.

    Raises BadInputError for what cannot change while a student is trained.
    """
    parts: dict[str, Objective | Schedule] = {"objective": objective, "schedule": schedule}
    values: dict[str, dict[str, Any]] = defaultdict(dict)
    for path, value in numbers.items():
        part, _, field = path.partition(".")
        if part not in parts or field not in [each.name for each in fields(parts[part])]:
            raise _cannot_change(path)
        values[part][field] = value
    new = replace(objective, **values["objective"]), replace(schedule, **values["schedule"])
    # One stack has these in common.
    if (new[0].shape, new[1].shared) != (objective.shape, schedule.shared):
        raise _cannot_change(", ".join(numbers))
    return new


def _cannot_change(path: str) -> BadInputError:
    return BadInputError(
        f"{path} cannot change while a student is trained: what can are the numbers of the "
        "objective (objective.temperature), schedule.learning_rate and schedule.weight_decay"
    )


def check_course(course: Course, schedule: Schedule, *, once: bool) -> None:
    """Raise BadInputError unless all changes come in a training that is made once, to its end."""
    if not once or schedule.select_epoch:
        raise BadInputError(
            "a course is for students that are trained once and to their end, each by itself: no "
            "method, protocol 'corrected', no select_epoch, no population"
        )
    for after, _ in course.changes:
        if not 0 < after < schedule.epochs:
            raise BadInputError(
                f"the course has a change after {after} epochs of {schedule.epochs}: give at "
                "least 1, and fewer than all"
            )
