"""A study's results from Python: what `from study import records, compare` leads to.

result.py    what a run returns: it says what was done, and leads on
reading.py   trials and curves as DataFrames; two settings compared
"""
