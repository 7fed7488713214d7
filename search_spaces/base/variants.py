"""The settings that a search may choose from: bases, and what their fields may be."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from itertools import islice
from typing import Any

from search_spaces.base.paths import ABSENT, field_names, heads, paths_of, replace_at, value_at
from search_spaces.base.ranges import Choice, Range, Suggested
from trainables.errors import BadInputError
from trainables.settings.columns import name_of
from trainables.settings.setting import Setting

BASE = "base"  # what the choice among several bases is called, beside the paths
NOT_SEARCHED = {
    "target": "settings of several targets cannot be compared: make it one space a target",
    "rule": "all candidates are scored alike: see Search.rule",
    "seeds": "they say how sure a result is, not what it is: see Search.seeds",
}
MOST_TRIED = 200  # combinations that are made when a search is defined: some 0.1 s

Chosen = Mapping[str, Suggested]
"""What was suggested, by path; for BASE the label of a base."""


@dataclass(frozen=True)
class Variants:
    """Settings by what is chosen for the paths of `over`, from one of the bases.

    A path that is in some of the choices only is chosen where it is there.

    Raises BadInputError for a path that no setting has, and where the ends of ranges and the
    choices do not make sound settings in every combination (beyond 200 in a random part of them).
    """

    bases: tuple[Setting, ...]
    over: Mapping[str, Range]

    def __post_init__(self) -> None:
        names = [name_of(base) for base in self.bases]
        doubled = [name for name, base in zip(names, self.bases, strict=True)
                   if self.bases.count(base) > 1]  # fmt: skip
        if doubled:
            raise BadInputError(f"Search.base gives a setting twice: {doubled[0]}")
        if not self.ranges:
            raise BadInputError(
                "Search.over is empty: say what is searched, "
                '{"objective.hard_label_weight": Uniform(0, 1)} say'
            )
        self._check_paths()
        for chosen in self._tried:
            if error := self._error(chosen):
                raise BadInputError(f"{self._blamed(chosen, error)}: {error}")

    @cached_property
    def ranges(self) -> dict[str, Range]:
        """What is chosen, in order: the base if there are several; a part before its fields."""
        first = self.bases[0]
        differing = [
            name
            for name in field_names(first)
            if any(getattr(base, name) != getattr(first, name) for base in self.bases)
        ]
        own: dict[str, Range] = {}
        if differing:
            told = [tuple(getattr(base, name) for name in differing) for base in self.bases]
            own[BASE] = Choice(*told)
        ordered = (head for path in self.over for head in heads(path) if head in self.over)
        return own | {path: self.over[path] for path in ordered}

    # ---- what is chosen ----

    def place(self, chosen: Chosen) -> int:
        """Which of the bases is varied; the first where none is chosen."""
        return self.ranges[BASE].ends.index(chosen[BASE]) if BASE in chosen else 0

    def setting(self, chosen: Chosen) -> Setting:
        """The setting of a choice; what is not chosen stays as it is in the base."""
        setting: Setting = replace_at(self.bases[self.place(chosen)], self._values(chosen))
        return setting

    def choose(self, pick: Callable[[str, Range], Suggested]) -> dict[str, Suggested]:
        """What is picked for every path that there is, one after the other."""
        chosen: dict[str, Suggested] = {}
        for path, among in self.ranges.items():
            if self._has(path, chosen):
                chosen[path] = pick(path, among)
        return chosen

    @property
    def is_conditional(self) -> bool:
        """True where some path is not in every setting."""
        return any(len(chosen) < len(self.ranges) for chosen in self._tried)

    def _values(self, chosen: Chosen) -> dict[str, Any]:
        paths = [path for path in chosen if path != BASE]
        return {path: self.ranges[path].value(chosen[path]) for path in paths}

    def _has(self, path: str, chosen: Chosen) -> bool:
        if path == BASE:
            return True
        base = self.bases[self.place(chosen)]
        return value_at(base, path, self._values(chosen)) is not ABSENT

    # ---- whether all of them are sound ----

    def _check_paths(self) -> None:
        reached = {path for chosen in self._tried for path in chosen}
        for path in self.over:
            if why := NOT_SEARCHED.get(path.partition(".")[0]):
                raise BadInputError(f"{path} cannot be searched: {why}")
            if path not in reached:
                known = sorted(set(self._known()) - {path})
                near = get_close_matches(path, known, n=1, cutoff=0.5)
                hint = f": did you mean {near[0]}?" if near else f": it has {', '.join(known)}"
                raise BadInputError(f"{path} is no field of a setting{hint}")

    def _known(self) -> Iterator[str]:
        """Every path of a base or of a choice."""
        for base in self.bases:
            yield from (p for p in paths_of(base) if p.partition(".")[0] not in NOT_SEARCHED)
        for path, among in self.over.items():
            for end in among.ends:
                yield from paths_of(among.value(end), f"{path}.")

    @cached_property
    def _tried(self) -> list[dict[str, Suggested]]:
        """Every combination of ends and choices; where these are many, some of them."""
        every = [*islice(self._combinations({}, [*self.ranges]), MOST_TRIED + 1)]
        if len(every) <= MOST_TRIED:
            return every
        draw = random.Random(0)
        return [self.choose(lambda _, among: draw.choice(among.ends)) for _ in range(MOST_TRIED)]

    def _combinations(
        self, chosen: dict[str, Suggested], left: Sequence[str]
    ) -> Iterator[dict[str, Suggested]]:
        if not left:
            yield chosen
        elif self._has(left[0], chosen):
            for end in self.ranges[left[0]].ends:
                yield from self._combinations(chosen | {left[0]: end}, left[1:])
        else:
            yield from self._combinations(chosen, left[1:])

    def _error(self, chosen: Chosen) -> str:
        """Why there is no such setting; empty where there is one."""
        try:
            self.setting(chosen)
        except BadInputError as error:
            return str(error)
        except (TypeError, ValueError) as error:  # of a user's part, which may check less well
            return f"{type(error).__name__}: {error}"
        return ""

    def _blamed(self, chosen: Chosen, error: str) -> str:
        """Those of the choices without which there is no such error; all if that is none."""
        paths = [path for path in chosen if path != BASE]
        to_blame = [path for path in paths if self._error(_without(chosen, path)) != error]
        return ", ".join(f"{path}={chosen[path]}" for path in to_blame or chosen)


def _without(chosen: Chosen, path: str) -> Chosen:
    """The same but for a part and what it alone has."""
    return {p: v for p, v in chosen.items() if p != path and not p.startswith(f"{path}.")}
