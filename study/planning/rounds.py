"""The work of a study, in rounds: what is in one may run at the same time.

The next begins when all of it has ended: artifacts level by level, then the listed students beside
the first round of every search, then the finalists of all, and last what the searches chose. A
study until decided goes on with more seeds of what is undecided.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from study.planning.expected import Expected
from study.planning.plan import Plan
from study.planning.search_state import SearchState
from trainables.artifacts.artifact import Artifact
from trainables.cohorts.capacity import OF_A_CORE, Capacity
from trainables.cohorts.cohort import Cohort, form_cohorts
from trainables.settings.trial import Trial


@dataclass(frozen=True)
class Round:
    """Cohorts that may run at the same time, and what a person calls them.

    expected: the settings that become known with this round.
    """

    title: str
    cohorts: list[Cohort]
    expected: tuple[Expected, ...] = ()


def rounds(
    plan: Plan, capacity: Capacity = OF_A_CORE, look: Callable[[], bool] = lambda: False
) -> Iterator[Round]:
    """What is left to do, in order; the scores of a round are read when the next is asked for.

    capacity: what a cohort may take of a worker.
    look: called when all has ended; whether the plan's settings have got more seeds by it.
    """
    yield from _artifact_rounds(plan, capacity, plan.needed_artifacts())
    begun = plan.searches
    yield from _searched(plan, capacity, begun, plan.listed_trials())
    yield from _chosen_round(plan, capacity)
    while look():
        chosen, winners = _chosen(plan)
        left = plan.missing(plan.listed_trials() + chosen)
        expected = [*plan.expected(plan.space.settings), *winners]
        # An earlier launch of a fixed number may have trained them all; they are expected anew.
        more = [state for state in plan.searches if state not in begun]
        last = [state.search.own_seed or 0 for state in more]
        seeds = max([*(plan.seeds.of(trial.setting) for trial in left), *(s + 1 for s in last)],
                    default=0)  # fmt: skip
        title = f"{seeds} seeds of what is undecided"
        yield from (
            _round(plan, capacity, title, left, [], expected)
            if left
            else [Round(title, [], tuple(expected))]
        )
        yield from _searched(plan, capacity, more, [])  # of a nested search's further seeds
        begun = plan.searches
        yield from _chosen_round(plan, capacity)  # it may be another


def _searched(
    plan: Plan, capacity: Capacity, states: Sequence[SearchState], trials: Sequence[Trial]
) -> Iterator[Round]:
    """All rounds of these searches, the first beside these trials; then their finalists."""
    searches = [(state, state.rounds()) for state in states]
    trials = list(trials)
    for number in count():
        expected: list[Expected] = []
        groups: list[list[Trial]] = []
        for state, asked in searches:
            settings = next(asked, [])
            expected += state.expected(settings, first=number * state.search.round_size)
            # Settings that compete need each other: one missing, and all are trained.
            groups += [group for group in state.competing(settings) if plan.missing(group)]
            trials += [trial for trial in state.trials(settings) if not _competes(trial)]
        if number and not expected:
            break
        title = f"search round {number + 1}" if expected else "students"
        yield from _round(plan, capacity, title, trials, groups, expected)
        trials = []
    again = [one for state in states for one in state.expected_finalists()]
    if again:
        trials = [t for state in states for t in state.trials_again(state.finalists())]
        yield from _round(plan, capacity, "the finalists, scored again", trials, [], again)


def _chosen_round(plan: Plan, capacity: Capacity) -> Iterator[Round]:
    trials, winners = _chosen(plan)
    if plan.missing(trials):
        yield from _round(plan, capacity, "the chosen settings", trials, [], winners)


def _chosen(plan: Plan) -> tuple[list[Trial], list[Expected]]:
    """What was chosen, and is trained anew with the seeds of what is reported."""
    finals = [trial for state in plan.searches for trial in plan.finals(state)]
    trials = sorted(finals, key=lambda trial: trial.seed) + plan.listed_choice.trials()
    return trials, [*plan.expected_finals(), *plan.listed_choice.expected()]


def _competes(trial: Trial) -> bool:
    return trial.setting.rule is not None and trial.setting.rule.group is not None


def _round(
    plan: Plan,
    capacity: Capacity,
    title: str,
    trials: Sequence[Trial],
    groups: Sequence[Sequence[Trial]],
    expected: Sequence[Expected],
) -> Iterator[Round]:
    """The artifacts that are still missing, then the students."""
    work = plan.missing(trials)
    everything = [*work, *(trial for group in groups for trial in group)]
    yield from _artifact_rounds(plan, capacity, plan.artifacts(plan.behind(everything)))
    if cohorts := form_cohorts(work, plan.workers, groups, capacity):
        yield Round(title, cohorts, tuple(expected))


def _artifact_rounds(
    plan: Plan, capacity: Capacity, levels: Sequence[Sequence[Artifact]]
) -> Iterator[Round]:
    for level in levels:
        kinds = ", ".join(sorted({artifact.kind for artifact in level}))
        cohorts = form_cohorts(level, plan.workers, capacity=capacity)
        yield Round(f"artifacts: {kinds}", cohorts)
