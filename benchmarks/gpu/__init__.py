"""What there is to say about a GPU, in one command: python -m benchmarks.gpu --help

It needs torch and the data alone. README.md, "gpu", says what its table means.

__main__    the command: its parts in turn, a table, a line of JSON
parts       its parts, each with its share of the time
bench       what the parts share, and what they have found
budget      how long each part may take; medians of repeats
sizes       how much of everything: for a GPU, and little enough to try the code on a CPU
device      what is asked of a device: its name, memory, rates, and whether it rounds by TF32
work        what is trained: students, teachers, VAEs; random data of the same shapes
checks      whether a device computes what a CPU does, and a member alone what it does in company
plain       the same one after the other, as one would write it in PyTorch
mapped      the same students at once by torch.func.vmap
children    processes that train when they are told to
speed       how many of each are trained in a second, against the three above, and the limits
sharing     two processes on one GPU; a cohort that does not fit into its memory
table       aligned text
absent      stands in for packages that a GPU machine may lack
"""

import time

from benchmarks.gpu.absent import stand_in

STARTED = time.perf_counter()  # imports, which take seconds, belong to the command's time
stand_in()  # before anything of trainables is imported
