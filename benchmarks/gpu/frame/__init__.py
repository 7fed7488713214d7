"""What the parts of the command stand on.

budget   how long each part may take; medians of repeats
sizes    how much of everything: for a GPU, and little enough to try the code on a CPU
device   what is asked of a device: its name, memory, rates, and whether it rounds by TF32
table    aligned text
"""
