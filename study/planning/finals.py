"""What searches chose, with the seeds that it is trained with.

A search's choice has the seeds of every reported setting; that of a nested search's part the one
seed that it was chosen for.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from study.planning.expected import Expected
from study.planning.search_state import SearchState
from study.planning.seeds import Seeds
from trainables.settings.setting import Setting


def seeds_of_final(state: SearchState, final: Setting, seeds: Seeds) -> range:
    """The seeds that a search's choice is trained with by now."""
    own = state.search.own_seed
    return range(seeds.of(final)) if own is None else range(own, own + 1)


def nested_finals(
    states: Iterable[SearchState], reported: Collection[Setting]
) -> Iterator[Expected]:
    """What nested searches chose, each setting once, with the seeds that chose it.

    reported: settings that are reported in their own right, and need no second record.
    """
    seeds: dict[Setting, list[int]] = defaultdict(list)
    again: dict[Setting, str] = {}
    for state in states:
        if state.search.own_seed is None:
            continue
        for final in state.chosen():
            seeds[final].append(state.search.own_seed)
            again.setdefault(final, replace(final, rule=state.asked[0].rule).key)
    for final, own in seeds.items():
        if final not in reported:
            yield Expected(final, again=again[final], seeds=tuple(sorted(own)))
