"""The work of a study, in rounds: what is in one may run at the same time.

The next begins when all of it has ended: artifacts level by level, then the listed students beside
the first round of every search, and last what the searches chose.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from search_spaces.base.search import Search
from study.planning.plan import Expected, Plan
from trainables.artifacts.artifact import Artifact
from trainables.cohorts.cohort import Cohort, form_cohorts
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial


@dataclass(frozen=True)
class Round:
    """Cohorts that may run at the same time, and what a person calls them.

    expected: the settings that become known with this round.
    """

    title: str
    cohorts: list[Cohort]
    expected: tuple[Expected, ...] = ()


def rounds(plan: Plan) -> Iterator[Round]:
    """What is left to do, in order; the scores of a round are read when the next is asked for."""
    yield from _artifact_rounds(plan, plan.needed_artifacts())
    searches = plan.space.searches
    walks = {search.name: plan.walk(search) for search in searches}
    asked: dict[str, list[Setting]] = {search.name: [] for search in searches}
    trials, number = plan.listed_trials(), 0
    while True:
        expected: list[Expected] = []
        groups: list[list[Trial]] = []
        number += 1
        for search in searches:
            settings = next(walks[search.name], [])
            expected += plan.expected(search, settings, len(asked[search.name]))
            asked[search.name] += settings
            mine = plan.candidates(search, settings)
            groups += _competing(plan, search, settings)
            trials += [t for t in mine if not (t.setting.rule and t.setting.rule.pruning)]
        if number > 1 and not expected:
            break
        title = f"search round {number}" if expected else "students"
        yield from _round(plan, title, trials, groups, expected)
        trials = []
    finals = []
    for search in searches:
        mine_asked, whole = plan.replayed(search)
        finals += plan.chosen(search, mine_asked) if whole else []
    if finals:
        winners = [Expected(setting) for setting in finals]
        yield from _round(plan, "the chosen settings", plan.reported(finals), [], winners)


def _competing(plan: Plan, search: Search, settings: Sequence[Setting]) -> list[list[Trial]]:
    """Settings that prune each other, as groups; whole ones, if any of a group is missing."""
    if not search.rule.pruning:
        return []
    groups = [
        [Trial(setting=s, seed=seed) for s in group for seed in search.selection_seeds]
        for group in _batched(settings, search.rule.pruning.group)
    ]
    return [group for group in groups if plan.missing(group)]


def _round(
    plan: Plan,
    title: str,
    trials: Sequence[Trial],
    groups: Sequence[Sequence[Trial]],
    expected: Sequence[Expected],
) -> Iterator[Round]:
    """The artifacts that are still missing, then the students."""
    work = plan.missing(trials)
    everything = [*work, *(trial for group in groups for trial in group)]
    yield from _artifact_rounds(plan, plan.artifacts(plan.behind(everything)))
    if cohorts := form_cohorts(work, plan.workers, groups):
        yield Round(title, cohorts, tuple(expected))


def _artifact_rounds(plan: Plan, levels: Sequence[Sequence[Artifact]]) -> Iterator[Round]:
    for level in levels:
        kinds = ", ".join(sorted({artifact.kind for artifact in level}))
        yield Round(f"artifacts: {kinds}", form_cohorts(level, plan.workers))


def _batched(settings: Sequence[Setting], size: int) -> Iterator[list[Setting]]:
    rest = iter(settings)
    while batch := list(islice(rest, size)):
        yield batch
