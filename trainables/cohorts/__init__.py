"""Cohorts: what is trained together by one worker.

cohort    a cohort, and how work is grouped into cohorts
capacity  how much one cohort may be, by its worker
kinds     the table of kinds of work: grouping, cost, needs and training of each
costs     operations and memory of each kind
rates     how long operations take, in each kind and on this machine
"""

from trainables.cohorts.cohort import Cohort, form_cohorts
from trainables.cohorts.kinds import Kind, Work, cost, kind_of, memory, needs, open_workshop

__all__ = [
    "Cohort",
    "Kind",
    "Work",
    "cost",
    "form_cohorts",
    "kind_of",
    "memory",
    "needs",
    "open_workshop",
]
