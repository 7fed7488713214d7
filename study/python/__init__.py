"""A study from Python: what `from study import run, records, compare` leads to.

options.py   what a run is given is held to its types
result.py    what a run returns: it says what was done, and leads on
reading.py   trials and curves as DataFrames; two settings compared
"""
