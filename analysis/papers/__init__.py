"""What papers print, beside which ours stands.

methods.py       figures of the papers of transfer methods
generalised.py   the figure of digits of Lopez-Paz et al.
tables.py        the tables of Orlov and Grabovoy
"""
