"""How many seeds each reported setting has: a fixed number, or more look by look.

A study until decided looks at its comparisons when each has 10 seeds, then 14, 20, ..., and gives
more seeds to those that are undecided only. To look again and again must not find more than there
is, so each look may spend its share of the 5 %, an equal one: whichever look ends it, the chance
of a false claim is 5 % at most (the union bound over looks: the plainest case of spending, Slud
and Wei 1982, Lan and DeMets 1983). The p of each look is that of an exact t test, and the smallest
of them, times the number of looks, is a p to which Holm's correction applies. Boundaries that use
how much looks have in common (Pocock 1977) would need 4 to 10 % fewer seeds, know the deviation,
and serve one level only. Looks do not depend on where a study stops: it may be extended.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from records.read import recorded_looks, recorded_settings
from records.reader import Reader
from records.schema import procedure_key
from search_spaces.base.search import Search
from search_spaces.base.space import Space
from trainables.errors import BadInputError
from trainables.settings.setting import Setting

LOOKS = (10, 14, 20, 28, 40, 56, 80, 112, 160, 224, 320)
"""Seeds at which a comparison is looked at: each time by √2 more. Chosen by simulation: others
stand beside it in python -m benchmarks.looks."""
MOST = 80


@dataclass
class Seeds:
    """The number of seeds of each reported setting.

    usual: of a setting that states none. for_all: whether that counts before what they state.
    looks: of a study until decided; empty where the number is fixed.
    looked: whether the study has ever looked again and again, so that some settings have got more
        seeds than others by what they showed.
    most: no setting gets more.
    """

    usual: int
    for_all: bool = False
    looks: tuple[int, ...] = ()
    looked: bool = False
    most: int = MOST
    _grown: dict[str, int] = field(default_factory=dict)

    @classmethod
    def as_recorded(cls, client: Reader, space: Space) -> "Seeds":
        """As many as the launches so far have planned, where they looked again and again."""
        planned, looks = recorded_looks(client, space.name)
        own: dict[str, int] = {}
        for one in recorded_settings(client, space.name):
            if one.seeds and one.search is None:
                own[one.key] = len(one.seeds)
            elif looks and one.search and (seed := one.definition["rule"].get("within")):
                key = procedure_key(one.search)
                own[key] = max(own.get(key, 0), 1 + seed)
        usual = planned if looks else space.seeds
        return cls(usual, looks=looks, looked=bool(looks), _grown=own)

    @classmethod
    def until_decided(cls, most: int = MOST) -> "Seeds":
        """The first look's seeds; more of them as the looks say."""
        return cls(usual=LOOKS[0], looks=LOOKS, looked=True, most=most)

    def after(self, client: Reader, space: Space) -> "Seeds":
        """The same for a study of which these records are kept."""
        return replace(self, looked=self.looked or bool(recorded_looks(client, space.name)[1]))

    def of(self, setting: Setting) -> int:
        """How many seeds a reported setting has by now."""
        return max(self._stated(setting), self._grown.get(setting.key, 0))

    def of_search(self, search: Search) -> int:
        """How many reported seeds a search chooses for by now.

        A nested one has as many searches: more of them once what it reports has got more seeds,
        and not because what it varies has.
        """
        stated = max(map(self._stated, search.bases()))
        return max(stated, self._grown.get(procedure_key(search.name), 0))

    def _stated(self, setting: Setting) -> int:
        return self.usual if self.for_all else setting.seeds or self.usual

    def grow(self, have: Mapping[str, int], wanted: Mapping[str, int]) -> bool:
        """Give what is reported the seeds that are wanted; False where nothing gets more.

        have: the seeds by now, by the keys of settings and of what nested searches report.
        """
        more = {key: wanted[key] for key, n in have.items() if n < wanted.get(key, 0) <= self.most}
        self._grown |= more
        return bool(more)


def check_looks(
    seeds: int | None, max_seeds: int | None, max_minutes: float | None, *, until_decided: bool
) -> None:
    """Raise BadInputError for options of looks that make no sense."""
    given = {"--max-seeds": max_seeds, "--max-minutes": max_minutes}
    named = next((name for name, value in given.items() if value is not None), None)
    if named and not until_decided:
        raise BadInputError(f"{named} is for studies until decided: give --until-decided, too")
    if seeds is not None and until_decided:
        raise BadInputError(
            f"--seeds {seeds} is a fixed number, and --until-decided adds seeds: give one of them "
            "(--max-seeds says how many at most)"
        )
    if max_seeds is not None and max_seeds < LOOKS[0]:
        raise BadInputError(f"--max-seeds is {max_seeds}: the first look has {LOOKS[0]}")
    if max_seeds is not None and max_seeds > LOOKS[-1]:
        raise BadInputError(f"--max-seeds is {max_seeds}: the last look has {LOOKS[-1]}")
    if max_minutes is not None and not 0 < max_minutes < math.inf:
        raise BadInputError(f"--max-minutes is {max_minutes:g}: give minutes > 0")


def seeds_of(
    space: Space, seeds: int | None, max_seeds: int | None = None, *, until_decided: bool = False
) -> Seeds:
    """The seeds of a space's settings by a command's options, None where one was left away."""
    if until_decided:
        return Seeds.until_decided(max_seeds or MOST)
    return Seeds(seeds or space.seeds, for_all=seeds is not None)
