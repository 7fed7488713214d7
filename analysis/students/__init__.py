"""Single students of a study: which one is meant, and what is recorded of it.

student.py   found by setting and seed, or as what the study chose
"""
