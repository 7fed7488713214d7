"""What there is to say about a GPU, with torch and data alone: python -m benchmarks.gpu --help

parts      the parts of the command, each with its share of the time
bench      what the parts share, and what they have found
work       what is trained: students, teachers, VAEs
checks     whether a device computes what a CPU does, and a member alone what it does in company
speed      how many of each are trained in a second, against the rivals and the limits
rivals     the same, as one would otherwise write it
children   processes that train when they are told to
sharing    two processes on one GPU; a cohort that does not fit; graphs: steps captured as such
frame      time, sizes, the device, the table
bare       what a bare machine lacks: packages, the data
"""

import time

from benchmarks.gpu.bare.absent import stand_in

STARTED = time.perf_counter()  # imports, which take seconds, belong to the command's time
stand_in()  # before anything of trainables is imported
