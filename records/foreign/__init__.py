"""What others may have written: into a tracking server, into a file that is imported.

parsed.py  runs and experiments as what they say: texts harmless, what is none of ours refused
packed.py  what is unpacked later: whether it is what it says
lines.py   whether a line of an export is one
"""
