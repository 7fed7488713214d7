"""What papers print, beside which ours stands.

methods.py   figures of the papers of transfer methods
tables.py    the tables of Orlov and Grabovoy
"""
