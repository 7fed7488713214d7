"""What a student sees of its objects, where it sees less of them than its teacher.

view     what a view ψ is (subclass it for your own)
fixed    Shrunk: images by their means; Columns: some of a table's features
viewed   Viewed: a domain seen through a view, its objects and splits the same
"""

from trainables.data.views.fixed import Columns, Shrunk
from trainables.data.views.view import View
from trainables.data.views.viewed import Viewed

__all__ = ["Columns", "Shrunk", "View", "Viewed"]
