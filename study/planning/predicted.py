"""What a plan's missing work is predicted to cost, artifacts included."""

from collections.abc import Iterable

from search_spaces.base.paths import ABSENT, replace_at, value_at
from search_spaces.base.ranges import Choice
from study.planning.plan import Plan
from study.planning.search_state import SearchState
from trainables.artifacts.artifact import Artifact
from trainables.cohorts.kinds import cost
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial


class Work(dict[str, float]):
    """GFLOP by kind of work."""

    def add(self, members: Iterable[Trial | Artifact], times: int = 1) -> None:
        """Some members' work, so many times."""
        for member in members:
            self[member.kind] = self.get(member.kind, 0.0) + times * cost(member)

    def total(self) -> float:
        """Of all kinds."""
        return sum(self.values())


def predicted_work(plan: Plan) -> Work:
    """GFLOP of all that is missing, by kind of work.

    What a search has not asked for yet costs as much as what it is searched around; where what it
    asks for decides which artifacts there are, they do so for each of the values that it can take.
    """
    trials = plan.missing(plan.listed_trials() + plan.listed_choice.trials())
    result = Work()
    if unknown := plan.listed_choice.unknown_trials():
        result.add([Trial(setting=plan.space.settings[0], seed=0)], unknown)
    for state in plan.searches:
        trials += plan.missing(plan.of_search(state))
        base = state.search.setting({})
        left = state.settings - len(state.asked)
        result.add(state.trials([base]), left)
        if not state.is_scored:
            finalist = state.search.as_finalist(base)
            result.add(state.trials_again([finalist]), state.most_finalists)
        if not state.is_decided:
            final = Trial(setting=state.search.reported(base), seed=0)
            result.add([final], plan.unknown_finals(state))
            _add_varied_artifacts(result, plan, state, base)
    for level in plan.needed_artifacts():
        result.add(level)
    result.add(trials)
    return result


def _add_varied_artifacts(result: Work, plan: Plan, state: SearchState, base: Setting) -> None:
    """Add the artifacts of a search that its own numbers decide on.

    Those behind what it has asked for; for the rest those of its base, for each value of such a
    number that there can be: of a choice as many as it has, of a range as many as settings.
    """
    values = _values(plan, state)
    if values == 1:
        return
    known = {tuple(plan.behind([Trial(setting=one, seed=0)])) for one in state.asked}
    left = max(0, min(values, state.settings) - len(known))
    again = 0 if state.is_scored else min(values, state.most_finalists)
    final = state.search.reported(base)
    finals = [Trial(setting=final, seed=seed) for seed in range(plan.unknown_finals(state))]
    finalists = state.trials_again([state.search.as_finalist(base)])
    for trials, times in (
        (plan.missing(state.trials(state.asked)), 1),
        (state.trials([base]), left),
        (finalists, again),
        (finals, 1),
    ):
        for level in plan.artifacts(plan.behind(trials)) if times else ():
            result.add(level, times)


def _values(plan: Plan, state: SearchState) -> int:
    """How many sets of artifacts the settings of a search can need; 1 where all need the same."""
    return sum(_values_around(plan, state, base) for base in state.search.bases())


def _values_around(plan: Plan, state: SearchState, base: Setting) -> int:
    many = 1
    for path, among in state.search.over.items():
        if value_at(base, path) is ABSENT:
            continue
        ends = among.ends
        around = (replace_at(base, {path: among.value(end)}) for end in (ends[0], ends[-1]))
        if not plan.need_the_same(around):
            many *= len(ends) if isinstance(among, Choice) else state.settings
    return many
