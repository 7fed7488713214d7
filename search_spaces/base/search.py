"""A search: Optuna chooses any field of any part of a setting; a rule scores what it chose."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from search_spaces.base.evolving import check_groups, check_populated, populated
from search_spaces.base.paths import ABSENT, value_at
from search_spaces.base.ranges import Range, Suggested, label_of
from search_spaces.base.variants import BASE, Chosen, Variants
from trainables.checks import check_choice, check_name, check_whole
from trainables.errors import BadInputError
from trainables.settings.lineage import Lineage, reported
from trainables.settings.population import Population
from trainables.settings.scoring import CrossValidation, Oracle, Rule
from trainables.settings.setting import Setting

SAMPLERS = ("tpe", "gp", "cmaes", "random", "qmc", "nsga2")
FIRST_SELECTION_SEED = 1_000  # the chosen setting is trained anew with fresh seeds: 0, 1, ...
FIRST_FINALIST_SEED = 2_000
MOST_SEEDS = 1_000  # of any kind: with more, one would meet another's


@dataclass(frozen=True, kw_only=True)
class Search:
    """Settings that Optuna proposes, round by round. What `over` does not name stays as in `base`.

    base: the setting that the search varies; of several, Optuna chooses one too.
    over: what fields may be, by their path: {"objective.temperature": LogUniform(0.5, 20)}, say.
        Where a part is chosen itself ("link": Choice(Identity(), Noise())), a field that some of
        the choices lack ("link.std") is asked for where it is there.
    rule: how a setting is scored.
    settings: how many are tried; sampler: which of Optuna's proposes them.
    round_size: how many are proposed at a time and trained together. It is part of the search's
        identity: with another size other settings are proposed.
    seeds: how many random seeds a setting is scored with, each on all parts of the rule.
    finalists: how many of the best settings are scored again before one is chosen; 1 for none.
        The best of many scores is the luckiest too, and the differences between the first few are
        smaller than what two seeds can tell.
    finalist_seeds: how many fresh random seeds they are scored again with. Of the finalists the
        best mean over all seeds of both scorings is chosen, earlier and fresh ones alike.
    oracle: also train each setting on all of its split and score it on one half of the test set,
        to say what selection by test would have claimed, and on the other, to say what of that is
        luck. The search is never told.
    seed: the sampler's random seed.

    Raises BadInputError for what makes no sense, see Variants for `base` and `over`.
    """

    name: str = "search"
    base: Setting | tuple[Setting, ...] = ()
    over: Mapping[str, Range] = field(default_factory=dict, hash=False)
    rule: Rule = CrossValidation()
    sampler: str = "tpe"
    settings: int = 40
    round_size: int = 8
    seeds: int = 2
    finalists: int = 4
    finalist_seeds: int = 3
    oracle: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        for number in ("settings", "round_size", "finalists"):
            check_whole(self, number, at_least=1)
        for number in ("seeds", "finalist_seeds"):
            check_whole(self, number, at_least=1, at_most=MOST_SEEDS)
        check_choice(self, "sampler", SAMPLERS)
        check_name("a search's name", self.name)
        if not isinstance(self.rule, Rule):
            raise BadInputError(
                f"Search.rule is {self.rule!r}: give CrossValidation() or HoldOut()"
            )
        if self.rule.again:
            raise BadInputError(
                "Search.rule has again=True, which is for what a search scores again: leave it "
                "away, and see Search.finalists"
            )
        if self.rule.within is not None:
            raise BadInputError(
                f"Search.rule has within={self.rule.within!r}, which a NestedSearch gives to its "
                "candidates: leave it away"
            )
        if self.rule.reads == "test":
            raise BadInputError("a search is never scored on the test set: see Search.oracle")
        if self.rule.group and self.round_size % self.rule.group:
            what = "pruning" if self.rule.pruning else "populations"
            raise BadInputError(
                f"round_size is {self.round_size}: with {what} in groups of "
                f"{self.rule.group} it must be a multiple of that"
            )
        self._check_parts()
        if self.rule.population:
            self._check_population(self.rule.population)
        _ = self._variants  # checks itself

    def _check_parts(self) -> None:
        bases = self.bases() if isinstance(self.base, Setting | tuple | list) else ()
        if not bases or not all(isinstance(base, Setting) for base in bases):
            raise BadInputError(
                f"the search {self.name!r} needs a base, a setting or several; given was "
                f"{self.base!r}"
            )
        if not isinstance(self.over, Mapping):
            raise BadInputError(f"Search.over is {self.over!r}: give ranges by path, in a dict")
        for path, among in self.over.items():
            if not isinstance(path, str) or not isinstance(among, Range):
                raise BadInputError(
                    f"Search.over has {path!r}: {among!r}: give the path of a field, and "
                    "Uniform(low, high), LogUniform(low, high), Integers(low, high) or "
                    "Choice(one, another, ...)"
                )

    def _check_population(self, population: Population) -> None:
        if self.oracle:
            raise BadInputError(
                "the settings of a population change while they are trained, and an oracle would "
                "be of others: give oracle=False"
            )
        check_populated(self.bases(), self.over, self.sampler)
        check_groups(self.name, self.settings, population.group)

    @cached_property
    def _variants(self) -> Variants:
        population = self.rule.population
        rule = replace(self.rule, within=self.own_seed)
        if population:
            rule = replace(rule, population=populated(population, self.over, self.seed))
        return Variants(tuple(replace(base, rule=rule) for base in self.bases()), self.over)

    # ---- what it searches ----

    def bases(self) -> tuple[Setting, ...]:
        """Every setting that the search varies."""
        return (self.base,) if isinstance(self.base, Setting) else tuple(self.base)

    @property
    def own_seed(self) -> int | None:
        """The reported seed that it chooses for; None where it chooses for all."""
        return None

    @property
    def title(self) -> str:
        """Its name, and the seed that it chooses for if it does so for one alone."""
        return self.name if self.own_seed is None else f"{self.name} of seed {self.own_seed}"

    def of_each(self, seeds: range) -> "list[Search]":
        """The searches that choose for these reported seeds: one for all of them."""
        return [self]

    def count_for(self, seeds: int) -> int:
        """How many searches `of_each` makes for so many reported seeds."""
        return 1

    @property
    def is_conditional(self) -> bool:
        """True where something is chosen for some settings only."""
        return self._variants.is_conditional

    @property
    def two_objectives(self) -> bool:
        """True for NSGA-II, which looks for the front of the domain's first two measures."""
        return self.sampler == "nsga2"

    @property
    def selection_seeds(self) -> range:
        """The seeds that settings are scored with; the chosen one is trained with others."""
        return range(FIRST_SELECTION_SEED, FIRST_SELECTION_SEED + self.seeds)

    @property
    def finalist_selection_seeds(self) -> range:
        """The seeds that the finalists are scored again with."""
        return range(FIRST_FINALIST_SEED, FIRST_FINALIST_SEED + self.finalist_seeds)

    # ---- what it makes of a choice ----

    def choose(self, pick: Callable[[str, Range], Suggested]) -> dict[str, Suggested]:
        """What is picked for every path that there is, a part before its fields."""
        return self._variants.choose(pick)

    def setting(self, chosen: Chosen) -> Setting:
        """The setting that a sampler has chosen, to be scored by the rule.

        chosen: by path a number, or the label of a choice.
        """
        return self._variants.setting(chosen)

    def base_of(self, chosen: Chosen) -> Setting:
        """The setting that was varied: what tuning has to beat."""
        return self.bases()[self._variants.place(chosen)]

    def untuned(self, chosen: Chosen) -> dict[str, Suggested]:
        """What the base itself has at the paths that are searched, where it has them."""
        base = self.base_of(chosen)
        found = {path: value_at(base, path) for path in self._variants.ranges if path != BASE}
        return {
            path: value if type(value) in (int, float) else label_of(value)
            for path, value in found.items()
            if value is not ABSENT
        }

    def reported(self, setting: Setting, lineage: Lineage = ()) -> Setting:
        """The same without a rule: trained on all of its split, evaluated on the test set.

        lineage: of a setting of a population, the numbers that it is trained by.
        """
        return reported(setting, lineage)

    def as_finalist(self, setting: Setting, lineage: Lineage = ()) -> Setting:
        """The same, to be scored again with fresh seeds: to its last epoch, by itself.

        lineage: of a setting of a population, the numbers that it is trained by.
        """
        rule = replace(self.rule, pruning=None, population=None, again=True)
        return replace(reported(setting, lineage), rule=rule)

    def as_oracle(self, setting: Setting) -> Setting:
        """The same, scored on half of the test set, and checked on the other half."""
        return replace(setting, rule=Oracle(score=self.rule.score, selects_by=0.5))
