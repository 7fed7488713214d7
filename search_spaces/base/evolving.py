"""What a search of populations may be: who may learn from each other, and in which numbers."""

from collections.abc import Mapping
from dataclasses import replace

from search_spaces.base.ranges import Range, Uniform
from trainables.errors import BadInputError
from trainables.settings.population import Population
from trainables.settings.setting import Setting

UNINFORMED = ("random", "qmc")
"""Samplers that are not misled by scores of settings that went on with others' weights."""


def populated(population: Population, over: Mapping[str, Range], seed: int) -> Population:
    """The population of a search: with the ranges that it searches, and its seed."""
    ends = {path: among.ends for path, among in over.items() if isinstance(among, Uniform)}
    ranges = tuple((path, float(low), float(high)) for path, (low, high) in ends.items())
    return replace(population, ranges=ranges, seed=seed)


def check_populated(base: tuple[Setting, ...], over: Mapping[str, Range], sampler: str) -> None:
    """Raise BadInputError for a search whose settings cannot take after each other."""
    if len(base) > 1:
        raise BadInputError(
            f"a population searches around one base, given were {len(base)}: give a search to each"
        )
    if sampler not in UNINFORMED:
        raise BadInputError(
            f"a population begins with settings drawn at random; sampler is {sampler!r}, which "
            "would be told scores of weights that others had begun: give sampler='random' or 'qmc'"
        )
    for path, among in over.items():
        if not isinstance(among, Uniform):
            raise BadInputError(
                f"{path} is searched by {type(among).__name__}, and a population multiplies its "
                "numbers: give Uniform(low, high) or LogUniform(low, high)"
            )
        base[0].with_numbers({path: among.low})


def check_groups(name: str, settings: int, group: int) -> None:
    """Raise BadInputError unless all populations are whole: more settings would change a part."""
    if settings % group:
        raise BadInputError(
            f"the search {name!r} trains populations of {group}, and settings is {settings}: "
            "give a multiple of that"
        )
