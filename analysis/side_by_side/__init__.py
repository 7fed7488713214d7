"""Two settings, or two studies, side by side; and a study's trials as a DataFrame.

trials.py     one row a trial, columns typed; curves, one row a point
names.py      names that tell settings apart
settings.py   two settings of a study: the paired comparison, as an object
stores.py     which studies a command was given: spaces, results folders, tracking stores
studies.py    two studies: equal settings paired seed by seed, and what has moved
exact.py      whether two records of a trial are the same to the bit
sentences.py, views.py   the same in sentences and tables; formats.py: text, CSV, HTML
"""
