"""What a study's comparisons say so far, while it runs."""

import time
from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # pandas, SciPy and statsmodels: a second
    from analysis.publish import Said

REST = 10  # judging takes at most one part of so many of the time


class VerdictsSoFar:
    """The verdicts of a study that is looked at again and again.

    judge: judges all of its comparisons, which may take seconds. It is called again only where
    other trials have ended, and rests REST times as long as it took.
    """

    def __init__(self, judge: Callable[[], Sequence["Said"]]) -> None:
        self._judge = judge
        self._of: Hashable = None
        self._rests_until = 0.0
        self._said: Sequence[Said] = ()

    def __call__(self, ended: Hashable, *, at_once: bool = False) -> Sequence["Said"]:
        """The verdicts when so many trials have ended: a number, or several.

        at_once: without a rest, where it is for the last time.
        """
        began = time.monotonic()
        if ended != self._of and (at_once or began >= self._rests_until):
            self._said, self._of = self._judge(), ended
            now = time.monotonic()
            self._rests_until = now + REST * (now - began)
        return self._said
