"""A setting: all that determines a student's result but the seed; it checks itself."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from trainables.checks import check_choice, check_real, check_whole
from trainables.data.domain import IMAGES, Domain, Shape
from trainables.data.splits import held_out_size
from trainables.errors import BadInputError
from trainables.identity import canonical, hashed
from trainables.links.link import Identity, Link
from trainables.networks.network import Network, Perceptron
from trainables.objectives.distillation import Distillation
from trainables.objectives.objective import Objective
from trainables.schedule import Schedule
from trainables.settings.course import Course, Numbers, changed, check_course
from trainables.settings.fit import (
    check_method,
    check_method_training,
    check_networks,
    check_objective,
    check_population,
    check_rule,
    check_selected_by,
    check_target,
    check_teacher,
)
from trainables.settings.method import Method
from trainables.settings.scoring import Rule
from trainables.teacher import Teacher

PARTS = {
    "target": Domain,
    "student": Network,
    "teacher": Teacher,
    "link": Link,
    "objective": Objective,
    "schedule": Schedule,
    "rule": Rule,
    "method": Method,
    "course": Course,
}
"""The fields that hold a part, and what the part must be."""
OPTIONAL = ("teacher", "rule", "method", "course")
ARTICLES = {"objective": "an"}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """All that determines a student's result but the seed.

    target: the domain that the student must learn; where that is Viewed, the student sees less
        of its objects than its teacher.
    student: its network.
    student_split: the labelled objects that it learns from, "Small" or "Train".
    teacher, link: the teacher that it learns from beside the labels, and the map φ from the
        student's objects to the teacher's inputs; None and Identity() for a student alone.
    objective: its loss of labels and teacher; for a student alone one that needs no teacher
        (see `alone`).
    schedule: the student's own training.
    held_out: the share of the student's split kept for validation; nothing that this student
        learns from, its VAE and teacher included, sees the labels of the held-out part.
    protocol: "published" trains one network on and on, a seed being one further attempt
        (docs/protocol, "What was run"); "corrected" gives each seed its own network, split,
        teacher and VAE.
    rule: how the setting is scored where it is only a candidate; None where it is reported.
    method: another way to make the student (trainables.methods); then `schedule` is that of the
        student's last training, and the objective is for what the method has of a teacher.
    course: numbers that change while the student is trained; None where all stay as they are.
    seeds: how many random seeds a study gives it; None for as many as its space says. They do not
        determine a result, so they are no part of the identity.

    Raises BadInputError for a wrong value, and for values that do not fit each other.
    """

    target: Domain
    student: Network = Perceptron(hidden=(64,))
    student_split: str = "Small"
    teacher: Teacher | None = None
    link: Link = Identity()
    objective: Objective = Distillation()
    schedule: Schedule = Schedule(epochs=50, batch_size=64)
    held_out: float = 0.0
    protocol: str = "corrected"
    rule: Rule | None = None
    method: Method | None = None
    course: Course | None = None
    seeds: int | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        for part, kind in PARTS.items():
            value = getattr(self, part)
            if not isinstance(value, kind) and (value is not None or part not in OPTIONAL):
                article = ARTICLES.get(part, "a")
                raise BadInputError(
                    f"Setting.{part} is {value!r}: give {article} {kind.__name__}"
                    + (", or None" if part in OPTIONAL else "")
                )
        if self.seeds is not None:
            check_whole(self, "seeds", at_least=1)
        check_choice(self, "student_split", ("Small", "Train"))
        check_choice(self, "protocol", ("corrected", "published"))
        check_real(self, "held_out", at_least=0.0, below=1.0)
        self._check_fit()

    def _check_fit(self) -> None:
        """The parts must fit each other."""
        target, student, teacher, link = self.target, self.student, self.teacher, self.link
        check_target(target)
        check_rule(self.rule, self.held_out, self.protocol, target, self.method)
        if self.rule and self.rule.population:
            check_population(self.rule.population, self.schedule)
        if teacher:
            check_teacher(teacher, target, self.shown, link)
        check_networks(target, student, teacher, link)
        if self.method:
            check_method(self.method, target, student, teacher, link, self.objective)
            check_method_training(self.method, self.schedule, self.student_split)
        else:
            check_objective(self.objective, target, student, teacher, link)
        if self.schedule.augment:
            self.schedule.augment.check(target.shape, target.name)
        if self.schedule.normalise and target.kind != IMAGES:
            raise BadInputError(
                f"Schedule.normalise is for images; the features of {target.name} are "
                "standardised anyway: leave it away"
            )
        check_selected_by(self.schedule, target)
        if self.schedule.select_epoch and (self.held_out or self.protocol != "corrected"):
            raise BadInputError(
                "Schedule.select_epoch holds out a part by itself: it goes with no held_out and "
                "protocol 'corrected' alone"
            )
        mixed = teacher and self.shares_objects and self.student_split == "Train"
        if mixed and teacher and self.withheld_share and teacher.split != "Train":
            raise BadInputError(
                f"a teacher on {teacher.name} has seen some of what is held out of Train: give "
                "it split='Train', and it is trained without that part"
            )
        if self.course:
            once = self.method is None and self.protocol == "corrected"
            evolves = self.rule is not None and self.rule.population is not None
            check_course(self.course, self.schedule, once=once and not evolves)
            for _, numbers in self.course.changes:
                replace(self, course=None).with_numbers(dict(numbers))  # checks itself

    @cached_property
    def key(self) -> str:
        """The identity under which everything about this setting is found: 16 hex digits."""
        return hashed(self.plain)

    @cached_property
    def plain(self) -> Any:
        """Canonical JSON that `key` hashes."""
        return canonical(self)

    def with_numbers(self, numbers: Numbers) -> "Setting":
        """The same with these numbers, by path, which may change while it is trained.

        Raises BadInputError for others.
        """
        objective, schedule = changed(self.objective, self.schedule, numbers)
        return replace(self, objective=objective, schedule=schedule)

    @property
    def withheld_share(self) -> float:
        """The share of the split that a student of this setting must not learn from."""
        return self.rule.share if self.rule else self.held_out

    @property
    def networks(self) -> list[tuple[Network, Shape, int]]:
        """Its networks, the shape that each reads, and its outputs: the student's first."""
        found = [(self.student, self.target.shape, self.target.outputs)]
        if self.teacher:
            teacher = self.teacher
            found.append((teacher.network, teacher.reads(self.link), teacher.domain.outputs))
        return found

    @property
    def shown(self) -> Domain:
        """The student's objects as its teacher is shown them, before the link: whole, where the
        student sees less of them, or through the view of the teacher's own domain.
        """
        whole = self.target.whole
        return self.teacher.domain.shown(whole) if self.teacher else whole

    @property
    def shares_objects(self) -> bool:
        """True where the teacher learns from objects of the student's own split."""
        teacher = self.teacher
        if teacher is None or teacher.domain.source != self.target.source:
            return False
        return not (self.student_split == "Small" and teacher.split == "Big")

    @property
    def parts(self) -> int:
        """How many students one trial trains: one for each part that its rule holds out."""
        return self.rule.parts if self.rule else 1

    @property
    def reads_test(self) -> bool:
        """False for a candidate that is scored on validation: it never sees the test set."""
        return self.rule is None or self.rule.reads == "test"

    @property
    def training_objects(self) -> int:
        """How many objects the student learns from, the held-out part taken away.

        Raises BadInputError where so small a part of so few objects is none.
        """
        objects, share = self.target.split_sizes[self.student_split], self.withheld_share
        withheld = held_out_size(objects, share)
        if self.rule and share and not withheld:
            raise BadInputError(
                f"a share of {share:.3g} of the {objects:,} objects of {self.target.name}-"
                f"{self.student_split} is to be held out, and that is none: give fewer folds, a "
                "larger share, or more objects"
            )
        return objects - withheld


def without_method(setting: Setting) -> Setting | None:
    """The same student by its objective alone, with as many passes over Small: what a method that
    learns that too must beat. None where it does not, or where none made the student.
    """
    method = setting.method
    passes = method.passes_over_small(setting.target, setting.schedule) if method else 0
    if not passes or setting.teacher is None:
        return None
    return replace(setting, method=None, schedule=replace(setting.schedule, epochs=passes))


def alone(setting: Setting) -> Setting:
    """The same student without a teacher: what it must beat.

    It learns from its labels by the objective's own loss of labels, on the same schedule, without
    a course.
    """
    objective = setting.objective.alone(setting.target.task.kind)
    return replace(setting, teacher=None, link=Identity(), objective=objective, course=None)
