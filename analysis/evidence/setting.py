"""What a recorded setting says of itself, read from its definition and its recorded columns.

The definition is the canonical JSON that a setting's key is the hash of (trainables.identity).
It leaves defaults out: what it does not say is the default of the dataclass that it came from.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.evidence.texts import NONE
from analysis.papers.tables import UNPRINTED, Printed, is_comparable, place_of
from records.schema import PlannedSetting
from trainables.data.domain import Described
from trainables.data.measures import Measure
from trainables.links import PairedRecipe
from trainables.objectives import Regression
from trainables.objectives.objective import ANSWERS
from trainables.settings import CrossValidation, Oracle, Rule, Setting

USUAL = ("Distillation", "Regression")  # objectives that their λ and T describe


def stated(definition: Mapping[str, Any], of: type, field: str) -> Any:
    """A field of the definition of a dataclass: what it says, else the class's own default."""
    return definition.get(field, getattr(of, field))


@dataclass
class RecordedSetting:
    """A planned setting: its fields by what they mean; `setting["link"]` is a recorded column."""

    planned: PlannedSetting

    def __getitem__(self, column: str) -> str:
        return self.planned.parameters.get(column, NONE)

    def number(self, column: str) -> float:
        """A recorded column that is a number; NaN where this setting has none."""
        return math.nan if self[column] == NONE else float(self[column])

    def _stated(self, field: str) -> Any:
        return stated(self.planned.definition, Setting, field)

    # ---- what is learnt ----

    @property
    def domain(self) -> Described:
        """What its student must learn, and how that is measured."""
        return self.planned.target

    @property
    def split(self) -> str:
        """The split that its student learns from: "Small" or "Train"."""
        return str(self._stated("student_split"))

    @property
    def test(self) -> str:
        """The recorded metric that results are compared by: "test/accuracy", say."""
        return f"test/{self.domain.main.name}"

    @property
    def validation(self) -> str:
        """The recorded metric of what was held out: "validation/accuracy", say."""
        return f"validation/{self.domain.main.name}"

    @property
    def broadcast(self) -> bool:
        """True for the loss of a regression as published: every answer against every value."""
        return bool(stated(self.planned.definition.get("objective", {}), Regression, "broadcast"))

    @property
    def corrected(self) -> bool:
        """True where each seed is a run of its own, so that intervals and tests make sense."""
        return bool(self._stated("protocol") == "corrected")

    # ---- from whom ----

    @property
    def has_teacher(self) -> bool:
        """False for a student alone."""
        return self._stated("teacher") is not None

    @property
    def teacher_domain(self) -> str | None:
        """The name of the domain that its teacher has learnt; None without a teacher."""
        return self["teacher_domain"] if self.has_teacher else None

    @property
    def teacher_split(self) -> str | None:
        """The split that its teacher has learnt from; None without a teacher."""
        return self["teacher_split"] if self.has_teacher else None

    @property
    def from_labels_alone(self) -> bool:
        """True for plain labels: without a teacher, or with λ = 1, which gives it no weight."""
        return not self.made_by_method and self["learns_from"] == "labels"

    @property
    def carries(self) -> str:
        """What of a teacher its soft labels carry, as LADDER names it; a dash where none are."""
        return self.planned.parameters.get("carries", NONE)

    @property
    def is_control(self) -> bool:
        """True where that is less than a teacher's answers: another row's control."""
        return self.carries not in (NONE, ANSWERS)

    # ---- by which method, if by another than the λ-loss ----

    @property
    def made_by_method(self) -> bool:
        """True where another transfer method made the student (trainables.methods)."""
        return self._stated("method") is not None

    @property
    def method(self) -> str:
        """The label of that method, "dann ← photos + Small"; a dash if none made the student."""
        return self.planned.parameters.get("method", NONE)

    @property
    def method_name(self) -> str:
        """The method without its variant, "dann": a label begins with the name."""
        return self.method.split()[0]

    # ---- scored by which rule, if it is a candidate ----

    @property
    def _rule(self) -> Mapping[str, Any]:
        return self._stated("rule") or {}

    @property
    def is_candidate(self) -> bool:
        """True where the setting was only trained to be scored by a rule, not to be reported."""
        return bool(self._rule)

    @property
    def within(self) -> int | None:
        """Of a candidate of a nested search, the reported seed that it is chosen for."""
        seed = self._rule.get("within")
        return None if seed is None else int(seed)

    @property
    def without_rule(self) -> dict[str, Any]:
        """Its definition as it is reported: its hash is the key of that setting."""
        return {k: v for k, v in self.planned.definition.items() if k != "rule"}

    @property
    def score(self) -> str:
        """What its rule scores: "accuracy", say."""
        return str(stated(self._rule, Rule, "score"))

    @property
    def scored(self) -> Measure:
        """The same as a measure, in the target's unit."""
        return next(one for one in self.domain.measures if one.name == self.score)

    @property
    def evolves(self) -> bool:
        """True for a candidate of a population."""
        return self._rule.get("population") is not None

    @property
    def halves_test(self) -> bool:
        """True for an oracle that selects by a part of the test set and is checked on the rest."""
        return float(stated(self._rule, Oracle, "selects_by")) < 1

    @property
    def parts(self) -> int:
        """How many students a trial of it trains."""
        if self._rule.get("") != CrossValidation.__name__:
            return 1
        return int(stated(self._rule, CrossValidation, "folds"))

    # ---- as people name it ----

    @property
    def labelled(self) -> int:
        """How many labelled objects its split has."""
        return self.domain.split_sizes[self.split]

    @property
    def seen_split(self) -> str:
        """The split that it learns from, and what it sees of it: "Small 7×7" where not all."""
        return f"{self.split} {self.domain.seen}".rstrip()

    @property
    def student(self) -> str:
        """The same: a study has one target, which its title names."""
        return self.seen_split

    @property
    def unusual_objective(self) -> str:
        """What it learns by, unless its λ and T say that, or a method does; else empty."""
        usual = self["objective"] in USUAL or self["learns_from"] == "labels"
        return "" if usual or self.made_by_method else self["objective"]

    @property
    def loss_note(self) -> str:
        """What names add for the broadcast loss; else nothing."""
        return ", broadcast" if self.broadcast else ""

    @property
    def link(self) -> str:
        """φ as tables name it: "VAE (small)" where the VAE knew the labels of Small alone."""
        labels = self["vae_labels"]
        return self["link"] if labels == NONE else f"{self['link']} ({labels})"

    @property
    def amount(self) -> tuple[int, str] | None:
        """What the model behind φ has learned from, counted: (300, "pairs"); None for others."""
        recipe = self.planned.definition.get("link", {}).get("recipe", {})
        if recipe.get("") != PairedRecipe.__name__:
            return None
        return int(stated(recipe, PairedRecipe, "pairs")), "pairs"

    @property
    def label(self) -> str:
        """The row in a few words: "Small ← photos-Big, φ VAE (all)"."""
        return self.label_of(self.student)

    def label_of(self, student: str) -> str:
        """The same of a student so called."""
        if self.made_by_method:
            return self.method
        by = f", {self.unusual_objective}" if self.unusual_objective and self.corrected else ""
        if not self.has_teacher:
            return f"{student} alone{self.loss_note}{by}"
        link = "no φ" if self["link"] == "identity" else f"φ {self.link}"
        return f"{student} ← {self['teacher']}, {link}{self.loss_note}{by}"

    def tuning(self, digits: int = 3) -> str:
        """λ, and T where there is one: "λ 0.72, T 1.5"; the objective's name where none is."""
        found = [
            f"{symbol} {self.number(column):.{digits}g}"
            for symbol, column in (("λ", "lambda"), ("T", "temperature"))
            if self[column] != NONE
        ]
        return ", ".join(found) or self["objective"]

    @property
    def is_untuned(self) -> bool:
        """True for λ = ½ and, where there is one, T = 1: what a reader would take unseen."""
        return self["lambda"] == "0.5" and self["temperature"] in ("1.0", NONE)

    # ---- beside what was printed ----

    @property
    def printed(self) -> Printed | None:
        """The printed values, where this is a row of a published table."""
        comparable = is_comparable(
            untuned=self.is_untuned,
            held_out=self.number("held_out"),
            teacher_split=self.teacher_split,
            control=self.is_control or self["schedule"] != NONE,
            sizes=self.domain.split_sizes,
            of=self.domain.name,
        )
        return self._place_and_printed[1] if comparable else None

    @property
    def place(self) -> int:
        """The row's place in the published table; after it for rows that it lacks."""
        return self._place_and_printed[0]

    @property
    def _place_and_printed(self) -> tuple[int, Printed | None]:
        if self.made_by_method or self.domain.seen:
            return UNPRINTED, None
        link = self["link"] if self.has_teacher else None
        return place_of(self.domain.name, self.split, self.teacher_domain, link)
