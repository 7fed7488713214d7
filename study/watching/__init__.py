"""A study as it is seen while it runs and at its end, from its own shell or from elsewhere.

leader.py     who launched it, and what that launch says of itself: in a tag of its experiment
counts.py     its trials by part: done, failed, missing, not known yet
listing.py    all studies of a results folder, a line each
verdicts.py   what its comparisons say so far, judged anew only where more trials have ended
live_line.py  the line that changes on a launch's terminal
time_left.py  how much of its work is done, and how long the rest is likely to take
overview.py   all of that on one screen
on_end.py     a command of the user's own, run once at the end of a launch
"""
