"""Settings: plain data that determines a result, checks itself, and is hashed and recorded.

setting     all that determines a student's result but the seed
fit         whether its parts fit each other
course      numbers of a setting that change while it is trained
trial       a setting with a seed: one recorded run
method      what another way to make the student says of itself
scoring     how candidates of a search are scored, and when they are dropped
population  how candidates learn from each other
lineage     what became of such a candidate, as a setting that can be trained anew
columns     a setting's row in tables, and its names
"""

from trainables.settings.columns import columns_of, name_of, short_name_of
from trainables.settings.course import Course
from trainables.settings.method import Method
from trainables.settings.population import Population
from trainables.settings.scoring import CrossValidation, Halving, HoldOut, Oracle, Pruning, Rule
from trainables.settings.setting import Setting, alone
from trainables.settings.trial import Trial

__all__ = [
    "Course",
    "CrossValidation",
    "Halving",
    "HoldOut",
    "Method",
    "Oracle",
    "Population",
    "Pruning",
    "Rule",
    "Setting",
    "Trial",
    "alone",
    "columns_of",
    "name_of",
    "short_name_of",
]
