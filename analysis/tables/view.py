"""A table of strings, as people read it."""

from typing import NamedTuple

import pandas as pd


class View(NamedTuple):
    """A table of strings with a title; `note` says how to read it."""

    title: str
    note: str
    table: pd.DataFrame
