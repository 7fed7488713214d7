"""A study at work.

study.py       the whole of it as a function; request.py: what it was asked to do, checked
run.py         train and record all missing trials; looks.py: more seeds until all is decided
tune.py        Ray Tune, to which run.py gives the rounds; round_searcher.py: a cohort at a time
ray_death.py   what follows when Ray dies; interrupts.py: at Ctrl-C
lock.py        one launch at a time leads a study
progress.py    what a person sees while it runs; gauges.py: what Prometheus does
messages.py    what a person is told before and after
"""
