"""A space: a named family of settings, and how to go through it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import torch

from search_spaces.base.search import MOST_SEEDS, Search
from trainables.checks import check_flag, check_name, check_whole
from trainables.data.domain import Domain, domains_in
from trainables.errors import BadInputError
from trainables.links.vae_recipe import VaeRecipe
from trainables.networks.network import plain_model
from trainables.networks.stacking.loop import Looped
from trainables.networks.stacking.ways import way_of
from trainables.settings.columns import name_of
from trainables.settings.setting import Setting, alone

FIRST_ANEW_SEED = 3_000  # of what is trained anew, of the listed settings
MOST_CONTRASTS = 100  # they are recorded in a tag, of 5,000 characters at most


@dataclass(frozen=True, kw_only=True)
class Space:
    """Settings listed one by one, and searches beside them if there are any.

    about: the question that the space answers, in a sentence; shown in lists and on records.
    seeds: of each listed setting that does not state its own, and of each that a search chooses.
    anew: whether the listed setting of the best validation is trained anew, on all of its split
        and with fresh seeds, beside its student alone: what its own students show on the test set
        is in part the luck that they were chosen for.
    matters: the smallest difference that matters, by the names of the target's measures, where it
        is another than usual: {"accuracy": 0.01}. Of a regression's errors a share of what is
        compared with. Every verdict is given by it.
    contrasts: pairs of listed settings, (one, what it is compared with), that the question asks
        for beside the student alone. They are a family of their own, and a study until decided
        decides them too.
    shown_vaes: VAEs that no setting needs, made (with seed 0) for the figures.
    keep_students: whether reported students' weights are stored beside the artifacts, so that
        `study.export` need not train them again. (Methods' students are not.)
    """

    name: str
    about: str
    settings: tuple[Setting, ...] = ()
    searches: tuple[Search, ...] = ()
    seeds: int = 20
    anew: bool = False
    matters: Mapping[str, float] = field(default_factory=dict, hash=False)
    contrasts: tuple[tuple[Setting, Setting], ...] = ()
    shown_vaes: tuple[VaeRecipe, ...] = ()
    keep_students: bool = False

    def __post_init__(self) -> None:
        self._check_parts()
        check_whole(self, "seeds", at_least=1, at_most=MOST_SEEDS)
        check_flag(self, "anew")
        check_flag(self, "keep_students")
        if self.anew and not any(setting.held_out for setting in self.settings):
            raise BadInputError(
                f"the space {self.name!r} has anew=True, and no listed setting has a validation "
                "score to be chosen by: give them held_out=0.2, say"
            )
        check_name("a space's name", self.name)
        self._check_matters()
        self._check_seeds()
        if not self.settings and not self.searches:
            raise BadInputError(f"the space {self.name!r} lists no settings and has no search")
        named = [search.name for search in self.searches]
        if len(set(named)) < len(named):
            raise BadInputError(f"the space {self.name!r} names two searches alike: {named}")
        keys = [setting.key for setting in self.settings]
        if len({setting.target.compared_as for setting in self._bases()}) > 1:
            raise BadInputError(
                f"the space {self.name!r} has settings of several targets, which no table can "
                "compare: make it one space a target (sizes of Small of one data set may differ)"
            )
        doubled = {key for key in keys if keys.count(key) > 1} if len(keys) < 2_000 else set()
        if doubled:
            names = [name_of(s) for s in self.settings if s.key in doubled]
            raise BadInputError(f"the space {self.name!r} lists a setting twice: {names[0]}")
        self._check_contrasts(set(keys))

    def _check_parts(self) -> None:
        if not isinstance(self.about, str):
            raise BadInputError(f"Space.about is {self.about!r}: give its question, a text")
        parts = (("settings", Setting), ("searches", Search), ("shown_vaes", VaeRecipe))
        for name, kind in parts:
            given: Any = getattr(self, name)
            many = given if isinstance(given, tuple | list) else [given]
            if wrong := [one for one in many if not isinstance(one, kind)]:
                raise BadInputError(f"Space.{name} has {wrong[0]!r}: give a tuple of {name}")
            if many is not given:
                raise BadInputError(f"Space.{name} is one alone: give a tuple, (it,) say")

    def _check_contrasts(self, listed: set[str]) -> None:
        where = f"the space {self.name!r} has contrasts"
        for pair in self.contrasts:
            if not isinstance(pair, tuple) or not all(isinstance(one, Setting) for one in pair):
                raise BadInputError(f"{where} with {pair!r}: give pairs of listed settings")
            for one in pair:
                if one.key not in listed or one.protocol != "corrected":
                    raise BadInputError(
                        f"{where} with {name_of(one)}, which it does not list as corrected: give "
                        "pairs of listed settings whose seeds are runs of their own"
                    )
            if len(pair) != 2 or pair[0] == pair[1]:
                raise BadInputError(
                    f"{where} of {', '.join(map(name_of, pair))}: give two settings that differ"
                )
        if len({frozenset(pair) for pair in self.contrasts}) < len(self.contrasts):
            raise BadInputError(f"{where} that it gives twice: give each pair once")
        if len(self.contrasts) > MOST_CONTRASTS:
            raise BadInputError(
                f"{where} of {len(self.contrasts)} pairs: give {MOST_CONTRASTS} at most"
            )

    def _check_seeds(self) -> None:
        for one in self.settings:
            if (one.seeds or 0) > MOST_SEEDS:
                raise BadInputError(
                    f"the space {self.name!r} has {name_of(one)} with seeds={one.seeds}: give "
                    f"{MOST_SEEDS:,} at most"
                )
        if not self.anew:
            return
        listed = {one.key for one in self.settings}
        for one in self.settings:
            if one.held_out and any(again.key in listed for again in self.anew_of(one)):
                raise BadInputError(
                    f"the space {self.name!r} has anew=True and lists what would train "
                    f"{name_of(one)} anew, or its student alone, itself: leave that away"
                )

    def _check_matters(self) -> None:
        if not isinstance(self.matters, Mapping):
            raise BadInputError(
                f"Space.matters is {self.matters!r}: give numbers by measures' names, "
                '{"accuracy": 0.01} say'
            )
        measures = [one.name for one in self.target.measures] if self._bases() else []
        for name, smallest in self.matters.items():
            if name not in measures:
                raise BadInputError(
                    f"Space.matters has {name!r}: {self.target.name} is measured by "
                    f"{', '.join(measures)}"
                )
            number = isinstance(smallest, int | float) and not isinstance(smallest, bool)
            if not number or not 0 < smallest < math.inf:
                raise BadInputError(
                    f"Space.matters[{name!r}] is {smallest!r}: give a number > 0, the smallest "
                    "difference that matters"
                )

    @property
    def contrasts_by_key(self) -> dict[str, list[str]]:
        """By the key of a setting those that it is compared with."""
        found: dict[str, list[str]] = {}
        for one, other in self.contrasts:
            found.setdefault(one.key, []).append(other.key)
        return found

    def _bases(self) -> list[Setting]:
        """The settings that it lists, and those that its searches start from."""
        return [*self.settings, *(base for search in self.searches for base in search.bases())]

    @property
    def target(self) -> Domain:
        """What all its students must learn; where they learn from several sizes of Small, one."""
        return self._bases()[0].target

    def anew_of(self, chosen: Setting) -> tuple[Setting, Setting]:
        """What is trained anew where this one is chosen: it, and its student alone."""
        whole = replace(chosen, held_out=0.0)
        return whole, alone(whole)

    def one_by_one(self) -> list[str]:
        """The networks that no stack calls as one on a CPU, as tables show them."""
        found = {
            network.label: way_of(plain_model(network, shape, outputs), torch.device("cpu"))
            for setting in self._bases()
            for network, shape, outputs in setting.networks
        }
        return sorted(label for label, way in found.items() if way == Looped.name)

    @property
    def domains(self) -> tuple[Domain, ...]:
        """Every domain that a setting may name: what must be there before anything starts."""
        choices = [among for search in self.searches for among in search.over.values()]
        return tuple(dict.fromkeys(domains_in([*self._bases(), *self.shown_vaes, *choices])))
