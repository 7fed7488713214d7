"""A setting that is to be trained, and what proposed it."""

from collections.abc import Sequence
from dataclasses import dataclass

from records.schema import NOTHING_SEARCHED, Searched
from trainables.settings.setting import Setting


@dataclass(frozen=True)
class Expected:
    """A setting that is to be trained.

    search, asked, searched: of the search that proposed it its name, the index there and what was
        chosen.
    again: of a finalist, the key of the candidate that is scored again; of the best listed
        setting, trained anew, and of what a nested search trains for single seeds, the key of the
        one that was chosen.
    seeds: those that it is scored or reported with; None for the study's own.
    """

    setting: Setting
    search: str | None = None
    asked: int | None = None
    searched: Searched = NOTHING_SEARCHED
    again: str | None = None
    seeds: Sequence[int] | None = None
