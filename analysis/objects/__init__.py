"""Answers object by object: what accuracy alone does not say.

truth.py       the true classes of the test objects, from the data
classes.py     each row against the student alone, class by class
agreement.py   where a row's teacher is right and where it is wrong
views.py       all as tables
sentences.py   in words, of more rows than tables show
"""

from analysis.objects.sentences import object_sentences
from analysis.objects.truth import Truth, Unknown, truth_of
from analysis.objects.views import object_lacks, object_views

__all__ = ["Truth", "Unknown", "object_lacks", "object_sentences", "object_views", "truth_of"]
