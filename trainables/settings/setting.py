"""A setting: all that determines a student's result but the seed; it checks itself."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from trainables.checks import check_choice, check_real
from trainables.data.domains import (
    FASHION_MNIST,
    GENERATED_MNIST,
    TARGET_DOMAINS,
    Domain,
    target_domain_of,
)
from trainables.errors import BadInputError
from trainables.identity import canonical, hashed
from trainables.links.link import ANYTHING, Identity, Link
from trainables.objectives.losses import hinton_weights, lambda_weights
from trainables.recipes import Schedule, TeacherRecipe
from trainables.settings.method import Method
from trainables.settings.scoring import Rule


@dataclass(frozen=True, kw_only=True)
class Setting:
    """All that determines a student's result but the seed.

    target: the domain that the student must learn: classes of garments, or rentals an hour.
    student_split: the labelled objects that it learns from, "Small" or "Train".
    teacher, link: the teacher that it learns from beside the labels, and the map φ from the
        student's objects to the teacher's inputs; None and Identity() for a student alone.
    hard_label_weight: λ ∈ [0, 1], the weight of the hard labels; 1 - λ weighs the teacher.
    temperature: T > 0, in the soft term of the loss; regression has none.
    loss: "lambda" is λ·hard + (1-λ)·soft; "hinton" is hard + soft, whatever λ.
    soft_term_times_t_squared: whether the soft term is multiplied by T², which undoes that its
        gradient shrinks as 1/T² (Hinton et al. 2015, §2).
    broadcast: the hard term of a regression as published: every answer against every value of
        the batch (docs/protocol, "What is wrong with it, and ours").
    schedule: the student's own training.
    held_out: the share of the student's split kept for validation; nothing that this student
        learns from, its VAE and teacher included, sees the labels of the held-out part.
    protocol: "published" trains one network on and on, a seed being one further attempt
        (docs/protocol, "What was run"); "corrected" gives each seed its own network, split,
        teacher and VAE.
    rule: how the setting is scored where it is only a candidate; None where it is reported.
    method: another way to make the student (trainables.methods); then `schedule` is that of the
        student's last training, and λ and T are for what the method has of a teacher.

    Raises BadInputError for a wrong value, and for values that do not fit each other.
    """

    target: str = FASHION_MNIST
    student_split: str = "Small"
    teacher: TeacherRecipe | None = None
    link: Link = Identity()
    hard_label_weight: float = 0.5
    temperature: float = 1.0
    loss: str = "lambda"
    soft_term_times_t_squared: bool = True
    broadcast: bool = False
    schedule: Schedule = Schedule(epochs=50, batch_size=64)
    held_out: float = 0.0
    protocol: str = "corrected"
    rule: Rule | None = None
    method: Method | None = None

    def __post_init__(self) -> None:
        check_choice(self, "target", TARGET_DOMAINS)
        check_choice(self, "student_split", ("Small", "Train"))
        check_choice(self, "loss", ("lambda", "hinton"))
        check_choice(self, "protocol", ("corrected", "published"))
        check_real(self, "hard_label_weight", at_least=0.0, at_most=1.0)
        check_real(self, "temperature", above=0.0)
        check_real(self, "held_out", at_least=0.0, below=1.0)
        if self.method:
            self._check_method(self.method)
        if self.rule and (self.held_out or self.protocol != "corrected"):
            raise BadInputError(
                "a setting with a rule is corrected, and its rule says what is held out; given "
                f"were protocol={self.protocol!r} and held_out={self.held_out:g}"
            )
        mixed = self.teacher and self.shares_objects and self.student_split == "Train"
        if mixed and self.teacher and self.withheld_share and self.teacher.split != "Train":
            raise BadInputError(
                f"a teacher on {self.target}-{self.teacher.split} has seen some of what is held "
                "out of Train: give it split='Train', and it is trained without that part"
            )
        if self.teacher is None and (self.hard_label_weight != 1.0 or self.link != Identity()):
            raise BadInputError(
                "a student alone has hard_label_weight=1 and no link; "
                f"given were {self.hard_label_weight:g} and {self.link.name}"
            )
        if self.teacher and self.teacher.domain == GENERATED_MNIST and self.link.vae is None:
            raise BadInputError(
                f"{GENERATED_MNIST} is made by a VAE: its link must be VaeLink(...), "
                f"not {self.link.name}"
            )
        self._check_target()

    def _check_target(self) -> None:
        """Loss, teacher, link and score must fit what the student learns."""
        domain = self.domain
        if not domain.has_temperature and (self.temperature != 1.0 or self.loss != "lambda"):
            raise BadInputError(
                f"a student of {self.target} answers with a number, which has no temperature: "
                f"leave temperature away (given was {self.temperature:g}), and loss='lambda' "
                f"(given was {self.loss!r})"
            )
        if self.broadcast and domain.is_classification:
            raise BadInputError(f"broadcast=True is for regression only, not for {self.target}")
        if self.teacher and target_domain_of(self.teacher.domain) is not domain:
            raise BadInputError(
                f"a teacher of {self.teacher.domain} cannot teach a student of {self.target}: "
                f"their answers are of another kind, or in other units"
            )
        if self.link.maps not in (ANYTHING, domain.kind):
            raise BadInputError(
                f"the link {type(self.link).__name__} maps {self.link.maps}, and {self.target} "
                f"consists of {domain.kind}: give a link for them, or Identity()"
            )
        names = [measure.name for measure in domain.measures]
        if self.rule and self.rule.score not in names:
            raise BadInputError(
                f"the rule's score is {self.rule.score!r}; {self.target} is measured by "
                f"{', '.join(names)}"
            )

    def _check_method(self, method: Method) -> None:
        """A method says itself what it learns from, and trains on all of it."""
        if bool(self.teacher) != method.asks_teacher or self.link != Identity():
            needs = "a teacher and no link" if method.asks_teacher else "neither teacher nor link"
            raise BadInputError(
                f"{method.name} has {needs}: see search_spaces/transfer/transfer_methods.py"
            )
        if self.target != FASHION_MNIST:
            raise BadInputError(
                f"{method.name} makes students of {FASHION_MNIST}, not of {self.target}"
            )
        if self.rule or self.held_out or self.protocol != "corrected":
            raise BadInputError(
                f"{method.name} is trained on all that it gets, as its setting says: no rule, "
                "nothing held out, protocol 'corrected'"
            )

    @property
    def domain(self) -> Domain:
        """What the student must learn: splits, networks, measures."""
        return TARGET_DOMAINS[self.target]

    @cached_property
    def key(self) -> str:
        """The identity under which everything about this setting is found: 16 hex digits."""
        return hashed(self.plain)

    @cached_property
    def plain(self) -> Any:
        """Canonical JSON that `key` hashes."""
        return canonical(self)

    @property
    def loss_weights(self) -> tuple[float, float]:
        """The weights of the hard and of the soft term (docs/protocol, "Losses")."""
        if self.teacher is None:
            return 1.0, 0.0
        if self.loss == "hinton":
            return hinton_weights(self.temperature, self.soft_term_times_t_squared)
        return lambda_weights(
            self.hard_label_weight, self.temperature, self.soft_term_times_t_squared
        )

    @property
    def withheld_share(self) -> float:
        """The share of the split that a student of this setting must not learn from."""
        return self.rule.share if self.rule else self.held_out

    @property
    def shares_objects(self) -> bool:
        """True where the teacher learns from objects of the student's own split."""
        teacher = self.teacher
        if teacher is None or teacher.domain != self.target:
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
        """How many objects the student learns from, the held-out part taken away."""
        objects = self.domain.split_sizes[self.student_split]
        return objects - round(objects * self.withheld_share)

    @property
    def student_sizes(self) -> tuple[int, ...]:
        """Layer sizes of the student."""
        return self.method.student_sizes if self.method else self.domain.student_sizes

    @property
    def teacher_sizes(self) -> tuple[int, ...]:
        """Layer sizes of the teacher; empty without one."""
        if self.teacher is None:
            return ()
        inputs = self.link.teacher_inputs if self.link.makes_source else self.domain.inputs
        return (inputs, *self.teacher.hidden_sizes, self.domain.outputs)
