"""A study's trials by part, and its best scores so far, for each φ."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import fmean

from study.planning.plan import Plan
from study.planning.search_state import SearchState
from study.planning.trial_index import TrialIndex
from trainables.data.measures import Measure
from trainables.settings.trial import Trial


@dataclass(frozen=True)
class Count:
    """Trials of one part of a study; `unknown`: those whose settings are not known yet."""

    part: str
    done: int
    failed: int
    missing: int
    unknown: int = 0


def counts(plan: Plan) -> list[Count]:
    """Of the listed settings, and of each search: its candidates, its finalists, its choice."""
    found = []
    if plan.space.settings:
        found.append(_count(plan, "listed settings", plan.listed_trials()))
    if plan.space.anew:
        anew = plan.listed_choice
        found.append(_count(plan, "the best, anew", anew.trials(), anew.unknown_trials()))
    for name, states in groupby(plan.searches, key=lambda state: state.search.name):
        found += _of_search(plan, name, [*states])
    return found


def _of_search(plan: Plan, name: str, states: Sequence[SearchState]) -> list[Count]:
    """states: one, or of a nested search one a seed."""
    asked = [trial for one in states for trial in one.trials(one.asked)]
    again = [trial for one in states for trial in one.trials_again(one.finalists())]
    finals = [trial for one in states for trial in plan.finals(one)]
    found = [
        _count(plan, f"search {name}", asked, sum(one.unknown_candidates for one in states)),
        _count(plan, f"finalists of {name}", again, sum(s.unknown_finalists for s in states)),
        _count(plan, f"chosen by {name}", finals, sum(plan.unknown_finals(s) for s in states)),
    ]
    return [one for one in found if states[0].most_finalists or one is not found[1]]


def _count(plan: Plan, part: str, trials: list[Trial], unknown: int = 0) -> Count:
    records = [plan.trial_index.records.get(key) for key in {trial.key for trial in trials}]
    failed = sum(record is not None and record.status == "FAILED" for record in records)
    missing = sum(record is None for record in records)
    return Count(part, len(records) - failed - missing, failed, missing, unknown)


def best_by_link(trial_index: TrialIndex, main: Measure) -> dict[str, float]:
    """The best setting's mean validation score for each φ; one seed alone is luck."""
    name, better = f"validation/{main.name}", max if main.higher_is_better else min
    scores: dict[tuple[str, str], list[float]] = defaultdict(list)
    for record in trial_index.records.values():
        if name in record.metrics and not record.pruned:
            scores[record.parameters["link"], record.setting].append(record.metrics[name])
    best: dict[str, float] = {}
    for (link, _), found in sorted(scores.items()):
        if len(found) > 1:
            best[link] = better(fmean(found), best.get(link, fmean(found)))
    return best
