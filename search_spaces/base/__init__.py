"""What a space is, and how one is found.

space       settings and searches, under a name
search      what Optuna may choose, by which sampler, scored by which rule
catalogue   finds a space by its name, or by the path of a user's file
"""

from search_spaces.base.search import Branch, Search
from search_spaces.base.space import Space

__all__ = ["Branch", "Search", "Space"]
