"""A nested search: each reported seed chooses for itself, from its own labels."""

from dataclasses import dataclass, replace

from search_spaces.base.search import Search
from trainables.errors import BadInputError


@dataclass(frozen=True, kw_only=True)
class NestedSearch(Search):
    """A search for each reported seed, within its own Small; what is reported is the procedure.

    A plain Search chooses once, by seeds that are not reported, and trains its one choice with
    all reported seeds: what these say is conditional on that choice, and the search reads labels
    that the reported students do not have. Here every reported seed s is searched for by itself:
    its candidates are scored by the rule with seed s alone, that is on parts of the Small that s
    has drawn, and the student of seed s is trained with what was chosen for s. One value a seed
    comes out, of searching and training together (Bouthillier et al. 2021), to be compared by
    seed with the student alone and with the untuned row.

    The sampler's random seed is `seed` + s. There are no finalists (a fresh seed would score them
    on another Small: the parts of the rule, five folds say, are all that there is) and no oracle.

    own_seed: s, of the searches that `of_each` makes; None in what a space states.

    Raises BadInputError as Search does, and for several seeds a candidate, finalists, an oracle
    or a population.
    """

    seeds: int = 1
    finalists: int = 1
    oracle: bool = False
    own_seed: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, value, only in (
            ("seeds", self.seeds, 1),
            ("finalists", self.finalists, 1),
            ("oracle", self.oracle, False),
        ):
            if value != only:
                raise BadInputError(
                    f"NestedSearch.{name} is {value!r}: each reported seed is searched for within "
                    "its own Small, scored with that seed alone: leave it away"
                )
        if self.rule.population:
            raise BadInputError(
                "a NestedSearch reports the numbers chosen for each seed, and those of a "
                "population change in training: give a rule without population, or a Search"
            )

    def of_each(self, seeds: range) -> list[Search]:
        """The searches that choose for these reported seeds: one for each."""
        return [replace(self, own_seed=seed, seed=self.seed + seed) for seed in seeds]

    def count_for(self, seeds: int) -> int:
        """As many as seeds."""
        return seeds

    @property
    def selection_seeds(self) -> range:
        """The seed that candidates are scored with: the reported one itself."""
        first = self.own_seed or 0
        return range(first, first + 1)
