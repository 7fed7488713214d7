"""A table of strings, as people read it: what every output is made of."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd

from analysis.evidence.texts import NONE

RATE, EPOCHS = "rate", "epochs of g"
SETTING, STAGE = "setting", "stage"
NETWORK, OBJECTIVE, SCHEDULE = "network", "objective", "schedule"
VERDICT, WAY = "verdict", "way"
ROW, AGAINST = "row", "against"  # of a contrast
SOFT, TEACHER_IS = "soft labels", "the teacher is"  # of a ladder
OBJECTS = "row, by class"  # of views of answers
WHERE_THEY_DIFFER = (RATE, EPOCHS, NETWORK, OBJECTIVE, SCHEDULE)  # columns shown only there
SHAREABLE = ("protocol", "student", "n", "λ", "T")  # said once where all lines agree
WORDS = frozenset(
    {
        "protocol", "student", "teacher", "φ", "search", "rule", "method", "gets",
        "teacher's student", "the seeds say", "figure", "source", "what differs",
        SETTING, STAGE, NETWORK, OBJECTIVE, SCHEDULE,
        VERDICT, WAY, SOFT, TEACHER_IS, ROW, AGAINST, OBJECTS,
    }
)  # fmt: skip
"""Columns of words: they stand to the left, all others, figures, to the right."""
SAYS = (VERDICT, TEACHER_IS, "the seeds say")  # what comes out: where there is no room, too
KEYS = (WORDS - {*SAYS, "gets", "figure"}) | {"λ", "T", RATE, EPOCHS, "labels"}
"""Columns that tell rows apart: of what a row is, rather than of what came out."""
FIRST_TO_GO = (
    "mean of the first", "seeds that differ", "again", "asked", "n", "epochs", "parameters of f",
    "of g", "p",
)  # fmt: skip
"""Columns that are missed least where there is no room for all."""


class View(NamedTuple):
    """A table of strings with a title; `note` says how to read it.

    headings: what stands above a column, where that is not its name; columns have names of their
        own because two of them may well have the same heading, for two measures.
    keys: of the setting that each line is about, where each is about one.
    """

    title: str
    note: str
    table: pd.DataFrame
    headings: Mapping[str, str] = MappingProxyType({})
    keys: Sequence[str] = ()

    def heading(self, column: str) -> str:
        """What stands above a column."""
        return self.headings.get(column, column)

    def has_words(self, column: str) -> bool:
        """True for a column of words, False for one of figures."""
        return column in WORDS

    def leaving(self) -> list[str]:
        """The columns in the order in which they are left out where there is no room for all.

        What is missed least, then figures from the right, then keys: never the first column, the
        verdict, or the first difference, without one the test's first figure, or any first.
        """
        others = self.table.columns[1:]
        figures = [column for column in others if column not in (*KEYS, *SAYS)]
        often = [column for column in figures if column not in FIRST_TO_GO]
        main = [one for sign in ("Δ", "test ", "") for one in often if one.startswith(sign)]
        leave = [*reversed(figures), *(column for column in reversed(others) if column in KEYS)]
        missed_least = [column for column in FIRST_TO_GO if column in others]
        return [one for one in dict.fromkeys([*missed_least, *leave]) if one not in main[:1]]

    def shared(self) -> tuple[str, pd.DataFrame]:
        """What all lines have in common, "student Small, n 10", and the table without it."""
        same = [c for c in self.table if c in SHAREABLE and self.table[c].nunique() == 1]
        said = ", ".join(f"{column} {self.table[column].iloc[0]}" for column in same)
        return said, self.table.drop(columns=same)


def idle(table: pd.DataFrame) -> list[str]:
    """Columns that need not be shown: one rate or network for all, say, or λ or T for none."""
    same = [name for name in WHERE_THEY_DIFFER if name in table and table[name].nunique() == 1]
    return same + [name for name in ("λ", "T") if table[name].isin([NONE]).all()]
