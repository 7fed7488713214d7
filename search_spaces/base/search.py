"""A search: Optuna chooses φ, λ, T, learning rate or epochs; a rule scores what it chose."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from trainables.checks import check_choice, check_name, check_whole
from trainables.errors import BadInputError
from trainables.settings.scoring import CrossValidation, Oracle, Rule
from trainables.settings.setting import Setting

SAMPLERS = ("tpe", "gp", "cmaes", "random", "qmc", "nsga2")
FIRST_SELECTION_SEED = 1_000  # the chosen setting is trained anew with fresh seeds: 0, 1, ...
LAMBDA, TEMPERATURE, RATE, EPOCHS, LINK = (
    "lambda", "temperature", "learning_rate", "epochs", "link",
)  # fmt: skip
Interval = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Branch:
    """One φ of a search, with the values that its own parameter ("std", "latent_size") may take.

    settings: pairs of such a value and the setting that has it; one pair where nothing varies.
    """

    name: str
    settings: tuple[tuple[str, Setting], ...]
    parameter: str = "variant"


@dataclass(frozen=True, kw_only=True)
class Search:
    """Settings that Optuna proposes, round by round. What is None or empty stays as in `base`.

    base: the setting that the search varies; or branches, where φ is searched too.
    rule: how a setting is scored.
    settings: how many are tried; sampler: which of Optuna's proposes them.
    round_size: how many are proposed at a time and trained together. It is part of the search's
        identity: with another size other settings are proposed.
    seeds: how many random seeds a setting is scored with, each on all parts of the rule.
    oracle: also train each setting on all of its split and score it on the test set, to say what
        selection by test would have claimed. The search is never told.
    seed: the sampler's random seed.
    """

    name: str = "search"
    base: Setting | None = None
    branches: tuple[Branch, ...] = ()
    rule: Rule = CrossValidation()
    sampler: str = "tpe"
    settings: int = 40
    round_size: int = 8
    seeds: int = 2
    hard_label_weight: Interval | None = (0.0, 1.0)
    temperature: Interval | None = (0.5, 20.0)
    learning_rate: Interval | None = None
    epochs: tuple[int, ...] = ()
    oracle: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        for field in ("settings", "round_size", "seeds"):
            check_whole(self, field, at_least=1)
        check_choice(self, "sampler", SAMPLERS)
        check_name("a search's name", self.name)
        if (self.base is None) == (not self.branches):
            raise BadInputError(f"the search {self.name!r} needs a base, or branches")
        if self.rule.reads == "test":
            raise BadInputError("a search is never scored on the test set: see Search.oracle")
        if self.rule.pruning and self.round_size % self.rule.pruning.group:
            raise BadInputError(
                f"round_size is {self.round_size}: with pruning in groups of "
                f"{self.rule.pruning.group} it must be a multiple of that"
            )
        for bounds in (self.hard_label_weight, self.temperature, self.learning_rate):
            if bounds and not bounds[0] < bounds[1]:
                raise BadInputError(f"a search needs low < high; given was {bounds}")
        for end in (0, 1):  # the ends of every range make a setting, or this says what is wrong
            self.setting(self._corner(end))

    def _corner(self, end: int) -> dict[str, Any]:
        ranges = {
            LAMBDA: self.hard_label_weight,
            TEMPERATURE: self.temperature,
            RATE: self.learning_rate,
        }
        chosen: dict[str, Any] = {name: bounds[end] for name, bounds in ranges.items() if bounds}
        if self.epochs:
            chosen[EPOCHS] = self.epochs[-end]
        return chosen

    @property
    def two_objectives(self) -> bool:
        """True for NSGA-II, which looks for the front of the domain's first two measures."""
        return self.sampler == "nsga2"

    @property
    def selection_seeds(self) -> range:
        """The seeds that settings are scored with; the chosen one is trained with others."""
        return range(FIRST_SELECTION_SEED, FIRST_SELECTION_SEED + self.seeds)

    def bases(self) -> tuple[Setting, ...]:
        """Every setting that the search varies."""
        variants = tuple(s for branch in self.branches for _, s in branch.settings)
        return (self.base,) if self.base else variants

    def setting(self, chosen: Mapping[str, Any]) -> Setting:
        """The setting that a sampler has chosen, to be scored by the rule."""
        setting = self.base or self._variant(chosen)
        changes: dict[str, Any] = {"rule": self.rule}
        if LAMBDA in chosen:
            changes["hard_label_weight"] = chosen[LAMBDA]
        if TEMPERATURE in chosen:
            changes["temperature"] = chosen[TEMPERATURE]
        schedule = {
            field: chosen[name]
            for name, field in ((RATE, "learning_rate"), (EPOCHS, "epochs"))
            if name in chosen
        }
        if schedule:
            changes["schedule"] = replace(setting.schedule, **schedule)
        return replace(setting, **changes)

    def _variant(self, chosen: Mapping[str, Any]) -> Setting:
        named = {branch.name: branch for branch in self.branches}
        branch = named[chosen.get(LINK, self.branches[0].name)]
        variants = dict(branch.settings)
        first = branch.settings[0][0]
        return variants[str(chosen.get(f"{branch.name}.{branch.parameter}", first))]

    def reported(self, setting: Setting) -> Setting:
        """The same without a rule: trained on all of its split, evaluated on the test set."""
        return replace(setting, rule=None)

    def as_oracle(self, setting: Setting) -> Setting:
        """The same, scored on the test set."""
        return replace(setting, rule=Oracle(score=self.rule.score))
