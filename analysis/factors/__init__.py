"""What a study varies on purpose, read as one factor: what soft labels carry, and how many labels.

inversion.py   intervals of a ratio and of where two curves meet, by the paired t test
ladder.py      a teacher's row and its controls, which carry less and less of it
amounts.py     rows that differ in what the model behind φ has learned from: in pairs, say
sizes.py       rows that differ in the number of labels alone, and the labels that a teacher saves
texts.py       shares, numbers of labels and rungs as people read them
views.py       both as tables
sentences.py   both in words
"""

from analysis.factors.sentences import factor_sentences, tuning_sentences
from analysis.factors.views import factor_views, tuning_views

__all__ = ["factor_sentences", "factor_views", "tuning_sentences", "tuning_views"]
