"""What commands print, whole at any width of a terminal.

sentences.py    sentences, broken between words
fitting.py      which columns of a table a width has room for
sheet.py        a table with its title and note, drawn in a width
"""

from records.terminal.fitting import Field
from records.terminal.sentences import say, width_of, wrapped
from records.terminal.sheet import Sheet

__all__ = ["Field", "Sheet", "say", "width_of", "wrapped"]
