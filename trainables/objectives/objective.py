"""An objective: student's outputs, teacher's outputs and labels → the loss that is minimised.

To add one, subclass Objective in your space file (docs/own):

    @dataclass(frozen=True, kw_only=True)
    class Logits(Objective):
        weight: float = 0.1

        def loss(self, student, teacher, labels, numbers):
            hard = label_loss(student.outputs, labels)
            soft = squared_error(student.outputs, teacher.outputs)
            return Terms(hard + numbers["weight"] * soft, hard, soft)
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from trainables.checks import check_real, check_told_apart
from trainables.data.domain import Shape
from trainables.data.task import Classes
from trainables.errors import BadInputError
from trainables.objectives.answers import Answers
from trainables.objectives.losses import Terms, hard_cross_entropy, squared_error

ANSWERS = "answers"  # what most objectives carry of a teacher: what it says of each object
ANY = "any"  # the task of an objective for classes and for numbers
HARD_LABEL_WEIGHT, TEMPERATURE = "hard_label_weight", "temperature"
COLUMNS = {HARD_LABEL_WEIGHT: "lambda", TEMPERATURE: "temperature"}
"""What tables call these fields, whichever objective has them; others go by their path."""
SYMBOLS = {HARD_LABEL_WEIGHT: "λ", TEMPERATURE: "T"}  # the same in names of settings
RANGES = {
    HARD_LABEL_WEIGHT: {"at_least": 0.0, "at_most": 1.0},
    TEMPERATURE: {"at_least": 1e-3, "at_most": 1e4},
}
"""Beyond those of T, float32 holds neither logits / T nor probabilities at T apart."""

Shapes = Mapping[str, Shape]
"""Of one object's named features: {"hidden": (64,)}, say."""

PLAIN: dict[str, "Objective"] = {}
"""By what a student learns from its labels alone: kind of task → objective, from its module."""


@dataclass(frozen=True, kw_only=True)
class Objective(ABC):
    """A loss of labels and teacher; a subclass writes `loss`, and changes else what it must.

    Members of one stack may differ in the fields that are annotated as float, no others: these
    arrive in `loss` as tensors [N], one value a member. Two names mean the same in all objectives:
    hard_label_weight is λ ∈ [0, 1], which leaves the plain loss of the labels at 1, and
    temperature is T ∈ [0.001, 10⁴].

    task: the labels that it is for: "classes", "numbers" or "any".
    carries: what of a teacher its loss carries to the student; less than its ANSWERS in controls.

    Raises BadInputError for a float field that is not a finite number or is out of range, and for
    a field that cannot be hashed. A subclass with a __post_init__ of its own ends by calling this.
    """

    task: ClassVar[str] = ANY
    carries: ClassVar[str] = ANSWERS
    any_layout: ClassVar[bool] = False
    """Whether its loss rounds alike however tensors lie in memory; else they are contiguous."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for name in vars(cls).get("__annotations__", {}):
            if hasattr(Objective, name) and name not in ("task", "carries", "any_layout"):
                raise BadInputError(
                    f"the objective {cls.__name__} cannot have a field {name!r}: all objectives "
                    "have something of that name; call it otherwise"
                )

    def __post_init__(self) -> None:
        if "__dataclass_fields__" not in vars(type(self)):
            raise BadInputError(
                f"the objective {self.name} is no dataclass of its own: write "
                "@dataclass(frozen=True, kw_only=True) above it"
            )
        for field in self._floats:
            check_real(self, field, **RANGES.get(field, {}))
        check_told_apart(repr(self), self)

    # ---- what it computes ----

    @abstractmethod
    def loss(
        self, student: Answers, teacher: Answers, labels: Tensor, numbers: Mapping[str, Tensor]
    ) -> Terms:
        """The loss of each of N members on its own batch, with its two terms for the curves.

        student: outputs [N, B, C], and its `student_features` [N, B, ...]; what `regressor` gave
            is applied to them already.
        teacher: outputs as `prepare` left them, and its `teacher_features`; without gradient.
        labels: int64 classes or float32 values, [N, B].
        numbers: as `numbers()` names them, each [N].

        A pure function that keeps members apart: what is at [k] is computed from [k] alone.
        """

    def prepare(self, teacher: Tensor, labels: Tensor, numbers: Mapping[str, Tensor]) -> Tensor:
        """What `loss` reads of the teacher's outputs, made once an epoch; by default themselves.

        teacher: its outputs for all n objects of each member, [N, n, C]; labels [N, n];
        numbers each [N]. The result is [N, n, ...].
        """
        return teacher

    def numbers(self) -> dict[str, float]:
        """What the loss is computed with, one value a member; by default its float fields."""
        return {field: getattr(self, field) for field in self._floats}

    # ---- what it asks for ----

    @property
    def needs_teacher(self) -> bool:
        """False where a student without a teacher can learn by it."""
        return not self.is_plain

    @property
    def student_features(self) -> tuple[str, ...]:
        """The student's named features that its loss reads."""
        return ()

    @property
    def teacher_features(self) -> tuple[str, ...]:
        """The teacher's named features that its loss reads."""
        return ()

    def check_features(self, student: Shapes, teacher: Shapes) -> None:  # noqa: B027 (optional)
        """Raise BadInputError where its loss cannot read features of these shapes."""

    def regressor(
        self, student: Shapes, teacher: Shapes, draw: torch.Generator
    ) -> nn.Module | None:
        """A module trained with the student, which its features pass before the loss reads them.

        From and to a mapping of named features [..., B, *shape]; its weights are from `draw`.
        """
        return None

    # ---- with whom it shares a stack, and what it is compared with ----

    @property
    def shape(self) -> tuple[Any, ...]:
        """What members of one stack have in common: the class and all fields but floats."""
        floats = set(self._floats)
        shared = [field.name for field in fields(self) if field.name not in floats]
        return type(self), *((name, getattr(self, name)) for name in shared)

    def alone(self, learnt: str = Classes.kind) -> "Objective":
        """What the same student learns by without a teacher: the plain loss of its labels.

        learnt: "classes" or "numbers", which matters to an objective for any of them.
        """
        return PLAIN[learnt if self.task == ANY else self.task]

    @property
    def is_plain(self) -> bool:
        """True where its loss is that plain one, so that no teacher has any weight: for λ = 1."""
        return bool(getattr(self, HARD_LABEL_WEIGHT, None) == 1.0)

    # ---- how it is shown ----

    @property
    def name(self) -> str:
        """That of its class."""
        return type(self).__name__

    @property
    def variant(self) -> str:
        """What names add where a field makes it another loss: ", broadcast"."""
        return ""

    @property
    def label(self) -> str:
        """As tables name it: "Regression, broadcast"."""
        return self.name + self.variant

    @property
    def _values(self) -> str:
        """Its float fields: "λ=0.5 T=4"."""
        pairs = [(SYMBOLS.get(field, field), getattr(self, field)) for field in self._floats]
        return " ".join(f"{symbol}={value:.3g}" for symbol, value in pairs)

    @property
    def short(self) -> str:
        """All of it in the name of a setting: "Hinton T=4"."""
        return f"{self.label} {self._values}".strip()

    @property
    def note(self) -> str:
        """What the name of a student without a teacher adds to "alone"."""
        return self.variant if self.is_plain else f", {self.short}"

    def parameters(self) -> dict[str, Any]:
        """Its columns in tables: λ and T where it has them, other fields by their path."""
        return {
            COLUMNS.get(field.name, f"objective.{field.name}"): getattr(self, field.name)
            for field in fields(self)
        }

    @property
    def _floats(self) -> list[str]:
        """Names of the fields that are annotated as float, λ before the others."""
        found = [field.name for field in fields(self) if field.type in (float, "float")]
        return sorted(found, key=lambda field: field != HARD_LABEL_WEIGHT)


def label_loss(outputs: Tensor, labels: Tensor) -> Tensor:
    """The plain loss of the labels: cross-entropy of classes, squared error of numbers.

    outputs: logits [N, B, C] with labels int64 [N, B], or predictions [N, B, 1] with float ones
    → [N].
    """
    if labels.is_floating_point():
        return squared_error(outputs, labels.unsqueeze(-1))
    return hard_cross_entropy(outputs, labels)
