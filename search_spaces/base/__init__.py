"""What a space is, and how one is found.

space       settings and searches, under a name
search      what Optuna may choose, by which sampler, scored by which rule
nested      the same for each reported seed by itself, within its own labels
ranges      what a field may be: a range of numbers, a choice
variants    the settings that these make, and whether all of them are sound
paths       the way to a field of a setting, "objective.temperature"
evolving    what a search of populations may be
catalogue   finds a space by its name, or by the path of a user's file
"""

from search_spaces.base.nested import NestedSearch
from search_spaces.base.ranges import Choice, Integers, LogUniform, Range, Uniform
from search_spaces.base.search import Search
from search_spaces.base.space import Space

__all__ = [
    "Choice",
    "Integers",
    "LogUniform",
    "NestedSearch",
    "Range",
    "Search",
    "Space",
    "Uniform",
]
