"""A space: a named family of settings, and how to go through it."""

import re
from dataclasses import dataclass, replace

from trainables.checks import check_choice, check_whole
from trainables.errors import BadInputError
from trainables.recipes import VaeRecipe
from trainables.settings import Setting

NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")  # it names experiments and files


@dataclass(frozen=True, kw_only=True)
class Search:
    """Settings asked of Optuna: λ uniform and T log-uniform, the rest as in `base`.

    round_size settings are asked at a time and trained together; it is part of the search's
    identity: another size asks other settings.
    """

    base: Setting
    settings: int = 40
    round_size: int = 8
    hard_label_weight: tuple[float, float] = (0.0, 1.0)
    temperature: tuple[float, float] = (0.5, 20.0)
    score: str = "validation/accuracy"
    seed: int = 0

    def __post_init__(self) -> None:
        check_whole(self, "settings", at_least=1)
        check_whole(self, "round_size", at_least=1)
        check_choice(self, "score", ("validation/accuracy", "validation/cross_entropy"))
        if self.base.held_out == 0:
            raise BadInputError(
                "a search scores held-out objects: give its base setting held_out > 0"
            )
        for bounds in (self.hard_label_weight, self.temperature):
            low, high = bounds
            if not low < high:
                raise BadInputError(f"a search needs low < high; given was {bounds}")
        for weight in self.hard_label_weight:
            replace(self.base, hard_label_weight=weight)
        for temperature in self.temperature:
            replace(self.base, temperature=temperature)


@dataclass(frozen=True, kw_only=True)
class Space:
    """Settings listed one by one, and a search beside them if there is one.

    about: the question that the space answers, in a sentence; shown in lists and on records.
    shown_vaes: VAEs that no setting needs, made (with seed 0) for the figures.
    """

    name: str
    about: str
    settings: tuple[Setting, ...] = ()
    search: Search | None = None
    seeds: int = 5
    shown_vaes: tuple[VaeRecipe, ...] = ()

    def __post_init__(self) -> None:
        check_whole(self, "seeds", at_least=1)
        if not NAME.fullmatch(self.name):
            raise BadInputError(
                f"a space's name is 1 to 60 letters, digits, _ or -; given was {self.name!r}"
            )
        if not self.settings and not self.search:
            raise BadInputError(f"the space {self.name!r} lists no settings and has no search")
        keys = [setting.key for setting in self.settings]
        doubled = {key for key in keys if keys.count(key) > 1} if len(keys) < 2_000 else set()
        if doubled:
            names = [s.name() for s in self.settings if s.key in doubled]
            raise BadInputError(f"the space {self.name!r} lists a setting twice: {names[0]}")
