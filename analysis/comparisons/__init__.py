"""All that a study compares, in one list: what its tables and sentences give a verdict on.

questions.py   every comparison with its family and verdict, and how many seeds its next look needs
contrasts.py   the pairs of settings that a space asks for itself: a view, and in words
"""
