"""A study's settings with their trials by seed: what every table, figure and sentence is made of.

row.py        one setting with its trials
procedure.py  what a nested search reports: one row, whose setting differs by seed
of_study.py   all rows of a study, each with its student alone
"""

from analysis.evidence.rows.of_study import family_of, lacks, rows_of
from analysis.evidence.rows.row import Row, seeds_option

__all__ = ["Row", "family_of", "lacks", "rows_of", "seeds_option"]
