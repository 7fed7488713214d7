"""What an audit of a published table comes to."""

from collections.abc import Sequence
from typing import NamedTuple

from analysis.tables.view import View


class Audit(NamedTuple):
    """A printed table against its rows run here: sentences, a view, and what differs between."""

    sentences: Sequence[str]
    view: View
    differences: Sequence[str]
