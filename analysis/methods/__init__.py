"""Transfer methods beside each other, the student alone and the study's own teachers.

comparison.py   the table of all methods, and of their papers' figures
pairs.py        each beside a teacher's student; with and without adaptation
sentences.py    what that supports, in words
"""

from analysis.methods.comparison import transfer_views
from analysis.methods.sentences import transfer_sentences

__all__ = ["transfer_sentences", "transfer_views"]
