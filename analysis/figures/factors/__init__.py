"""What a study varies on purpose, drawn as one factor.

labels.py    quality by labels, and labels saved
amounts.py   quality by what a link has learned from: by pairs, say
ladder.py    what of a teacher teaches
ways.py      ways to learn that were tuned alike
"""
