"""Names of settings that tell them apart: a recorded name says neither protocol nor schedule."""

from collections import defaultdict
from collections.abc import Iterable

from analysis.evidence.texts import NONE
from records.schema import PlannedSetting


def names_of(settings: Iterable[PlannedSetting]) -> dict[str, str]:
    """By the keys of a study's settings their names, one for each.

    Where several have one name, what differs in their recorded columns is added, as few columns
    as will do: "Small alone (held_out=0.2)". What no column tells apart is told by its key.
    """
    alike: dict[str, list[PlannedSetting]] = defaultdict(list)
    for setting in settings:
        alike[setting.name].append(setting)
    found = {}
    for name, same in alike.items():
        columns = _telling(same)
        for one in same:
            said = [f"{column}={one.parameters.get(column, NONE)}" for column in columns]
            if len(same) > 1 and not columns:
                said = [one.key]
            found[one.key] = f"{name} ({', '.join(said)})" if said else name
    return found


def _telling(same: list[PlannedSetting]) -> list[str]:
    """The first columns that, one after the other, tell more of these settings apart."""
    chosen: list[str] = []
    kinds = 1
    for column in same[0].parameters:
        more = len({_values(one, [*chosen, column]) for one in same})
        if more > kinds:
            chosen, kinds = [*chosen, column], more
    return chosen if kinds == len(same) else []


def _values(setting: PlannedSetting, columns: list[str]) -> tuple[str, ...]:
    return tuple(setting.parameters.get(column, NONE) for column in columns)
