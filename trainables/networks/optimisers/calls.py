"""Which members are updated in one call: those of equal rates, in their gradients' pieces."""

import itertools
from collections.abc import Iterator, Sequence

from trainables.networks.optimisers.rules import Tensors
from trainables.networks.products.traced import Pieces

Cuts = tuple[tuple[int, ...], ...]  # of each parameter, members in each piece of its gradient


class Call:
    """What one call updates: a run of members, of each parameter in the pieces of its gradient.

    views: of values and of each moment, piece by piece.
    """

    def __init__(self, run: slice, cuts: Cuts, kinds: Sequence[Tensors]) -> None:
        self.first = run.start
        self._parts: list[tuple[int, int, slice | None]] = []  # parameter, piece, rows; None: all
        self.views: list[Tensors] = [[] for _ in kinds]
        for parameter, lengths in enumerate(cuts):
            start = 0
            for piece, length in enumerate(lengths):
                low, high = max(run.start, start), min(run.stop, start + length)
                if low < high:
                    whole = high - low == length
                    rows = None if whole else slice(low - start, high - start)
                    self._parts.append((parameter, piece, rows))
                    for views, kind in zip(self.views, kinds, strict=True):
                        views.append(kind[parameter][low:high])
                start += length

    def of(self, gradients: Sequence[Pieces]) -> Tensors:
        """The gradients of its views."""
        return [
            gradients[parameter][piece] if rows is None else gradients[parameter][piece][rows]
            for parameter, piece, rows in self._parts
        ]


def runs_of(values: Sequence[object]) -> Iterator[slice]:
    """The slices of neighbouring equal values."""
    start = 0
    for _, equal in itertools.groupby(values):
        stop = start + len(list(equal))
        yield slice(start, stop)
        start = stop
