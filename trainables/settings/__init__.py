"""Settings: plain data that determines a result, checks itself, and is hashed and recorded.

setting   all that determines a student's result but the seed
fit       whether its parts fit each other
trial     a setting with a seed: one recorded run
method    what another way to make the student says of itself
scoring   how candidates of a search are scored, and when they are dropped
columns   a setting's row in tables, and its names
"""

from trainables.settings.columns import columns_of, name_of, short_name_of
from trainables.settings.method import Method
from trainables.settings.scoring import CrossValidation, Halving, HoldOut, Oracle, Pruning, Rule
from trainables.settings.setting import Setting, alone
from trainables.settings.trial import Trial

__all__ = [
    "CrossValidation",
    "Halving",
    "HoldOut",
    "Method",
    "Oracle",
    "Pruning",
    "Rule",
    "Setting",
    "Trial",
    "alone",
    "columns_of",
    "name_of",
    "short_name_of",
]
