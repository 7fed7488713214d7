"""What the seeds support: a study's rows, compared.

setting.py       what a recorded setting says of itself
rows/            a setting with its trials by seed, and its student alone
statistics.py    intervals, paired comparisons, Holm's correction
verdicts.py      better, worse, equivalent or undecided; family.py: counted together
differences.py   rows against each other, costs; searched.py: what a search chose, in words
selection.py     which setting is chosen, and what choosing by the test set would have claimed;
                 nested.py: where each seed chose for itself
texts.py         figures as people read them; sentences.py: what the evidence supports, in words;
                 choice.py: what was chosen, in words
provenance.py    how the study was run
"""

from analysis.evidence.rows import Row, lacks, rows_of

__all__ = ["Row", "lacks", "rows_of"]
